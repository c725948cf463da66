"""How long a dream will take, before it starts: its work, divided by the speed last measured.

Pure arithmetic for the editors and the command line, which remember `Speeds` as text wherever they
keep such things. Work is counted in multiply-adds of VGG16's forward pass; the way back to the
input costs in proportion. Knows no editor and no engine.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridgeclient.looks import counted
from bridgeclient.octaves import every_layer, layers_of
from bridgeclient.parts import LEAST_GAP, PART_COST, parts
from bridgeclient.region import Rect, context_margin, grown, with_context

Layers = Mapping[str, Mapping[str, Any]]
"""The schema's `x-layers`."""

_STEP = 20000.0
"""What shifting, smoothing and adding a gradient costs per pixel, in multiply-adds.

Fitted to relu1_1 against relu4_3 on one core: 10 000 in float32, 19 000 in bfloat16, 27 000 in
mixed and 37 000 in int8, whose multiply-adds are quicker; none is more than 1.8 times off for
relu1_1, and deeper layers hardly at all.
"""

_SLOWER = 1.2
"""How much longer a dream takes than one in int8, as measured with `bench/int8.py`."""

_TELLING_S = 1.0
"""A shorter dream says more of what starting costs than of how fast the machine is."""


def octave_sizes(
    width: int, height: int, settings: Mapping[str, Any], layers: Layers
) -> list[tuple[int, int]]:
    """Width and height of every octave that the engine dreams, the full size first.

    As many as the settings ask for, none whose shorter side is below one jitter or twice the
    deepest layer's stride; always at least one.
    """
    stride = max(int(layers[name]["stride"]) for name in every_layer(settings))
    least = max(int(settings["jitter"]), 2 * stride)
    sizes = [(width, height)]
    for level in range(1, int(settings["octaves"])):
        scale = float(settings["octave_scale"]) ** level
        size = round(width / scale), round(height / scale)
        if min(size) < least:
            break
        sizes.append(size)
    return sizes


def work(width: int, height: int, settings: Mapping[str, Any], layers: Layers) -> float:
    """The multiply-adds of a dream of `width` × `height` pixels, context included.

    `settings` are complete; `layers` is the schema's `x-layers`. Never 0.
    """
    total, octave = 0.0, int(settings["octaves"])
    for across, down in octave_sizes(width, height, settings, layers):
        used = layers_of(settings, octave)
        deepest = max(float(layers[name]["multiply_adds"]) for name in used)
        total += across * down * (deepest + _STEP)
        octave -= 1
    return total * int(settings["iterations"])


def masked_work(
    width: int,
    height: int,
    mask: bytes | None,
    settings: Mapping[str, Any],
    layers: Layers,
    soft: int = 0,
) -> float:
    """The multiply-adds of a dream that changes only where the 8-bit mask of its size isn't 0.

    The engine dreams each part of the mask with its surroundings. None means everywhere. The mask
    is going to reach `soft` pixels further, where its edge isn't made soft yet.
    """
    canvas = Rect(0, 0, width, height)
    if mask is None:
        return work(width, height, settings, layers)

    def region(part: Rect) -> Rect:
        reach = grown(part, soft)
        return with_context(reach, canvas, context_margin(reach, settings, layers))

    def cost(part: Rect) -> float:
        return float(region(part).width * region(part).height + PART_COST)

    halo = max(int(layers[name]["halo"]) for name in every_layer(settings))
    pieces = parts(mask, width, max(LEAST_GAP, 2 * halo) + 2 * soft, cost)
    return sum(work(region(part).width, region(part).height, settings, layers) for part in pieces)


@dataclass(frozen=True)
class Speeds:
    """Multiply-adds per second by "device precision", the last measured last."""

    measured: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str) -> Speeds:
        """The inverse of `to_text`; what can't be read is not remembered."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(values, dict):
            return cls()
        return cls({name: float(speed) for name, speed in values.items() if _sound(speed)})

    def to_text(self) -> str:
        """As JSON."""
        return json.dumps(dict(self.measured))

    def with_dream(
        self, work: float, seconds: float, device: str, precision: str, *, sketch: bool = False
    ) -> Speeds:
        """With a finished dream's speed; `seconds` to `precision` are a `Result`'s.

        A very short dream counts only where nothing better is known. A sketch counts as the dream
        would, which takes longer where sketches are computed in int8.
        """
        if sketch and precision == "int8":
            seconds *= _SLOWER
        name = f"{device} {precision}"
        if not (math.isfinite(seconds) and seconds > 0):
            return self
        if seconds < _TELLING_S and name in self.measured:
            speed = self.measured[name]
        else:
            speed = work / seconds
        others = {key: value for key, value in self.measured.items() if key != name}
        return Speeds({**others, name: speed})

    def seconds(self, work: float) -> float | None:
        """How long this work takes where the last dream ran; None while nothing was measured."""
        return None if self.speed is None else work / self.speed

    @property
    def speed(self) -> float | None:
        """Multiply-adds per second where the last dream ran; None while nothing was measured."""
        return next(reversed(list(self.measured.values())), None)


def _sound(speed: object) -> bool:
    if isinstance(speed, bool) or not isinstance(speed, int | float):
        return False
    return math.isfinite(speed) and speed > 0


def about(seconds: float) -> str:
    """The time in words that don't promise more than an estimate can keep: "about 4 minutes"."""
    if seconds < 1.5:
        return "about a second"
    if seconds < 10:
        return f"about {round(seconds)} seconds"
    if seconds < 57.5:
        return f"about {5 * round(seconds / 5)} seconds"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"about {counted(minutes, 'minute')}"
    hours = round(minutes / 60)
    return f"about {counted(hours, 'hour')}"
