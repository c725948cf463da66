"""Options that `video` and `zoom` share, and times on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dreambridge.cli.pictures import PictureError
from dreambridge.cli.video.report import BarFilmReporter, FilmReporter, JsonFilmReporter
from dreambridge.cli.video.timeline import Timeline, read_keyframes
from dreamcore.presets import PRESETS
from dreamcore.settings import DreamSettings

_Command = TypeVar("_Command", bound=Callable[..., Any])

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?|\.\d+)")


def seconds(text: str) -> float:
    """A time: seconds, or minutes and hours before them, as in 1:02:03.5."""
    found = _TIME.fullmatch(str(text).strip())
    if not found:
        raise click.BadParameter(f"{text!r} is no time such as 12.5 or 1:02:03.")
    return int(found[1] or 0) * 3600 + int(found[2] or 0) * 60 + float(found[3])


_OPTIONS = (
    click.option(
        "--codec",
        help="FFmpeg's name of the codec to write with.  [default H.264 where "
        "the kind of file has it]",
    ),
    click.option(
        "--crf",
        type=click.IntRange(0, 63),
        help="Quality of H.264, H.265, VP9 and AV1: lower is better and larger.",
    ),
    click.option(
        "--size",
        type=click.IntRange(2, 1_000_000),
        metavar="PIXELS",
        help="Make larger frames smaller first, so that the longest side has so many pixels.",
    ),
    click.option("--restart", is_flag=True, help="Dream every frame anew, whatever is kept."),
    click.option("--json", "as_json", is_flag=True, help="Print events as lines of JSON."),
)


def film_options(command: _Command) -> _Command:
    """Add `--codec`, `--crf`, `--size`, `--restart` and `--json`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_LOOK_OPTIONS = (
    click.option(
        "--to-preset",
        type=click.Choice(list(PRESETS)),
        help="Go over to this look from the first frame to the last.",
    ),
    click.option(
        "--keyframes",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help='Settings by time in JSON, as in {"0": {"step": 0.2}, "4.5": {"step": 1}}.',
    ),
)


def look_options(command: _Command) -> _Command:
    """Add `--to-preset` and `--keyframes`."""
    for option in reversed(_LOOK_OPTIONS):
        command = option(command)
    return command


def timeline_for(
    settings: DreamSettings,
    last: DreamSettings | None,
    keyframes: Path | None,
    seconds: float,
    *,
    guided: bool,
) -> Timeline:
    """The settings over a film of so many seconds, at the end `last` if that is given.

    `guided` says whether there is a guide image.

    Raises:
        click.UsageError: the options don't go together.
        PictureError: the keyframes can't be read.
    """
    if last is not None and keyframes:
        raise click.UsageError("--to-preset and --keyframes don't go together.")
    if keyframes is not None:
        timeline = read_keyframes(keyframes, settings)
    elif last is not None:
        timeline = Timeline.between(settings, last, seconds)
    else:
        timeline = Timeline.steady(settings)
    if any((key.objective == "guide") is not guided for key in timeline.keys):
        raise PictureError("--guide and the objective guide go together, in every keyframe.")
    return timeline


def reporter_for(*, as_json: bool) -> FilmReporter:
    """Who tells how it goes."""
    return JsonFilmReporter() if as_json else BarFilmReporter()
