"""`dreambridge dream IN OUT`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bridgeclient.errors import BridgeError, Cancelled
from dreambridge.cli import CANCELLED
from dreambridge.cli.engines import Request, dream_here, dream_on_bridge
from dreambridge.cli.parameters import chosen_settings, settings_options
from dreambridge.cli.pictures import (
    Destination,
    PictureError,
    read_mask,
    read_picture,
)
from dreambridge.cli.reporters import BarReporter, JsonReporter, Reporter
from dreambridge.cli.types import weights as weights_type
from dreamcore.settings import DreamSettings

_picture_path = click.Path(path_type=Path, dir_okay=False)


@click.command(context_settings={"max_content_width": 100})
@click.argument("source", metavar="IN", type=_picture_path)
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--mask", type=_picture_path, help="Dream only where this picture is bright.")
@click.option("--guide", type=_picture_path, help="Grow what this picture shows.")
@click.option("--local", is_flag=True, help="Compute in this process, without the bridge.")
@click.option(
    "--weights",
    type=weights_type,
    metavar="NAME|FILE",
    help="Other VGG16 weights, a name or a file; only with --local.",
)
@click.option("--json", "as_json", is_flag=True, help="Print events as lines of JSON.")
@settings_options
def dream(
    source: Path,
    out: Path,
    mask: Path | None,
    guide: Path | None,
    local: bool,
    weights: str | None,
    as_json: bool,
    preset: str | None,
    **given: Any,
) -> None:
    """Dream the picture IN and write it to OUT, in the format of OUT's suffix.

    The bridge computes it and is started if need be; it stays warm for the next dream.
    """
    if weights and not local:
        raise click.UsageError("--weights goes with --local; for the bridge use `serve --weights`.")
    if guide and given["objective"] is None:
        given["objective"] = "guide"
    settings = chosen_settings(preset, given)
    here = (weights or "bundled") if local else None
    reporter: Reporter = JsonReporter() if as_json else BarReporter()
    with reporter, ending(reporter):
        dream_file(source, out, settings, reporter, mask=mask, guide=guide, here=here)


def dream_file(
    source: Path,
    out: Path,
    settings: DreamSettings,
    reporter: Reporter,
    *,
    mask: Path | None = None,
    guide: Path | None = None,
    here: str | None = None,
) -> None:
    """Dream one file into another; `here` names the weights to compute with in this process.

    Raises:
        PictureError: a file can't be read or written.
        BridgeError: the dream failed.
    """
    picture = read_picture(source)
    for note in picture.notes:
        reporter.note(note)
    request = Request(
        picture.pixels,
        settings,
        None if mask is None else read_mask(mask),
        None if guide is None else read_picture(guide).pixels,
    )
    with Destination(out) as destination:
        destination.rehearse(picture)
        dreamed = (
            dream_on_bridge(request, reporter.event)
            if here is None
            else dream_here(request, here, reporter.event)
        )
        destination.write(replace(picture, pixels=dreamed.image))
    height, width = dreamed.image.shape[:2]
    facts = {name: value for name, value in vars(dreamed).items() if name != "image"}
    reporter.done(out=str(out), width=width, height=height, **facts)


@contextmanager
def ending(reporter: Reporter) -> Iterator[None]:
    """Tell how a dream ended that has no result, and turn it into the exit code."""
    try:
        yield
    except (KeyboardInterrupt, Cancelled):
        reporter.cancelled()
        raise click.exceptions.Exit(CANCELLED) from None
    except (BridgeError, PictureError) as error:
        reporter.failed(error)
        raise click.exceptions.Exit(1) from error
