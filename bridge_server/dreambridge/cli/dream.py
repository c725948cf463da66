"""`dreambridge dream IN OUT`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from bridgeclient.errors import RequestError
from dreambridge.cli.ending import exit_codes
from dreambridge.cli.engines import Dream, Here, dream_here, dream_on_bridge
from dreambridge.cli.file_options import file_options
from dreambridge.cli.own_looks import own_looks
from dreambridge.cli.parameters import (
    chosen_execution,
    chosen_settings,
    execution_options,
    still_options,
)
from dreambridge.cli.picture_job import Files, PictureJob, ReadOptions, WriteOptions, open_job
from dreambridge.cli.pictures import (
    FORMATS,
    QUALITY,
    STREAM,
    PictureError,
    format_of,
    read_picture,
)
from dreambridge.cli.reporters import BarReporter, JsonReporter, Reporter
from dreambridge.cli.thumbnails import thumbnail
from dreambridge.cli.types import picture_path
from dreambridge.cli.types import weights as weights_type
from dreamcore.settings import Execution


@click.command(context_settings={"max_content_width": 100})
@click.argument("source", metavar="IN", type=picture_path)
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--mask", type=picture_path, help="Dream only where this picture is bright.")
@click.option("--guide", type=picture_path, help="Grow what this picture shows.")
@file_options
@click.option("--local", is_flag=True, help="Compute in this process, without the bridge.")
@click.option(
    "--weights",
    type=weights_type,
    metavar="NAME|FILE",
    help="Other VGG16 weights, a name or a file; only with --local.",
)
@click.option(
    "--save-look", metavar="NAME", help="Keep these settings as a look of your own for --preset."
)
@click.option("--json", "as_json", is_flag=True, help="Print events as lines of JSON.")
@execution_options()
@still_options
def dream(
    source: Path,
    out: Path,
    mask: Path | None,
    guide: Path | None,
    format: str | None,
    quality: int | None,
    max_megapixels: float,
    size: int | None,
    local: bool,
    weights: str | None,
    save_look: str | None,
    as_json: bool,
    preset: str | None,
    **given: Any,
) -> None:
    """Dream the picture IN and write it to OUT, in the format of OUT's suffix.

    `-` is standard input or output, where PNG is written, or TIFF for floats; events and messages
    then go to standard error. The bridge computes the dream and is started if need be; it stays
    warm for the next one.
    """
    if weights and not local:
        raise click.UsageError("--weights goes with --local; for the bridge use `serve --weights`.")
    if [str(path) for path in (source, mask, guide)].count(STREAM) > 1:
        raise click.UsageError("Only one picture can come through standard input.")
    _check_options(out, format, quality)
    execution = chosen_execution(given)
    if execution and not local:
        raise click.UsageError(
            "--device, --precision and --tile go with --local; for the bridge use "
            "`serve --device` and `serve --precision`."
        )
    settings = chosen_settings(preset, given, guided=guide is not None)
    looks = own_looks()
    if save_look is not None:
        with _naming_the_look():
            looks.free_name(save_look)
    here = Here(weights or "bundled", execution or Execution()) if local else None
    apart = str(out) == STREAM
    reporter: Reporter = JsonReporter(err=apart) if as_json else BarReporter(err=apart)
    reading, writing = ReadOptions(max_megapixels, size), WriteOptions(format, quality or QUALITY)
    with reporter, exit_codes(reporter):
        shown = None if guide is None else read_picture(guide, max_megapixels)
        job = open_job(Files(source, out, mask), settings, shown, reading, writing)
        dreamed = dream_picture(job, reporter, here)
        if save_look is not None:
            looks.save(save_look, settings.to_json(), thumbnail(dreamed.image))


@contextmanager
def _naming_the_look() -> Iterator[None]:
    try:
        yield
    except RequestError as error:
        raise click.BadParameter(str(error), param_hint="'--save-look'") from error


def _check_options(out: Path, format_: str | None, quality: int | None) -> None:
    """Whether the options for files go with each other.

    Raises:
        click.UsageError: they don't.
    """
    chosen = FORMATS.get(format_ or "")
    if chosen is None and str(out) != STREAM and not out.is_dir():
        try:
            chosen = format_of(out)
        except PictureError as error:
            raise click.UsageError(str(error)) from error
    if quality is not None and not (chosen and chosen.has_quality):
        raise click.UsageError("--quality goes with JPEG and WebP.")


def dream_picture(job: PictureJob, reporter: Reporter, here: Here | None = None) -> Dream:
    """Dream one picture and write it; with `here` in this process.

    Raises:
        PictureError: a file can't be read or written.
        BridgeError: the dream failed.
    """
    with job:
        for note in job.notes:
            reporter.note(note)
        dreamed = (
            dream_on_bridge(job.request, reporter.event)
            if here is None
            else dream_here(job.request, here, reporter.event)
        )
        facts = job.finish(dreamed)
    reporter.done(**facts)
    return dreamed
