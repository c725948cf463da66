"""Between a file's numbers and the dream's: sRGB-encoded, not multiplied by alpha, finite.

What a dream did not change comes back as the file had it, bit for bit: values above white, below
black and infinite ones too. Only changed values take the way back. The curve is IEC 61966-2-1,
continued beyond white and, mirrored, below black.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreambridge.arrays import Array
from dreambridge.cli.pictures.picture import Picture, full_scale

_Floats = NDArray[Any]


def to_dream(picture: Picture) -> Array:
    """The pixels as the engine wants them; the very same array where they already are so."""
    pixels = picture.pixels
    if pixels.dtype.kind == "f":
        if not np.isfinite(pixels).all():
            pixels = np.nan_to_num(pixels, nan=0.0, posinf=1.0, neginf=0.0)
        if picture.linear or picture.associated:
            pixels = pixels.astype(np.float32)
    return _converted(pixels, picture, linear=False, associated=False)


def from_dream(picture: Picture, sent: Array, dreamed: Array) -> Picture:
    """The picture with what the dream changed of `sent`, its `to_dream`."""
    if sent is picture.pixels:
        return replace(picture, pixels=dreamed)
    straight = replace(picture, pixels=dreamed, linear=False, associated=False)
    back = _converted(dreamed, straight, linear=picture.linear, associated=picture.associated)
    pixels = np.where(dreamed != sent, _as_type(back, picture.pixels.dtype), picture.pixels)
    return replace(picture, pixels=pixels)


def stored(picture: Picture, *, linear: bool, associated: bool) -> Picture:
    """The picture in the encoding that a format wants."""
    pixels = _converted(picture.pixels, picture, linear=linear, associated=associated)
    return replace(picture, pixels=pixels, linear=linear, associated=associated)


def _converted(pixels: Array, now: Picture, *, linear: bool, associated: bool) -> Array:
    """The pixels, which are as `now` says, in another encoding, of their own type."""
    associated &= now.has_alpha
    if now.linear == linear and (not now.has_alpha or now.associated == associated):
        return pixels
    full = full_scale(pixels.dtype)
    values = pixels.astype(np.float32) / np.float32(full)
    colour = values[..., :-1] if now.has_alpha else values  # a view
    alpha = values[..., -1:]
    if now.has_alpha and now.associated:
        np.divide(colour, alpha, out=colour, where=alpha > 0)
    if now.linear != linear:
        colour[...] = _decoded(colour) if linear else _encoded(colour)
    if associated:
        np.multiply(colour, alpha, out=colour, where=alpha > 0)
    return _as_type(values * np.float32(full), pixels.dtype)


def _as_type(values: _Floats, dtype: np.dtype[Any]) -> Array:
    if dtype.kind == "f":
        top = np.finfo(dtype).max
        return np.clip(values, -top, top).astype(dtype)
    return np.clip(np.rint(values), 0, np.iinfo(dtype).max).astype(dtype)


def _encoded(linear: _Floats) -> _Floats:
    """sRGB-encoded numbers from light; white is 1."""
    size = np.abs(linear)
    curve = 1.055 * np.maximum(size, 0.0031308) ** (1 / 2.4) - 0.055
    return np.copysign(np.where(size <= 0.0031308, 12.92 * size, curve), linear)


def _decoded(encoded: _Floats) -> _Floats:
    """Light from sRGB-encoded numbers; the other way round."""
    size = np.abs(encoded)
    curve = ((np.maximum(size, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.copysign(np.where(size <= 0.04045, size / 12.92, curve), encoded)
