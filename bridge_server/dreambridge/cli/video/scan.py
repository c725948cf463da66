"""A clip read once before it is dreamed: which frames there are, when, and where shots begin."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dreambridge.cli.pictures import Picture, to_dream
from dreambridge.cli.pictures.picture import full_scale
from dreambridge.cli.pictures.resizing import reduced_size
from dreambridge.cli.video.source import Moment, Source
from dreamcore.motion import flow

_SIDE = 192
"""Pixels of the longer side at which frames are compared."""
_ALIKE = 2.0
"""Mean difference in grey levels below which two frames are of one shot without a closer look."""


@dataclass(frozen=True)
class Selection:
    """Which of the frames are dreamed: those from one second to another, one of every `every`."""

    start: float = 0.0
    end: float | None = None
    every: int = 1

    def has(self, seconds: float) -> bool:
        """Whether a frame shown at so many seconds lies in it."""
        return seconds >= self.start - 1e-6 and (self.end is None or seconds < self.end - 1e-6)


@dataclass(frozen=True)
class Scan:
    """What a clip has: the time of every frame, and the numbers of those to dream.

    `cuts` are places in `numbers` where a shot begins, the first among them. `opaque` says whether
    no frame is transparent anywhere.
    """

    moments: list[Moment]
    numbers: list[int]
    cuts: list[int]
    opaque: bool

    @property
    def times(self) -> list[Moment]:
        """When each frame of the result is shown, in the source's time base, from 0 on."""
        first = self.moments[self.numbers[0]].pts
        shown = [self.moments[number].pts - first for number in self.numbers]
        thinned = self.numbers[-1] - self.numbers[0] >= len(self.numbers)
        last = shown[-1] - shown[-2] if thinned else self.moments[self.numbers[-1]].duration
        ends = [*shown[1:], shown[-1] + last]
        return [Moment(at, end - at) for at, end in zip(shown, ends, strict=True)]

    def start_seconds(self, source: Source) -> float:
        """When in the file the first frame of the result is shown."""
        return float(self.moments[self.numbers[0]].pts * source.facts.time_base)

    def seconds(self, source: Source) -> float:
        """How long the result lasts."""
        last = self.times[-1]
        return float((last.pts + last.duration) * source.facts.time_base)

    def shots(self) -> list[range]:
        """Places in `numbers`, shot by shot."""
        ends = [*self.cuts[1:], len(self.numbers)]
        return [range(start, end) for start, end in zip(self.cuts, ends, strict=True)]


def scan(source: Source, selection: Selection) -> Scan:
    """Read the clip.

    Raises:
        PictureError: it can't be read.
    """
    moments: list[Moment] = []
    numbers: list[int] = []
    cuts: list[int] = []
    opaque, inside, before = True, 0, None
    for moment, picture in source.moments():
        moments.append(moment)
        if not selection.has(_seconds(source, moment, moments[0])):
            continue
        inside += 1
        if (inside - 1) % selection.every:
            continue
        opaque &= not picture.has_alpha or bool(
            (picture.pixels[..., -1] == full_scale(picture.pixels.dtype)).all()
        )
        now = _small(picture)
        if before is None or _is_cut(before, now):
            cuts.append(len(numbers))
        numbers.append(len(moments) - 1)
        before = now
    return Scan(moments, numbers, cuts, opaque)


def _seconds(source: Source, moment: Moment, first: Moment) -> float:
    return float(Fraction(moment.pts - first.pts) * source.facts.time_base)


def _small(picture: Picture) -> NDArray[np.uint8]:
    """(H, W): a frame's lightness in 8 bits."""
    pixels: Any = to_dream(picture)
    height, width = pixels.shape[:2]
    size = reduced_size(width, height, _SIDE)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).reshape(*size[::-1], -1)
    values = small.astype(np.float32) * np.float32(255 / full_scale(pixels.dtype))
    colours = values[..., :-1] if picture.has_alpha else values
    return np.asarray(np.rint(colours.mean(axis=-1)).clip(0, 255), np.uint8)


def _is_cut(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> bool:
    if before.shape != now.shape:
        return True
    apart = np.abs(before.astype(np.int16) - now).mean()
    return bool(apart > _ALIKE) and flow.is_cut_between(before, now)
