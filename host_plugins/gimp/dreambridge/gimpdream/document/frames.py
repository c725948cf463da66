"""The pixels of image frames in plain Python: parts, colours and alpha. Knows no GIMP."""

from __future__ import annotations

import array

from bridgeclient.protocol import ImageFrame
from bridgeclient.region import Rect, cut

FULL = {"uint8": 255, "uint16": 65535, "float32": 1}
"""White, and full opacity, in each data type."""

_CODES = {"uint8": "B", "uint16": "H", "float32": "f"}
_BYTES = {"uint8": 1, "uint16": 2, "float16": 2, "float32": 4}


def values_of(image: ImageFrame) -> array.array[float]:
    """The frame's values, channels interleaved."""
    values: array.array[float] = array.array(_CODES[image.dtype])
    values.frombytes(image.pixels)
    return values


def with_values(image: ImageFrame, values: array.array[float]) -> ImageFrame:
    """A frame like this one with other values."""
    return ImageFrame(image.width, image.height, image.channels, image.dtype, values.tobytes())


def colours_of(image: ImageFrame) -> int:
    """How many channels the frame has besides alpha."""
    return image.channels - (image.channels in (2, 4))


def with_channels_of(other: ImageFrame, image: ImageFrame) -> ImageFrame:
    """The image with as many channels as another: with opaque alpha, or without."""
    if image.channels == other.channels:
        return image
    values, colours = values_of(image), colours_of(image)
    pixels = image.width * image.height
    full: array.array[float] = array.array(values.typecode, [FULL[image.dtype]])
    result = full * (pixels * other.channels)
    for channel in range(colours):
        result[channel :: other.channels] = values[channel :: image.channels]
    return ImageFrame(image.width, image.height, other.channels, image.dtype, result.tobytes())


def crop(image: ImageFrame, bounds: Rect, part: Rect) -> ImageFrame:
    """The part of a frame whose pixels lie in `bounds`."""
    size = image.channels * _BYTES[image.dtype]
    data = cut(bytes(image.pixels), bounds, part, size)
    return ImageFrame(part.width, part.height, image.channels, image.dtype, data)


def masked(image: ImageFrame, mask: ImageFrame) -> ImageFrame:
    """An 8-bit image whose alpha is multiplied by a mask of its size."""
    colours, pixels = colours_of(image), bytes(image.pixels)
    alpha = bytes(mask.pixels)
    if colours != image.channels:
        pairs = zip(pixels[colours :: image.channels], alpha, strict=True)
        alpha = bytes((old * new + 127) // 255 for old, new in pairs)
    result = bytearray((colours + 1) * len(alpha))
    for channel in range(colours):
        result[channel :: colours + 1] = pixels[channel :: image.channels]
    result[colours :: colours + 1] = alpha
    return ImageFrame(image.width, image.height, colours + 1, "uint8", bytes(result))


def is_clear(image: ImageFrame) -> bool:
    """Whether nothing at all can be seen of an 8-bit image."""
    if colours_of(image) == image.channels:
        return False
    return not bytes(image.pixels)[image.channels - 1 :: image.channels].strip(b"\0")


def opaque(image: ImageFrame) -> ImageFrame:
    """The image with its alpha, if it has one, full wherever there is any."""
    values, full = values_of(image), FULL[image.dtype]
    if colours_of(image) != image.channels:
        alpha = [full if value else 0 for value in values[image.channels - 1 :: image.channels]]
        values[image.channels - 1 :: image.channels] = array.array(values.typecode, alpha)
    return with_values(image, values)


def has_binary_alpha(image: ImageFrame) -> bool:
    """Whether every pixel is either opaque or fully transparent."""
    if colours_of(image) == image.channels:
        return True
    return set(values_of(image)[image.channels - 1 :: image.channels]) <= {0, FULL[image.dtype]}


def with_alpha_of(old: ImageFrame, new: ImageFrame) -> ImageFrame:
    """The new frame's colours with the old frame's alpha; both have one size and data type."""
    depth = _BYTES[old.dtype]
    old_size, new_size = old.channels * depth, new.channels * depth
    pixels, colours = bytearray(old.pixels), bytes(new.pixels)
    for byte in range(old_size - depth):
        pixels[byte::old_size] = colours[byte::new_size]
    return ImageFrame(old.width, old.height, old.channels, old.dtype, bytes(pixels))
