"""`dreambridge video IN OUT`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from bridgeclient.request import DreamRequest
from dreambridge.arrays import Array, to_frame
from dreambridge.cli.ending import exit_codes
from dreambridge.cli.parameters import chosen_settings, settings_options
from dreambridge.cli.pictures import PictureError, read_mask, read_picture, reduced_mask, to_dream
from dreambridge.cli.types import Number
from dreambridge.cli.video.chains import ShotPlan
from dreambridge.cli.video.film import FilmJob, make_film
from dreambridge.cli.video.formats import CodecOptions
from dreambridge.cli.video.movie import Movie
from dreambridge.cli.video.numbered import NumberedPictures, is_pattern
from dreambridge.cli.video.options import (
    film_options,
    look_options,
    reporter_for,
    seconds,
    timeline_for,
)
from dreambridge.cli.video.scan import Scan, Selection, scan
from dreambridge.cli.video.sound import Sound, has_sound
from dreambridge.cli.video.source import Source
from dreambridge.cli.video.targets import MovieTarget, PicturesTarget, Target
from dreambridge.cli.video.timeline import Timeline

_FPS = 24.0
_path = click.Path(path_type=Path, dir_okay=False)


@click.command(context_settings={"max_content_width": 100})
@click.argument("source", metavar="IN", type=_path)
@click.argument("out", metavar="OUT", type=_path)
@click.option(
    "--from", "start", metavar="TIME", type=seconds, default="0", help="Begin at this time."
)
@click.option("--to", "end", metavar="TIME", type=seconds, help="End at this time.")
@click.option("--every", type=click.IntRange(1), default=1, help="Take one frame of so many.")
@click.option(
    "--fps",
    type=Number(0.01, 1000),
    help=f"Frames in a second, where IN is numbered pictures.  [default {_FPS:g}]",
)
@click.option("--mask", type=_path, help="Dream only where this picture is bright.")
@click.option("--guide", type=_path, help="Grow what this picture shows.")
@look_options
@film_options
@settings_options
def video(
    source: Path,
    out: Path,
    start: float,
    end: float | None,
    every: int,
    fps: float | None,
    mask: Path | None,
    guide: Path | None,
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
    """Dream a film: each frame takes the last one's dream along, so that it moves with the picture.

    IN is any file that FFmpeg's libraries read, or numbered pictures as `frames/%05d.png`; so is
    OUT. Sound, frame rate, timing, shape and colours are kept. The same command goes on where it
    was interrupted: finished frames are kept in `OUT.frames` until the film is whole.
    """
    _check(source, out, start, end, fps)
    if guide and given["objective"] is None:
        given["objective"] = "guide"
    settings = chosen_settings(preset, given, guided=guide is not None)
    end_settings = None
    if to_preset:
        end_settings = chosen_settings(to_preset, given, guided=guide is not None)
    clip = _Clip(source, out, Selection(start, end, every), fps, size)
    reporter = reporter_for(as_json=as_json)
    with reporter, exit_codes(reporter):
        reporter.scanning(source)
        opened, found = clip.opened()
        plan = ShotPlan(opened, found, Timeline.steady(settings), *_shown(mask, guide, opened))
        lasts = plan.seconds(len(found.numbers) - 1)
        guided = plan.guide is not None
        timeline = timeline_for(settings, end_settings, keyframes, lasts, guided=guided)
        plan = replace(plan, timeline=timeline)
        for note in opened.notes:
            reporter.note(note)
        extras = {"mask": mask, "guide": guide}
        target = clip.target(opened, found, CodecOptions(codec, crf))
        make_film(_job(plan, clip, target, extras, restart=restart), reporter)


def _check(source: Path, out: Path, start: float, end: float | None, fps: float | None) -> None:
    if end is not None and end <= start:
        raise click.UsageError("--to has to be later than --from.")
    if fps is not None and not is_pattern(source):
        raise click.UsageError("--fps goes with numbered pictures; a film has a rate of its own.")
    if source.resolve() == out.resolve():
        raise click.UsageError("OUT is IN itself; name another file, so that the film stays.")


@dataclass(frozen=True)
class _Clip:
    """What the arguments say of the frames and where they go."""

    path: Path
    out: Path
    selection: Selection
    fps: float | None
    size: int | None

    def opened(self) -> tuple[Source, Scan]:
        """The source, and what it has."""
        source: Source
        if is_pattern(self.path):
            rate = Fraction(self.fps or _FPS).limit_denominator(1001)
            source = NumberedPictures(self.path, rate, self.size)
        else:
            source = Movie(self.path, self.size)
        found = scan(source, self.selection)
        if not found.numbers:
            raise PictureError(f"{self.path.name} has no frames between --from and --to.")
        return source, found

    def target(self, source: Source, found: Scan, asked: CodecOptions) -> Target:
        """Where the frames go."""
        if is_pattern(self.out):
            if asked != CodecOptions():
                raise PictureError("--codec and --crf go with films, not with numbered pictures.")
            if not isinstance(source, NumberedPictures):
                return PicturesTarget(self.out, range(1, len(found.numbers) + 1))
            numbers = [source.number_of(index) for index in found.numbers]
            originals = _Originals(source, found)
            return PicturesTarget(self.out, numbers, originals)
        alpha = source.facts.alpha and not found.opaque
        rate = source.facts.rate / self.selection.every
        facts = replace(source.facts, alpha=alpha, rate=rate)
        sound: Callable[[], Sound] | None = None
        if not is_pattern(self.path) and has_sound(self.path):
            start = found.start_seconds(source)
            end = None if self.selection.end is None else start + found.seconds(source)
            sound = _Opening(self.path, start, end, self.selection.start == 0)
        return MovieTarget(self.out, facts, asked, sound)


@dataclass(frozen=True)
class _Originals:
    """The pictures that are dreamed, once more."""

    source: Source
    found: Scan

    def __call__(self) -> Any:
        return self.source.frames(self.found.numbers, self.found.moments)


@dataclass(frozen=True)
class _Opening:
    """Opens the sound of a film between two times."""

    path: Path
    start: float
    end: float | None
    whole: bool

    def __call__(self) -> Sound:
        return Sound(self.path, self.start, self.end, whole=self.whole)


def _shown(mask: Path | None, guide: Path | None, source: Source) -> tuple[Array | None, ...]:
    """The mask, as large as a frame where it has a frame's shape, and the guide."""
    read = None if mask is None else read_mask(mask)
    if read is not None:
        size = source.facts.width, source.facts.height
        height, width = read.shape
        if abs(width * size[1] - height * size[0]) > max(width, height):
            raise PictureError(
                f"The mask has {width} × {height} pixels, a frame {size[0]} × {size[1]}."
            )
        read = read if (width, height) == size else reduced_mask(read, size)
    return read, None if guide is None else to_dream(read_picture(guide))


def _job(
    plan: ShotPlan, clip: _Clip, target: Target, extras: dict[str, Path | None], *, restart: bool
) -> FilmJob:
    source, found = plan.source, plan.scan
    first = plan.pixels(next(source.frames(found.numbers[:1], found.moments)))
    guide = None if plan.guide is None else to_frame(plan.guide)
    made_with = {
        "settings": plan.timeline.to_json(),
        "--from": clip.selection.start,
        "--to": clip.selection.end,
        "--every": clip.selection.every,
        "--size": clip.size,
        "--fps": clip.fps,
    }
    shown = {name: path for name, path in extras.items() if path is not None}
    return FilmJob(
        target,
        found.times,
        {**source.files(), **shown},
        made_with,
        first,
        DreamRequest.still(to_frame(first), plan.timeline.keys[0].to_json(), guide=guide),
        plan.chains,
        restart,
    )
