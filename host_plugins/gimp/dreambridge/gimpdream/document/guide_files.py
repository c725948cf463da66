"""Guides from picture files: GIMP opens them as images that nobody sees, kept until the end."""

from __future__ import annotations

from pathlib import Path

from gi.repository import Gimp, Gio, GLib

from gimpdream.errors import UserError

_OPEN: dict[tuple[str, float], Gimp.Image] = {}


def layer_of_file(path: str) -> Gimp.Layer:
    """What the file shows, as a layer of an image of its own.

    Raises:
        UserError: GIMP can't open it.
    """
    try:
        state = path, Path(path).stat().st_mtime
        image = _OPEN.get(state) or _open(path)
    except (OSError, GLib.Error) as error:
        raise UserError(
            f"The guide “{Path(path).name}” can't be opened: choose another."
        ) from error
    _OPEN[state] = image
    layer: Gimp.Layer = image.get_layers()[0]
    return layer


def close_files() -> None:
    """Let go of all files."""
    while _OPEN:
        _OPEN.popitem()[1].delete()


def _open(path: str) -> Gimp.Image:
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(path))
    if image is None:
        raise OSError(path)
    image.undo_disable()
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        image.convert_rgb()
    image.merge_visible_layers(Gimp.MergeType.CLIP_TO_IMAGE).set_name(Path(path).name)
    return image
