"""A film's frames as upright arrays of RGB, and back, in the matrix and range of its colours.

8 bits become uint8, more become uint16 in its whole range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation

from dreambridge.arrays import Array
from dreambridge.cli.video.source import Colour

_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
"""FFmpeg's numbers for colour spaces, and for the matrices of its scaler."""
_BT709, _BT601 = 1, 5
FULL = 2
"""The range in which all values count."""
_HD_HEIGHT = 720

_FORMATS = {
    ("uint8", 1): "gray",
    ("uint8", 3): "rgb24",
    ("uint8", 4): "rgba",
    ("uint16", 1): "gray16le",
    ("uint16", 3): "rgb48le",
    ("uint16", 4): "rgba64le",
}


@dataclass(frozen=True)
class Layout:
    """What a pixel format of FFmpeg holds; chroma is divided by `chroma` across and down."""

    name: str
    bits: int
    alpha: bool
    grey: bool
    rgb: bool
    chroma: tuple[int, int]

    @classmethod
    def of(cls, name: str) -> Layout:
        """The format of this name."""
        format_ = av.VideoFormat(name, 64, 64)
        components = format_.components
        grey = len([part for part in components if not part.is_alpha]) == 1 and name != "pal8"
        chroma = [part for part in components if part.is_chroma]
        divided = (64 // chroma[0].width, 64 // chroma[0].height) if chroma else (1, 1)
        return cls(
            name,
            8 if name == "pal8" else max(part.bits for part in components),
            any(part.is_alpha for part in components) or name == "pal8",
            grey,
            (format_.is_rgb or name == "pal8") and not grey,
            divided,
        )


def matrix(colour: Colour, height: int) -> int:
    """The matrix between RGB and luma with chroma; where it isn't said, the one of such sizes."""
    return _MATRICES.get(colour.space, _BT709 if height >= _HD_HEIGHT else _BT601)


def to_array(frame: av.VideoFrame, colour: Colour) -> Array:
    """(H, W, 1, 3 or 4) uint8 or uint16, upright."""
    layout = Layout.of(frame.format.name)
    channels = 1 if layout.grey and not layout.alpha else 4 if layout.alpha else 3
    converted = frame.reformat(
        format=_FORMATS["uint8" if layout.bits <= 8 else "uint16", channels],
        src_colorspace=matrix(colour, frame.height),
        src_color_range=colour.range or None,
        dst_color_range=FULL,
        interpolation=_EXACT,
    )
    array = converted.to_ndarray()
    if array.ndim == 2:
        array = array[:, :, None]
    return np.ascontiguousarray(np.rot90(array, round(frame.rotation / 90)))


def to_frame(array: Array, layout: str, colour: Colour) -> av.VideoFrame:
    """The array in a pixel format."""
    if array.dtype.kind == "f":
        array = np.rint(np.clip(array.astype(np.float32), 0, 1) * 65535).astype(np.uint16)
    target = Layout.of(layout)
    if array.shape[2] in (2, 4) and not target.alpha:
        array = array[:, :, :-1]
    if array.shape[2] == 2:
        array = array[:, :, [0, 0, 0, 1]]
    name = _FORMATS[array.dtype.name, array.shape[2]]
    values: Any = np.ascontiguousarray(array[:, :, 0] if array.shape[2] == 1 else array)
    frame = av.VideoFrame.from_ndarray(values, name)
    converted = frame.reformat(
        format=layout,
        dst_colorspace=matrix(colour, array.shape[0]),
        src_color_range=FULL,
        dst_color_range=FULL if target.rgb else colour.range or 1,
        interpolation=_EXACT,
    )
    if not target.rgb:
        converted.colorspace = colour.space
        converted.color_range = colour.range
    return converted
