"""The small picture of a look that is saved."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from dreambridge.arrays import Array

_THUMBNAIL = 112, 112


def thumbnail(picture: Array) -> bytes:
    """A small JPEG of the middle of a picture, H x W x {1, 2, 3, 4} of any type."""
    height, width, channels = picture.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    colours = picture[top : top + side, left : left + side, : 3 if channels > 2 else 1]
    most = {"uint8": 2**8 - 1, "uint16": 2**16 - 1}.get(str(picture.dtype), 1)
    bytes_ = np.clip(colours.astype(np.float32) * (255 / most), 0, 255).astype(np.uint8)
    image = Image.fromarray(bytes_ if channels > 2 else bytes_[..., 0]).convert("RGB")
    image.thumbnail(_THUMBNAIL, Image.Resampling.LANCZOS)
    data = BytesIO()
    image.save(data, "JPEG", quality=85)
    return data.getvalue()
