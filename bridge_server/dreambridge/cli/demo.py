"""`dreambridge demo`: a photograph that comes with the program, dreamed through the bridge."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import click
import numpy as np

from dreambridge.cli.dream import dream_picture
from dreambridge.cli.ending import exit_codes
from dreambridge.cli.parameters import chosen_settings, still_options
from dreambridge.cli.picture_job import Files, open_job
from dreambridge.cli.pictures import Picture, PictureError, read_picture, write_picture
from dreambridge.cli.reporters import BarReporter, Reporter
from dreamcore.settings import DreamSettings

_PHOTO = "coffee.png"
_GAP = 12


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out/demo"),
    show_default=True,
    help="Folder for the pictures.",
)
@still_options
def demo(out: Path, preset: str | None, **given: Any) -> None:
    """Dream a bundled photograph through the bridge: before, after, and both side by side."""
    settings = chosen_settings(preset, given)
    reporter = BarReporter()
    with reporter, exit_codes(reporter):
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PictureError(f"The folder {out} can't be made ({error.strerror}).") from error
        _demo(out, settings, reporter)


def _demo(out: Path, settings: DreamSettings, reporter: Reporter) -> None:
    before, after, both = (out / f"{name}.png" for name in ("before", "after", "side_by_side"))
    with as_file(files("dreamcore") / "data" / "photos" / _PHOTO) as photo:
        picture = read_picture(photo)
    write_picture(before, picture)
    height, width = picture.pixels.shape[:2]
    reporter.note(f"Dreaming {before} ({width} × {height}); a server starts first if none runs.")
    dream_picture(open_job(Files(before, after), settings), reporter)
    left, right = picture.pixels, read_picture(after).pixels
    gap = np.full((left.shape[0], _GAP, left.shape[2]), 255, left.dtype)
    write_picture(both, Picture(np.concatenate((left, gap, right), axis=1)))
    click.echo(f"Before: {before}\nAfter:  {after}\nBoth:   {both}")
