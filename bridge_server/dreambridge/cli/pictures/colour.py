"""Colour models that the dream doesn't know, and profiles that don't fit their pixels.

CMYK goes through its profile (Little CMS, in imagecodecs), Lab by its definition. What can't be
done properly is said.
"""

from __future__ import annotations

from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import ImageCms

from dreambridge.arrays import Array
from dreambridge.cli.pictures.picture import Picture, full_scale
from dreambridge.cli.pictures.transfer import stored

_MODELS = {1: (b"GRAY",), 2: (b"GRAY",), 3: (b"RGB ",), 4: (b"RGB ",)}
_NAMES = {b"GRAY": "grey", b"RGB ": "RGB", b"CMYK": "CMYK", b"Lab ": "Lab"}

_LAB_WHITE = np.array((0.9642, 1.0, 0.8249), np.float32)
_XYZ_D50_TO_SRGB = np.array(
    (
        (3.1338561, -1.6168667, -0.4906146),
        (-0.9787684, 1.9161415, 0.0334540),
        (0.0719453, -0.2289914, 1.4052427),
    ),
    np.float32,
)
"""Bradford-adapted from D50, which ICC's Lab is relative to."""


def fitting_profile(icc: bytes, channels: int, name: str) -> tuple[bytes, list[str]]:
    """The profile if it describes such pixels, else none and a sentence on it."""
    if not icc or icc[16:20] in _MODELS[channels]:
        return icc, []
    model = _NAMES.get(icc[16:20])
    what = f"is for {model}" if model else "can't be read"
    return b"", [f"The colour profile of {name} {what} and doesn't fit its pixels; it is dropped."]


def is_linear(icc: bytes) -> bool:
    """Whether a profile says that numbers are proportional to light."""
    count = int.from_bytes(icc[128:132], "big")
    for entry in (icc[132 + 12 * index : 144 + 12 * index] for index in range(min(count, 100))):
        if entry[:4] in (b"rTRC", b"kTRC"):
            offset = int.from_bytes(entry[4:8], "big")
            curve = icc[offset : offset + 16]
            return (
                curve[:4] + curve[8:]
                in (
                    b"curv\0\0\0\0" + curve[12:],  # no entries: the identity
                    b"curv\0\0\0\1\1\0" + curve[14:],  # one entry: a gamma, here 1.0
                    b"para\0\0\0\0\0\1\0\0",
                )
            )
    return False


def cmyk_to_rgb(inks: Array, icc: bytes, name: str) -> tuple[Array, list[str]]:
    """H × W × 4 amounts of ink to sRGB of the same type."""
    if icc[16:20] == b"CMYK":
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        try:
            values: Array = imagecodecs.cms_transform(
                np.ascontiguousarray(inks), icc, srgb, colorspace="cmyk", outcolorspace="rgb"
            )
            return values, [f"{name} is CMYK and becomes RGB, through its profile."]
        except imagecodecs.CmsError:
            why = "its profile is damaged"
    else:
        why = f"its profile is for {_NAMES.get(icc[16:20], 'something else')}" if icc else ""
    top = full_scale(inks.dtype)
    rest = 1 - inks.astype(np.float32) / top
    values = np.rint(rest[..., :3] * rest[..., 3:] * top).astype(inks.dtype)
    why = why or "it has no profile"
    return values, [f"{name} is CMYK and becomes RGB; {why}, so the colours are approximate."]


def lab_to_rgb(lab: NDArray[Any], dtype: type[np.unsignedinteger[Any]]) -> Array:
    """H × W × 3 of L* (0 to 100), a*, b* to sRGB of an integer type."""
    fy = (lab[..., 0] + 16) / 116
    f = np.stack((fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200), axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * _LAB_WHITE
    light = Picture(np.clip(xyz @ _XYZ_D50_TO_SRGB.T, 0, 1).astype(np.float32), linear=True)
    encoded: NDArray[Any] = stored(light, linear=False, associated=False).pixels
    return np.rint(encoded * np.float32(np.iinfo(dtype).max)).astype(dtype)
