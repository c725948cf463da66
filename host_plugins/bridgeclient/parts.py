"""A mask's parts far apart, which the engine dreams one after another.

As `dreamcore.parts`, in plain Python, for those who ask how long a dream will take. Knows masks and
rectangles only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_

from bridgeclient.region import Rect

LEAST_GAP = 64
"""Parts that are nearer to each other, in pixels, are dreamed as one."""

PART_COST = 2**14
"""What every part costs besides its pixels, in pixels."""

WORTH = 0.8
"""A rectangle is cut only where its pieces together cost less than this share of it."""

Cost = Callable[[Rect], float]


def parts(mask: bytes, width: int, least_gap: int, cost: Cost) -> list[Rect]:
    """Rectangles that hold all of an 8-bit mask of this width that isn't 0.

    A rectangle is cut across the widest gap of at least `least_gap` in its rows or columns, and its
    pieces likewise, where that is cheaper.
    """
    rows = [mask[start : start + width] for start in range(0, len(mask), width)]
    whole = _trimmed(rows, Rect(0, 0, width, len(rows)))
    return [] if whole is None else _cut(rows, whole, max(1, least_gap), cost)


def _cut(rows: Sequence[bytes], rect: Rect, least_gap: int, cost: Cost) -> list[Rect]:
    down, across = _presence(rows, rect)
    (top, height), (left, width) = _widest_gap(down), _widest_gap(across)
    if max(height, width) < least_gap:
        return [rect]
    x, y = rect.x, rect.y
    if height >= width:
        below = top + height
        halves = [Rect(x, y, rect.width, top), Rect(x, y + below, rect.width, rect.height - below)]
    else:
        after = left + width
        halves = [
            Rect(x, y, left, rect.height),
            Rect(x + after, y, rect.width - after, rect.height),
        ]
    pieces: list[Rect] = []
    for half in halves:
        piece = _trimmed(rows, half)
        pieces += _cut(rows, piece, least_gap, cost) if piece else []
    return pieces if sum(map(cost, pieces)) < WORTH * cost(rect) else [rect]


def _presence(rows: Sequence[bytes], rect: Rect) -> tuple[bytes, bytes]:
    """For each row, and each column, 0 where nothing in it is set."""
    inside = [row[rect.x : rect.right] for row in rows[rect.y : rect.bottom]]
    down = bytes(1 if row.strip(b"\0") else 0 for row in inside)
    columns = reduce(or_, (int.from_bytes(row, "big") for row in inside), 0)
    return down, columns.to_bytes(rect.width, "big")


def _trimmed(rows: Sequence[bytes], rect: Rect) -> Rect | None:
    down, across = _presence(rows, rect)
    if not down.strip(b"\0"):
        return None
    top, left = len(down) - len(down.lstrip(b"\0")), len(across) - len(across.lstrip(b"\0"))
    size = len(across.strip(b"\0")), len(down.strip(b"\0"))
    return Rect(rect.x + left, rect.y + top, *size)


def _widest_gap(presence: bytes) -> tuple[int, int]:
    """Start and length of the longest run of 0 inside; (0, 0) if there is none."""
    runs = [match.span() for match in re.finditer(rb"\0+", presence)]
    start, stop = max(runs, key=lambda run: run[1] - run[0], default=(0, 0))
    return start, stop - start
