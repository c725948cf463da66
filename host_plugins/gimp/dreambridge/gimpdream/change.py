"""A dream's change laid on pixels that were not sent as they are. Pure arithmetic: knows no GIMP.

The network sees values from 0 to 1. What lies beyond, highlights of HDR pictures and colours
outside a profile's gamut, is sent compressed; the change comes back through the same curve, and
where nothing changed the pixels keep every bit.
"""

from __future__ import annotations

import array
import math
from dataclasses import dataclass

from bridgeclient.protocol import ImageFrame

_CODES = {"uint8": "B", "uint16": "H", "float32": "f"}
_FULL = {"uint8": 255, "uint16": 65535, "float32": 1}

_KNEE = 0.75
_SHOULDER = 1 - _KNEE


@dataclass(frozen=True)
class Curve:
    """Values from below 0 up to `top`, above 1, as values from 0 to 1: a knee, then logarithmic."""

    top: float

    def compressed(self, value: float) -> float:
        """The value as the network sees it."""
        if value <= _KNEE or self.top <= 1:
            return max(0.0, value)
        return _KNEE + _SHOULDER * math.log1p((value - _KNEE) / _SHOULDER) / self._reach

    def moved(self, value: float, change: float) -> float:
        """The value after what the network sees of it changed."""
        if value < 0 or self.top <= 1:
            return value + change
        seen = self.compressed(value) + change
        if seen <= _KNEE:
            return seen
        return _KNEE + _SHOULDER * math.expm1((min(seen, 1.0) - _KNEE) / _SHOULDER * self._reach)

    @property
    def _reach(self) -> float:
        return math.log1p((self.top - _KNEE) / _SHOULDER)


def curve_for(image: ImageFrame) -> Curve | None:
    """The curve that an image needs, None if all its colours are from 0 to 1."""
    if image.dtype != "float32":
        return None
    planes = [_values(image)[channel :: image.channels] for channel in range(_colours(image))]
    top, bottom = max(map(max, planes)), min(map(min, planes))
    return Curve(top) if top > 1 or bottom < 0 else None


def compressed(image: ImageFrame, curve: Curve) -> ImageFrame:
    """The image as the network sees it."""
    values = _values(image)
    for channel in range(_colours(image)):
        plane = values[channel :: image.channels]
        values[channel :: image.channels] = array.array("f", map(curve.compressed, plane))
    return _like(image, values)


def change(sent: ImageFrame, dreamed: ImageFrame) -> array.array[float]:
    """What was dreamed less what was sent: floats, colours interleaved, without alpha."""
    before, after = _values(sent), _values(dreamed)
    channels, colours, full = sent.channels, _colours(sent), _FULL[sent.dtype]
    result = array.array("f", bytes(4 * sent.width * sent.height * colours))
    for channel in range(colours):
        pairs = zip(before[channel::channels], after[channel::channels], strict=True)
        result[channel::colours] = array.array("f", [(b - a) / full for a, b in pairs])
    return result


def added(image: ImageFrame, delta: array.array[float], curve: Curve | None) -> ImageFrame:
    """The image with a change of its size; unchanged pixels keep every bit."""
    values, colours = _values(image), _colours(image)
    full, code = _FULL[image.dtype], values.typecode
    for channel in range(colours):
        pairs = zip(values[channel :: image.channels], delta[channel::colours], strict=True)
        if code != "f":
            new = [v if not d else min(full, max(0, round(v + d * full))) for v, d in pairs]
        elif curve is not None:
            new = [v if not d else curve.moved(v, d) for v, d in pairs]
        else:
            new = [v + d for v, d in pairs]
        values[channel :: image.channels] = array.array(code, new)
    return _like(image, values)


def opaque(image: ImageFrame) -> ImageFrame:
    """The image with its alpha, if it has one, full everywhere."""
    values = _values(image)
    if _colours(image) != image.channels:
        full = [_FULL[image.dtype]] * (image.width * image.height)
        values[image.channels - 1 :: image.channels] = array.array(values.typecode, full)
    return _like(image, values)


def is_crisp(image: ImageFrame) -> bool:
    """Whether every pixel is either opaque or clear."""
    if _colours(image) == image.channels:
        return True
    return set(_values(image)[image.channels - 1 :: image.channels]) <= {0, _FULL[image.dtype]}


def _values(image: ImageFrame) -> array.array[float]:
    values: array.array[float] = array.array(_CODES[image.dtype])
    values.frombytes(image.pixels)
    return values


def _like(image: ImageFrame, values: array.array[float]) -> ImageFrame:
    return ImageFrame(image.width, image.height, image.channels, image.dtype, values.tobytes())


def _colours(image: ImageFrame) -> int:
    return image.channels - (image.channels in (2, 4))
