"""Pictures made smaller: resampled with antialiasing, in every type, with alpha taken into account.

Lanczos' overshoot beyond the darkest and lightest value of a channel is cut off.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dreambridge.arrays import Array
from dreambridge.cli.pictures.metadata import sized_exif
from dreambridge.cli.pictures.picture import Picture, full_scale

_Floats = NDArray[np.float32]


def reduced_size(width: int, height: int, longest: int) -> tuple[int, int]:
    """Width and height whose longer one is at most `longest`; never enlarged."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def reduced(picture: Picture, longest: int) -> Picture:
    """The picture with no side longer than `longest`; the same one where it is small enough."""
    height, width = picture.pixels.shape[:2]
    return resized(picture, reduced_size(width, height, longest))


def resized(picture: Picture, size: tuple[int, int]) -> Picture:
    """The picture in another width and height; the same one where it has them."""
    if size == picture.pixels.shape[1::-1]:
        return picture
    multiply = picture.has_alpha and not picture.associated
    values = picture.pixels.astype(np.float32)
    if multiply:
        values[..., :-1] *= values[..., -1:] / np.float32(full_scale(picture.pixels.dtype))
    values = np.stack([_resampled(plane, size) for plane in np.moveaxis(values, -1, 0)], axis=-1)
    if multiply:
        opacity = values[..., -1:] / np.float32(full_scale(picture.pixels.dtype))
        np.divide(values[..., :-1], opacity, out=values[..., :-1], where=opacity > 0)
    exif = sized_exif(picture.metadata.exif, *size)
    metadata = replace(picture.metadata, exif=exif)
    return replace(picture, pixels=_as_type(values, picture.pixels.dtype), metadata=metadata)


def reduced_mask(mask: Array, size: tuple[int, int]) -> Array:
    """An H × W mask in another width and height."""
    return _as_type(_resampled(mask.astype(np.float32), size), mask.dtype)


def _resampled(plane: NDArray[Any], size: tuple[int, int]) -> _Floats:
    image = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    values: _Floats = np.asarray(image.resize(size, Image.Resampling.LANCZOS))
    return values.clip(plane.min(), plane.max())


def _as_type(values: _Floats, dtype: np.dtype[Any]) -> Array:
    if dtype.kind == "f":
        return values.astype(dtype)
    return np.clip(np.rint(values), 0, np.iinfo(dtype).max).astype(dtype)
