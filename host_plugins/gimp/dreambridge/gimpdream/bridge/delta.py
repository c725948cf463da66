"""A dream's change added to pixels that were not sent as they are. Pure arithmetic: knows no GIMP.

The network sees values from 0 to 1. What lies beyond, highlights of HDR pictures and colours
outside a profile's gamut, is sent compressed; the change comes back through the same curve, and
where nothing changed the pixels keep every bit.
"""

from __future__ import annotations

import array
import math
from dataclasses import dataclass

from bridgeclient.protocol import ImageFrame
from gimpdream.document.frames import FULL, colours_of, values_of, with_values

_KNEE = 0.75
_SHOULDER = 1 - _KNEE


@dataclass(frozen=True)
class ToneCurve:
    """Values from below 0 up to `top`, above 1, as values from 0 to 1: a knee, then logarithmic."""

    top: float

    def compress(self, value: float) -> float:
        """The value as the network sees it."""
        if value <= _KNEE or self.top <= 1:
            return max(0.0, value)
        return _KNEE + _SHOULDER * math.log1p((value - _KNEE) / _SHOULDER) / self._reach

    def apply(self, value: float, change: float) -> float:
        """The value after what the network sees of it changed."""
        if value < 0 or self.top <= 1:
            return value + change
        result = self.compress(value) + change
        if result <= _KNEE:
            return result
        return _KNEE + _SHOULDER * math.expm1((min(result, 1.0) - _KNEE) / _SHOULDER * self._reach)

    @property
    def _reach(self) -> float:
        return math.log1p((self.top - _KNEE) / _SHOULDER)


def curve_for(image: ImageFrame) -> ToneCurve | None:
    """The curve that an image needs, None if all its colours are from 0 to 1."""
    if image.dtype != "float32":
        return None
    planes = [values_of(image)[channel :: image.channels] for channel in range(colours_of(image))]
    top, bottom = max(map(max, planes)), min(map(min, planes))
    return ToneCurve(top) if top > 1 or bottom < 0 else None


def compress(image: ImageFrame, curve: ToneCurve) -> ImageFrame:
    """The image as the network sees it."""
    values = values_of(image)
    for channel in range(colours_of(image)):
        plane = values[channel :: image.channels]
        values[channel :: image.channels] = array.array("f", map(curve.compress, plane))
    return with_values(image, values)


def delta_between(sent: ImageFrame, dreamed: ImageFrame) -> array.array[float]:
    """What was dreamed less what was sent: floats, colours interleaved, without alpha."""
    before, after = values_of(sent), values_of(dreamed)
    channels, colours, full = sent.channels, colours_of(sent), FULL[sent.dtype]
    result = array.array("f", bytes(4 * sent.width * sent.height * colours))
    for channel in range(colours):
        pairs = zip(before[channel::channels], after[channel::channels], strict=True)
        result[channel::colours] = array.array("f", [(b - a) / full for a, b in pairs])
    return result


def add_delta(image: ImageFrame, delta: array.array[float], curve: ToneCurve | None) -> ImageFrame:
    """The image with a change of its size; unchanged pixels keep every bit."""
    values, colours = values_of(image), colours_of(image)
    full, code = FULL[image.dtype], values.typecode
    for channel in range(colours):
        pairs = zip(values[channel :: image.channels], delta[channel::colours], strict=True)
        if code != "f":
            new = [v if not d else min(full, max(0, round(v + d * full))) for v, d in pairs]
        elif curve is not None:
            new = [v if not d else curve.apply(v, d) for v, d in pairs]
        else:
            new = [v + d for v, d in pairs]
        values[channel :: image.channels] = array.array(code, new)
    return with_values(image, values)
