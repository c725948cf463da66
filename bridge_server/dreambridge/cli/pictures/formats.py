"""Which formats pictures are written in, and what each can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from dreambridge.arrays import Array
from dreambridge.cli.pictures import encoders, exr
from dreambridge.cli.pictures.metadata import DESCRIPTIVE
from dreambridge.cli.pictures.picture import Picture, PictureError
from dreambridge.cli.pictures.transfer import stored

QUALITY = 95
"""Of JPEG and WebP, unless another one is asked for."""

_ALL = frozenset({"colour profile", "EXIF", "XMP", "resolution"})
_SUGGESTED = {
    "transparency": ".png",
    "floats": ".tif or .exr",
}


@dataclass(frozen=True)
class Format:
    """A format that can be written: how, under which suffixes, and what it can hold.

    `keeps` are things that a file can say about its picture, `texts` the keywords of texts; None
    means any.
    """

    name: str
    suffixes: tuple[str, ...]
    write: Callable[[BinaryIO, Picture, int], None]
    alpha: bool = True
    types: tuple[str, ...] = ("uint8",)
    keeps: frozenset[str] = _ALL
    texts: frozenset[str] | None = frozenset()
    has_quality: bool = False


def _write_exr(file: BinaryIO, picture: Picture, quality: int) -> None:
    exr.write(file, picture)


_ANY_TYPE = ("uint8", "uint16", "float16", "float32")

FORMATS = {
    format_.name: format_
    for format_ in (
        Format("png", (".png",), encoders.write_png, types=("uint8", "uint16"), texts=None),
        Format(
            "jpeg",
            (".jpg", ".jpeg", ".jpe", ".jfif"),
            encoders.write_jpeg,
            alpha=False,
            texts=frozenset({"Comment"}),
            has_quality=True,
        ),
        Format(
            "tiff",
            (".tif", ".tiff"),
            encoders.write_tiff,
            types=_ANY_TYPE,
            texts=frozenset({*DESCRIPTIVE.values(), "Comment"}),
        ),
        Format(
            "exr",
            (".exr",),
            _write_exr,
            types=_ANY_TYPE,
            keeps=frozenset({"resolution", "OpenEXR attributes"}),
            texts=None,
        ),
        Format(
            "webp",
            (".webp",),
            encoders.write_webp,
            keeps=_ALL - {"resolution"},
            has_quality=True,
        ),
        Format("bmp", (".bmp",), encoders.write_bmp, alpha=False, keeps=frozenset({"resolution"})),
        Format("ppm", (".ppm", ".pgm", ".pnm"), encoders.write_ppm, alpha=False, keeps=frozenset()),
    )
}


def format_of(path: Path) -> Format:
    """The format that a path's suffix names.

    Raises:
        PictureError: it names none that can be written.
    """
    for format_ in FORMATS.values():
        if path.suffix.lower() in format_.suffixes:
            return format_
    known = ", ".join(format_.suffixes[0] for format_ in FORMATS.values())
    raise PictureError(
        f"{path.name} has no suffix of a format that can be written; choose one of {known}, or "
        "name the format with --format."
    )


def check_holds(format_: Format, pixels: Array) -> None:
    """Whether the format can hold such pixels, except that 16 bits may become 8.

    Raises:
        PictureError: it can't; names formats that can.
    """
    missing = []
    if pixels.shape[2] in (2, 4) and not format_.alpha:
        missing.append("transparency")
    if pixels.dtype.kind == "f" and "float32" not in format_.types:
        missing.append("floats")
    if missing:
        raise PictureError(
            f"{format_.name.upper()} can't hold the picture's {' and '.join(missing)}; "
            f"choose {_SUGGESTED[missing[-1]]}."
        )


def dropped(format_: Format, picture: Picture) -> list[str]:
    """Sentences on what the format can't hold of a picture and of what is known about it."""
    metadata, name = picture.metadata, format_.name.upper()
    notes = []
    if _too_deep(format_, picture):
        notes.append(f"{name} has 8 bits per channel; the picture's 16 are rounded to them.")
    known = {
        "colour profile": metadata.icc,
        "EXIF": metadata.exif,
        "XMP": metadata.xmp,
        "resolution": metadata.dpi,
        "OpenEXR attributes": set(metadata.attributes) & {"chromaticities", "whiteLuminance"},
    }
    lost = [what for what, value in known.items() if value and what not in format_.keeps]
    if format_.texts is not None:
        lost += [f"text “{key}”" for key in metadata.texts if key not in format_.texts]
    if lost:
        notes.append(f"Dropped, because {name} can't hold it: {', '.join(lost)}.")
    return notes


def _too_deep(format_: Format, picture: Picture) -> bool:
    return picture.pixels.dtype == np.uint16 and "uint16" not in format_.types


def encode(file: BinaryIO, picture: Picture, format_: Format, quality: int = QUALITY) -> None:
    """Write the picture into a file that is open for reading and writing.

    Raises:
        Exception: the encoder can't, for a reason of its own.
    """
    if format_.name not in ("tiff", "exr"):
        picture = stored(picture, linear=False, associated=False)
    if _too_deep(format_, picture):
        rounded = np.rint(picture.pixels.astype(np.float32) / np.float32(257))
        picture = replace(picture, pixels=rounded.astype(np.uint8))
    format_.write(file, picture, quality)
