"""`dreambridge dream IN OUT`."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bridgeclient.errors import BridgeError, Cancelled
from dreambridge.cli import CANCELLED
from dreambridge.cli.engines import Here, Request, dream_here, dream_on_bridge
from dreambridge.cli.parameters import (
    chosen_execution,
    chosen_settings,
    execution_options,
    settings_options,
)
from dreambridge.cli.pictures import (
    FORMATS,
    MAX_MEGAPIXELS,
    QUALITY,
    STREAM,
    Destination,
    Picture,
    PictureError,
    format_of,
    from_dream,
    read_mask,
    read_picture,
    to_dream,
)
from dreambridge.cli.reporters import BarReporter, JsonReporter, Reporter
from dreambridge.cli.types import Number
from dreambridge.cli.types import weights as weights_type
from dreamcore.settings import DreamSettings, Execution

_picture_path = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


@dataclass(frozen=True)
class Files:
    """The picture to dream and what goes with it, each a path or `-`, and how much is read."""

    source: Path
    out: Path
    mask: Path | None = None
    guide: Path | None = None
    format: str | None = None
    quality: int = QUALITY
    max_megapixels: float = MAX_MEGAPIXELS


@click.command(context_settings={"max_content_width": 100})
@click.argument("source", metavar="IN", type=_picture_path)
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--mask", type=_picture_path, help="Dream only where this picture is bright.")
@click.option("--guide", type=_picture_path, help="Grow what this picture shows.")
@click.option(
    "--format",
    type=click.Choice(list(FORMATS)),
    help="Write OUT in this format, whatever its suffix.",
)
@click.option(
    "--quality",
    type=click.IntRange(1, 100),
    help=f"Of JPEG and WebP.  [default {QUALITY}]",
)
@click.option(
    "--max-megapixels",
    type=Number(min=0, min_open=True),
    default=MAX_MEGAPIXELS,
    help=f"Read no picture that says it is larger.  [default {MAX_MEGAPIXELS:g}]",
)
@click.option("--local", is_flag=True, help="Compute in this process, without the bridge.")
@click.option(
    "--weights",
    type=weights_type,
    metavar="NAME|FILE",
    help="Other VGG16 weights, a name or a file; only with --local.",
)
@click.option("--json", "as_json", is_flag=True, help="Print events as lines of JSON.")
@execution_options()
@settings_options
def dream(
    source: Path,
    out: Path,
    mask: Path | None,
    guide: Path | None,
    format: str | None,
    quality: int | None,
    max_megapixels: float,
    local: bool,
    weights: str | None,
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
    if guide and given["objective"] is None:
        given["objective"] = "guide"
    execution = chosen_execution(given)
    if execution and not local:
        raise click.UsageError(
            "--device, --precision and --tile go with --local; for the bridge use "
            "`serve --device` and `serve --precision`."
        )
    settings = chosen_settings(preset, given, guided=guide is not None)
    here = Here(weights or "bundled", execution or Execution()) if local else None
    apart = str(out) == STREAM
    reporter: Reporter = JsonReporter(err=apart) if as_json else BarReporter(err=apart)
    files = Files(source, out, mask, guide, format, quality or QUALITY, max_megapixels)
    with reporter, exit_codes(reporter):
        dream_file(files, settings, reporter, here)


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


def dream_file(
    files: Files, settings: DreamSettings, reporter: Reporter, here: Here | None = None
) -> None:
    """Dream one file into another; with `here` in this process.

    Raises:
        PictureError: a file can't be read or written.
        BridgeError: the dream failed.
    """
    most = files.max_megapixels
    picture = read_picture(files.source, most)
    guide = None if files.guide is None else read_picture(files.guide, most)
    request = Request(
        to_dream(picture),
        settings,
        None if files.mask is None else read_mask(files.mask, most),
        None if guide is None else to_dream(guide),
    )
    with Destination(files.out, files.format, files.quality) as destination:
        lacking = destination.try_encoding(picture)
        for note in [*picture.notes, *(guide.notes if guide else ()), *lacking]:
            reporter.note(note)
        dreamed = (
            dream_on_bridge(request, reporter.event)
            if here is None
            else dream_here(request, here, reporter.event)
        )
        try:
            result = from_dream(picture, request.image, dreamed.image)
        except MemoryError as error:
            raise destination.rescue(Picture(dreamed.image), "not enough memory") from error
        destination.write(result)
    height, width = dreamed.image.shape[:2]
    facts = {name: value for name, value in vars(dreamed).items() if name != "image"}
    reporter.done(out=str(files.out), width=width, height=height, **facts)


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a termination, as at logging out, clean up like Ctrl-C: no temporary file stays."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    found = {number: signal.getsignal(number) for number in map(signal.Signals.__getitem__, names)}
    changed = {number: old for number, old in found.items() if old == signal.SIG_DFL}
    for number in changed:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, old in changed.items():
            signal.signal(number, old)


@contextmanager
def exit_codes(reporter: Reporter) -> Iterator[None]:
    """Tell how a dream ended that has no result, and turn it into the exit code."""
    try:
        with _terminable():
            yield
    except (KeyboardInterrupt, Cancelled):
        reporter.cancelled()
        raise click.exceptions.Exit(CANCELLED) from None
    except (BridgeError, PictureError) as error:
        reporter.failed(error)
        raise click.exceptions.Exit(1) from error
