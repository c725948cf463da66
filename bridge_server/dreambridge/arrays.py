"""Image frames as numpy arrays and back, without copying where the bytes can be shared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bridgeclient.protocol import ImageFrame

Array = NDArray[np.generic]


def to_array(image: ImageFrame) -> Array:
    """H × W × C, a read-only view of the frame's pixels where the machine is little-endian."""
    dtype = np.dtype(image.dtype).newbyteorder("<")
    array = np.frombuffer(image.pixels, dtype).reshape(image.height, image.width, image.channels)
    return array.astype(dtype.newbyteorder("="), copy=False)


def to_frame(array: Array) -> ImageFrame:
    """The frame of an H × W × C or H × W array of uint8, uint16, float16 or float32.

    Raises:
        ValueError: it has another shape or type.
    """
    if array.ndim == 2:
        array = array[:, :, None]
    height, width, channels = array.shape
    name = array.dtype.name
    packed = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
    return ImageFrame(width, height, channels, name, packed.reshape(-1).view(np.uint8).data)
