"""Where the pixels of a frame were in the frame before: optical flow, and how far it is true.

Pure functions on numpy arrays. Flow is dense inverse search with variational refinement (Kroeger et
al. 2016, OpenCV's DIS) on grey pictures. Deterministic, whatever the number of threads.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

LARGEST_SIDE = 960
"""Pixels of the longer side at which flow is computed; larger frames are shrunk for it."""
LEAST_SIDE = 16
"""Pixels of a side below which frames are enlarged for it."""

_CUT_VISIBLE, _CUT_CORRELATION = 0.25, 0.5


def backward_flow(before: Grey, now: Grey) -> Floats:
    """(H, W, 2): for each pixel of `now`, how far right and down it lies in `before`, in pixels.

    Both are (H, W).
    """
    height, width = now.shape
    factor = min(1.0, LARGEST_SIDE / max(height, width))
    size = max(LEAST_SIDE, round(width * factor)), max(LEAST_SIDE, round(height * factor))
    small = [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in (now, before)]
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)  # the preset stops at half size: three times the error here
    flow = np.asarray(search.calc(small[0], small[1], np.empty(0, np.float32)), np.float32)
    if size == (width, height):
        return flow
    enlarged = cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR)
    scale = np.array([width / size[0], height / size[1]], np.float32)
    return np.asarray(enlarged * scale, np.float32)


def places(flow: Floats) -> Floats:
    """(H, W, 2): the x and y to which each pixel's flow, (H, W, 2), leads."""
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return flow + np.stack([x, y], axis=-1)


def warp(values: Floats, at: Floats) -> Floats:
    """The (H, W) or (H, W, C) `values` at the places `at`, (H, W, 2); bicubic, edges extended."""
    return _sampled(values, at, cv2.INTER_CUBIC)


def _sampled(values: Floats, at: Floats, interpolation: int) -> Floats:
    empty = np.empty(0, np.float32)
    moved = cv2.remap(values, at, empty, interpolation, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32).reshape(*at.shape[:2], *values.shape[2:])


def visibility(backward: Floats, forward: Floats) -> Floats:
    """(H, W) from 0 to 1: how far each pixel was in view in the frame before.

    Where the way there and back doesn't end where it began, the pixel is hidden in one of the two
    frames; the tolerance is that of Sundaram, Brox and Keutzer (2010). A soft edge keeps what
    begins anew from showing as a seam.
    """
    height, width = backward.shape[:2]
    at = places(backward)
    back = _sampled(forward, at, cv2.INTER_LINEAR)
    apart = ((backward + back) ** 2).sum(axis=-1)
    allowed = 0.01 * ((backward**2).sum(axis=-1) + (back**2).sum(axis=-1)) + 0.5
    inside = (at >= -0.5).all(axis=-1) & (at[..., 0] <= width - 0.5) & (at[..., 1] <= height - 0.5)
    seen = ((apart < allowed) & inside).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(seen, (0, 0), 1.0), np.float32)


def is_cut(before: Grey, now: Grey, at: Floats, visible: Floats) -> bool:
    """Whether `now` shows something else than `before`, not the same moved, fading or covered.

    After a cut hardly any flow agrees there and back, and what it leads to isn't alike; a frame
    that fades stays alike, one that moves fast agrees.
    """
    if visible.mean() >= _CUT_VISIBLE:
        return False
    return _correlation(warp(before.astype(np.float32), at), now) < _CUT_CORRELATION


def is_cut_between(before: Grey, now: Grey) -> bool:
    """The same of two frames, (H, W), whose flow isn't known yet."""
    backward = backward_flow(before, now)
    visible = visibility(backward, backward_flow(now, before))
    return is_cut(before, now, places(backward), visible)


def _correlation(first: NDArray[np.generic], second: NDArray[np.generic]) -> float:
    """Pearson's correlation of two arrays of a shape; 1 if one of them is constant."""
    a, b = first.astype(np.float64), second.astype(np.float64)
    spread = float(a.std() * b.std())
    return float(((a - a.mean()) * (b - b.mean())).mean()) / spread if spread else 1.0
