"""The endless zoom: each frame is the last one's dream, moved a little and dreamed a little more.

A loop comes back to its first frame, which grows out of the depth while the last frames pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bridgeclient.request import DreamRequest
from dreambridge.arrays import Array, to_frame
from dreambridge.cli.pictures.picture import full_scale
from dreambridge.cli.video.chains import Chain, frame_settings
from dreambridge.cli.video.timeline import Timeline

_Matrix = NDArray[np.float64]

_SMALLEST = 1 / 16
"""Of its size, a loop's first frame begins to grow."""
_FADE_S = 1.5
"""How long a loop without a zoom takes to come back."""
_SOFT, _LEAST_SOFT = 0.3, 0.02
"""How far the growing frame fades on both sides of its edges, at first and at last, as a share of
its shorter side.
"""


@dataclass(frozen=True)
class Motion:
    """How a frame differs from the last one: magnified, turned by degrees to the right, and moved
    by pixels to the right and down.
    """

    zoom: float = 1.02
    rotate: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)

    def back(self, width: int, height: int, frames: int) -> _Matrix:
        """(3, 3): where a frame's pixel was so many frames before; negative means later."""
        angle = math.radians(-self.rotate)
        cosine, sine = math.cos(angle) / self.zoom, math.sin(angle) / self.zoom
        centre = np.array([(width - 1) / 2, (height - 1) / 2])
        turn = np.array([[cosine, -sine], [sine, cosine]])
        step = np.eye(3)
        step[:2, :2] = turn
        step[:2, 2] = centre - turn @ (centre + self.shift)
        return np.asarray(np.linalg.matrix_power(step, frames))


def moved(pixels: Array, back: _Matrix) -> Array:
    """The pixels, (H, W, C), seen through the matrix; mirrored beyond their edges."""
    values: Any = pixels
    height, width = pixels.shape[:2]
    flags = cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REFLECT_101
    result = cv2.warpAffine(values, back[:2], (width, height), flags=flags, borderMode=border)
    return np.asarray(result).reshape(pixels.shape)


@dataclass(frozen=True)
class Loop:
    """How the last frames of so many come back to the first one."""

    motion: Motion
    frames: int
    fps: float

    @property
    def length(self) -> int:
        """Over how many frames."""
        grows = abs(math.log(self.motion.zoom))
        most = math.ceil(math.log(1 / _SMALLEST) / grows) if grows > 1e-4 else self.frames
        return max(1, min(self.frames - 1, max(most, 1), round(_FADE_S * self.fps * 2)))

    def weight(self, number: int, size: tuple[int, int]) -> NDArray[np.float32]:
        """(H, W): how far a frame is the first one already, 0 to 1."""
        width, height = size
        left = self.frames - number
        if left > self.length:
            return np.zeros((height, width), np.float32)
        share = 1 - (left - 1) / self.length
        inner = _inside(self.motion.back(width, height, -left), size)
        edge = _SOFT * (1 - share) + _LEAST_SOFT  # as far outside, where the picture is mirrored
        soft = np.clip((inner + edge) / (2 * edge), 0, 1)
        return np.asarray(_smooth(soft) * _smooth(np.float32(share)), np.float32)


def _inside(back: _Matrix, size: tuple[int, int]) -> NDArray[np.float32]:
    """(H, W): how far inside the picture each pixel's place is, as a share of its shorter side."""
    width, height = size
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    u = back[0, 0] * x + back[0, 1] * y + back[0, 2]
    v = back[1, 0] * x + back[1, 1] * y + back[1, 2]
    least = np.minimum(np.minimum(u, width - 1 - u), np.minimum(v, height - 1 - v)) + 1
    return np.asarray(least / min(width, height), np.float32)


def _smooth(share: Any) -> Any:
    return share * share * (3 - 2 * share)


class ZoomChain(Chain):
    """The frames of an endless zoom, from the first picture on."""

    def __init__(
        self,
        first: Array,
        motion: Motion,
        timeline: Timeline,
        count: int,
        fps: float,
        *,
        loop: bool,
    ) -> None:
        super().__init__(range(count))
        self._first, self._motion, self._timeline, self._fps = first, motion, timeline, fps
        self._loop = Loop(motion, count, fps) if loop and count > 1 else None
        self._number = 0
        self._last: Array | None = None
        self._start: Array | None = None

    def begin(self, number: int, kept: Callable[[int], Array]) -> None:
        self._number = number
        if number:
            self._start, self._last = kept(0), kept(number - 1)

    def iterations(self, number: int) -> int:
        settings = self._timeline.at(number / self._fps)
        return frame_settings(settings, first=number == 0).iterations

    def ready(self) -> bool:
        return True

    def request(self) -> DreamRequest:
        settings = self._timeline.at(self._number / self._fps)
        planned = frame_settings(settings, first=self._last is None)
        if self._last is None:
            return DreamRequest.still(to_frame(self._first), planned.to_json())
        height, width = self._first.shape[:2]
        image = moved(self._last, self._motion.back(width, height, 1))
        mask = None
        if self._loop is not None and self._start is not None:
            weight = self._loop.weight(self._number, (width, height))
            if weight.any():
                back = self._motion.back(width, height, self._number - len(self.span))
                image = _mixed(image, moved(self._start, back), weight)
                mask = to_frame(np.rint((1 - weight) * 255).astype(np.uint8))
        return DreamRequest.still(to_frame(image), planned.to_json(), mask=mask)

    def dreamed(self, dream: Array) -> None:
        if self._number == 0:
            self._start = dream
        self._number, self._last = self._number + 1, dream


def _mixed(first: Array, second: Array, weight: NDArray[np.float32]) -> Array:
    share = weight[..., None]
    values = first.astype(np.float32) * (1 - share) + second.astype(np.float32) * share
    if first.dtype.kind == "f":
        return values.astype(first.dtype)
    return np.clip(np.rint(values), 0, full_scale(first.dtype)).astype(first.dtype)
