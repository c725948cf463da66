"""A mask's parts far apart, as rectangles that are dreamed one after another.

Two small patches in opposite corners would otherwise cost as much as everything between them.
Knows masks and rectangles, not what a dream is.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dreamcore.pixels import Image, Region, masked_region

Cost = Callable[[Region], float]

WORTH = 0.8
"""A rectangle is cut only where its pieces together cost less than this share of it."""


def parts(mask: Image, least_gap: int, cost: Cost) -> list[Region]:
    """Rectangles that hold all of the mask that isn't 0; none if there is nothing.

    A rectangle is cut across the widest gap in its rows or columns, its pieces likewise, and stays
    whole where that isn't cheaper: the "recursive X-Y cut" of Nagy and Seth (1984).

    Args:
        mask: H x W; the gaps are its rows and columns of zeros.
        least_gap: no narrower gap is cut across, in pixels.
        cost: what dreaming a rectangle costs, in any unit.
    """
    whole = masked_region(mask)
    return [] if whole is None else _cut(mask, whole, max(1, least_gap), cost)


def _cut(mask: Image, region: Region, least_gap: int, cost: Cost) -> list[Region]:
    inside = mask[region.slices]
    gaps = [_widest_gap(np.asarray(inside.any(axis=axis))) for axis in (1, 0)]
    axis = 0 if gaps[0][1] >= gaps[1][1] else 1
    start, length = gaps[axis]
    if length < least_gap:
        return [region]
    before = (slice(0, start), slice(None))[:: 1 if axis == 0 else -1]
    after = (slice(start + length, None), slice(None))[:: 1 if axis == 0 else -1]
    pieces: list[Region] = []
    for rows, columns in (before, after):
        piece = masked_region(inside[rows, columns])
        assert piece is not None  # a rectangle begins and ends with what the mask selects
        top, left = region.top + (rows.start or 0), region.left + (columns.start or 0)
        moved = Region(top + piece.top, left + piece.left, piece.height, piece.width)
        pieces += _cut(mask, moved, least_gap, cost)
    cheaper = sum(map(cost, pieces)) < WORTH * cost(region)
    return pieces if cheaper else [region]


def _widest_gap(selected: NDArray[np.bool_]) -> tuple[int, int]:
    """Start and length of the longest run of False between two True; (0, 0) if there is none."""
    at = np.flatnonzero(selected)
    runs = np.diff(at) - 1
    if not runs.size:
        return 0, 0
    widest = int(runs.argmax())
    return int(at[widest]) + 1, int(runs[widest])
