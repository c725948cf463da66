"""`dreambridge zoom IN OUT`."""

from __future__ import annotations

from concurrent.futures import Executor
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from bridgeclient.request import DreamRequest
from dreambridge.arrays import to_frame
from dreambridge.cli.ending import exit_codes
from dreambridge.cli.parameters import chosen_settings, settings_options
from dreambridge.cli.pictures import read_picture, to_dream
from dreambridge.cli.pictures.resizing import reduced_size, resized
from dreambridge.cli.types import Number
from dreambridge.cli.video.film import FilmJob, make_film
from dreambridge.cli.video.formats import CodecOptions
from dreambridge.cli.video.movie import even
from dreambridge.cli.video.numbered import is_pattern
from dreambridge.cli.video.options import film_options, look_options, reporter_for, timeline_for
from dreambridge.cli.video.pixels import FULL
from dreambridge.cli.video.source import Colour, Facts, Moment
from dreambridge.cli.video.targets import MovieTarget, PicturesTarget, Target
from dreambridge.cli.video.timeline import Timeline
from dreambridge.cli.video.zooming import Motion, ZoomChain

_LARGEST = 960
"""Pixels of the longer side unless another size is asked for: a photograph's would take days."""
_LAYOUTS = {1: "gray", 2: "ya8", 3: "rgb24", 4: "rgba"}
_path = click.Path(path_type=Path, dir_okay=False)


@click.command(context_settings={"max_content_width": 100})
@click.argument("source", metavar="IN", type=_path)
@click.argument("out", metavar="OUT", type=_path)
@click.option(
    "--seconds",
    type=Number(0.01, 86400),
    default=10.0,
    show_default=True,
    help="How long the film lasts.",
)
@click.option(
    "--fps", type=Number(0.01, 1000), default=24.0, show_default=True, help="Frames in a second."
)
@click.option(
    "--zoom",
    "zoom_by",
    type=Number(0.5, 2),
    default=1.02,
    show_default=True,
    help="How much larger everything is in the next frame.",
)
@click.option(
    "--rotate",
    type=Number(-180, 180),
    default=0.0,
    show_default=True,
    help="Degrees by which each frame turns to the right.",
)
@click.option(
    "--shift",
    nargs=2,
    type=click.FLOAT,
    default=(0.0, 0.0),
    metavar="X Y",
    help="Pixels by which each frame moves to the right and down.",
)
@click.option("--loop", is_flag=True, help="Come back to the first frame at the end.")
@look_options
@film_options
@settings_options
def zoom(
    source: Path,
    out: Path,
    seconds: float,
    fps: float,
    zoom_by: float,
    rotate: float,
    shift: tuple[float, float],
    loop: bool,
    to_preset: str | None,
    keyframes: Path | None,
    codec: str | None,
    crf: int | None,
    size: int | None,
    restart: bool,
    as_json: bool,
    preset: str | None,
    **given: Any,
) -> None:
    """Dream an endless zoom into a picture: each frame is dreamed from the last one, moved.

    The picture is made no larger than 960 pixels unless `--size` says otherwise. `--coherence` says
    how little is dreamed on top of each frame. The same command goes on where it was interrupted.
    """
    settings = chosen_settings(preset, given)
    end_settings = chosen_settings(to_preset, given) if to_preset else None
    reporter = reporter_for(as_json=as_json)
    with reporter, exit_codes(reporter):
        timeline = timeline_for(settings, end_settings, keyframes, seconds, guided=False)
        job = _job(
            source,
            out,
            Motion(zoom_by, rotate, shift),
            timeline,
            seconds,
            fps,
            size or _LARGEST,
            CodecOptions(codec, crf),
            loop=loop,
            restart=restart,
        )
        reporter.scanning(source)
        make_film(job, reporter)


def _job(
    source: Path,
    out: Path,
    motion: Motion,
    timeline: Timeline,
    seconds: float,
    fps: float,
    longest: int,
    asked: CodecOptions,
    *,
    loop: bool,
    restart: bool,
) -> FilmJob:
    picture = read_picture(source)
    height, width = picture.pixels.shape[:2]
    across, down = map(even, reduced_size(width, height, longest))
    first = to_dream(resized(picture, (across, down)))
    count, rate = max(1, round(seconds * fps)), Fraction(fps).limit_denominator(1001)

    def chains(readers: Executor) -> list[ZoomChain]:
        return [ZoomChain(first, motion, timeline, count, fps, loop=loop)]

    made_with = {
        "settings": timeline.to_json(),
        "--zoom": motion.zoom,
        "--rotate": motion.rotate,
        "--shift": list(motion.shift),
        "--size": longest,
        "--fps": fps,
        "--loop": loop,
        **({"--seconds": seconds} if loop or len(timeline.keys) > 1 else {}),
    }
    channels = first.shape[2]
    bits = 8 if first.dtype.name == "uint8" else 16
    colour = Colour(range=FULL)
    facts = Facts(
        across, down, 1 / rate, rate, _LAYOUTS[channels], bits, channels in (2, 4), colour=colour
    )
    target: Target = (
        PicturesTarget(out, range(1, count + 1))
        if is_pattern(out)
        else MovieTarget(out, facts, asked, None)
    )
    return FilmJob(
        target,
        [Moment(index, 1) for index in range(count)],
        {"picture": source},
        made_with,
        first,
        DreamRequest.still(to_frame(first), timeline.keys[0].to_json()),
        chains,
        restart,
    )
