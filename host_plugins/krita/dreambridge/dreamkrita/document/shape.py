"""The shape of a selection as plain bytes, for the wire and the mask; no Krita object is kept."""

from __future__ import annotations

from dataclasses import dataclass

from bridgeclient.region import Rect, cut, intersection, relative


@dataclass(frozen=True)
class Shape:
    """Packed 8-bit values of a selection within `bounds` (document pixels); 0 outside."""

    bounds: Rect
    grey: bytes

    def greys(self, rect: Rect) -> bytes:
        """The values within any rectangle."""
        overlap = intersection(self.bounds, rect)
        if overlap is None:
            return bytes(rect.width * rect.height)
        at, part = relative(overlap, rect), cut(self.grey, self.bounds, overlap, 1)
        left, right = bytes(at.x), bytes(rect.width - at.right)
        starts = range(0, len(part), overlap.width)
        rows = b"".join(left + part[start : start + overlap.width] + right for start in starts)
        return bytes(at.y * rect.width) + rows + bytes((rect.height - at.bottom) * rect.width)
