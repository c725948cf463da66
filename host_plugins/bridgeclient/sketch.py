"""A dream at so small a size that it is there at once: the dream without its finest octaves.

A dream begins with its smallest octave. So the picture is shrunk to exactly the size of one of the
dream's own octaves, with the same surroundings, seed and jitter, and a sketch shows what the dream
has come to at that octave. Plain arithmetic; knows no editor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridgeclient.estimate import Layers, octave_sizes, work
from bridgeclient.looks import Json, counted

SIDE_MOST = 1024
"""No sketch is larger, in pixels."""

_SIDE_LEAST = 64
"""None is made smaller than this, in pixels, however long it takes."""


@dataclass(frozen=True)
class Sketch:
    """A sketch's size in pixels, its settings, and in words how the dream will differ from it."""

    width: int
    height: int
    settings: Json
    difference: str


def sketch_of(
    size: tuple[int, int],
    settings: Mapping[str, Any],
    layers: Layers,
    most_work: float,
) -> Sketch:
    """The sketch of a dream of a picture of this size (width, height), surroundings included.

    It takes `most_work` multiply-adds as `estimate.work` counts them, where a picture of 64 pixels
    doesn't take more.
    """
    octaves, lost = len(octave_sizes(*size, settings, layers)), 0
    while True:
        scale = float(settings["octave_scale"]) ** -lost
        width, height = (max(1, round(side * scale)) for side in size)
        reduced = {**settings, "octaves": max(1, int(settings["octaves"]) - lost)}
        fits = max(width, height) <= SIDE_MOST and work(width, height, reduced, layers) <= most_work
        if fits or max(width, height) <= _SIDE_LEAST:
            return Sketch(width, height, reduced, difference(lost, octaves))
        lost += 1


def difference(lost: int, octaves: int, remedy: str = "") -> str:
    """What a dream adds to its sketch, which lacks `lost` of its octaves.

    `remedy` follows where nothing of the sketch is in the dream.
    """
    if not lost:
        return "The dream will be just this."
    if lost < octaves:
        return f"The dream adds fine detail: its last {counted(lost, 'octave')} of {octaves}."
    return f"The dream's features will be smaller than here{remedy}."
