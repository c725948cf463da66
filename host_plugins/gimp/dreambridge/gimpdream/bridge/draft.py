"""A draft: a dream at half size with half the steps, its change laid on the picture at full size.

The picture keeps its own detail: only what was dreamed is enlarged.
"""

from __future__ import annotations

import array

from gi.repository import Gimp

from bridgeclient.draft import halved
from bridgeclient.protocol import ImageFrame
from bridgeclient.region import Rect
from gimpdream.document.pixels import read_floats, write_floats


def half_size(size: tuple[int, int]) -> tuple[int, int]:
    """The size of the draft of a picture of this width and height."""
    return halved(size[0]), halved(size[1])


def half_mask(mask: ImageFrame) -> ImageFrame:
    """An 8-bit mask at half its size, set wherever one of its four pixels is."""
    (width, height), rows = half_size((mask.width, mask.height)), []
    pixels = bytes(mask.pixels)
    for start in range(0, len(pixels), 2 * mask.width):
        middle, stop = start + mask.width, start + 2 * mask.width
        row = _either(pixels[start:middle], pixels[middle:stop])
        rows.append(_either(row[::2], row[1::2]))
    return ImageFrame(width, height, 1, "uint8", b"".join(rows))


def _either(one: bytes, other: bytes) -> bytes:
    other += bytes(len(one) - len(other))
    return (int.from_bytes(one, "big") | int.from_bytes(other, "big")).to_bytes(len(one), "big")


def halve_layer(layer: Gimp.Layer) -> None:
    """Scale a layer to half its size."""
    _scale(layer, half_size((layer.get_width(), layer.get_height())))


def enlarged(
    change: array.array[float], small: tuple[int, int], size: tuple[int, int]
) -> array.array[float]:
    """A change of a size, grey or RGB, at another size: done by GIMP, in linear floats."""
    colours = len(change) // (small[0] * small[1])
    base = Gimp.ImageBaseType.GRAY if colours == 1 else Gimp.ImageBaseType.RGB
    kind = Gimp.ImageType.GRAY_IMAGE if colours == 1 else Gimp.ImageType.RGB_IMAGE
    scratch = Gimp.Image.new_with_precision(*small, base, Gimp.Precision.FLOAT_LINEAR)
    try:
        scratch.undo_disable()
        layer = Gimp.Layer.new(scratch, "change", *small, kind, 100.0, Gimp.LayerMode.NORMAL)
        scratch.insert_layer(layer, None, 0)
        write_floats(layer, Rect(0, 0, *small), change)
        _scale(layer, size)
        return read_floats(layer, Rect(0, 0, *size))
    finally:
        scratch.delete()


def _scale(layer: Gimp.Layer, size: tuple[int, int]) -> None:
    Gimp.context_push()
    Gimp.context_set_interpolation(Gimp.InterpolationType.LINEAR)
    layer.scale(*size, False)
    Gimp.context_pop()
