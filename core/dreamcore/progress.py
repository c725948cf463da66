"""Where a dream is, and how much of its work is done."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from dreamcore.pixels import Image


@dataclass(frozen=True)
class Progress:
    """Where a dream is: `octave` and `iteration` count from 1, `fraction` of all work is done.

    `preview(side)` makes an H x W x C uint8 picture of the state, its longer side at most `side`;
    it works only until the generator is advanced.
    """

    octave: int
    octaves: int
    iteration: int
    iterations: int
    fraction: float
    preview: Callable[[int], Image]


@dataclass(frozen=True)
class Clock:
    """Turns iterations done at an octave into `Progress`; work is counted in pixels."""

    sizes: list[tuple[int, int]]
    iterations: int

    def progress(
        self, size: tuple[int, int], done: float, preview: Callable[[int], Image]
    ) -> Progress:
        """The event for `done` iterations at the octave of `size`."""
        areas = [height * width for height, width in self.sizes]
        octave = self.sizes.index(size)
        work = sum(areas[:octave]) + areas[octave] * done / self.iterations
        return Progress(
            octave + 1,
            len(self.sizes),
            max(1, math.ceil(done)),
            self.iterations,
            work / sum(areas),
            preview,
        )
