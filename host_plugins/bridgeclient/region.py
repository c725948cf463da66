"""Which part of a canvas travels to the engine: bounds, context, clipping, offsets.

Pure functions on whole numbers and packed bytes, shared by the editors' plug-ins. Rectangles are
in pixels, the origin at the top left, `x + width` and `y + height` exclusive. Knows no editor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridgeclient.octaves import every_layer

EDGE = 1.5
"""How soft a selection's edge is by default, in percent of its shorter side."""

_EDGE_MOST = 24.0
"""No default edge is softer, in pixels."""


GUIDE_SIDE = 512
"""Longest side of a guide in pixels: the engine looks at no larger one."""


@dataclass(frozen=True)
class Rect:
    """A rectangle of pixels; `width` and `height` are at least 1."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a region of {self.width} × {self.height} pixels is empty")

    @property
    def right(self) -> int:
        """First column to the right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.y + self.height


def intersection(a: Rect, b: Rect) -> Rect | None:
    """What both cover, None if nothing."""
    x, y = max(a.x, b.x), max(a.y, b.y)
    width, height = min(a.right, b.right) - x, min(a.bottom, b.bottom) - y
    return Rect(x, y, width, height) if width > 0 and height > 0 else None


def moved(rect: Rect, dx: int, dy: int) -> Rect:
    """The rectangle shifted by an offset."""
    return Rect(rect.x + dx, rect.y + dy, rect.width, rect.height)


def relative(rect: Rect, origin: Rect) -> Rect:
    """The rectangle in the coordinates of `origin`'s top left corner."""
    return moved(rect, -origin.x, -origin.y)


def grown(rect: Rect, margin: int) -> Rect:
    """The rectangle with `margin` pixels more on every side."""
    return Rect(rect.x - margin, rect.y - margin, rect.width + 2 * margin, rect.height + 2 * margin)


def selection_bounds(mask: bytes, width: int, height: int) -> Rect | None:
    """The smallest rectangle around all values above 0 of a packed 8-bit mask, None if all are 0.

    Raises:
        ValueError: `mask` does not have `width * height` bytes.
    """
    if len(mask) != width * height:
        raise ValueError(f"the mask has {len(mask)} bytes for {width} × {height} pixels")
    head = len(mask) - len(mask.lstrip(b"\0"))
    if head == len(mask):
        return None
    top, bottom = head // width, (len(mask.rstrip(b"\0")) - 1) // width + 1
    rows = [
        row for y in range(top, bottom) if (row := mask[y * width : (y + 1) * width]).strip(b"\0")
    ]
    left = min(width - len(row.lstrip(b"\0")) for row in rows)
    right = max(len(row.rstrip(b"\0")) for row in rows)
    return Rect(left, top, right - left, bottom - top)


def soft_edge(selection: Rect, edge: float = EDGE) -> int:
    """How many pixels to feather a selection by, so that nobody sees the box in the dream.

    `edge` is in percent of the shorter side of the selection's bounds; 0 keeps the selection
    exactly as it is.
    """
    side = min(selection.width, selection.height)
    return round(edge * min(side / 100, _EDGE_MOST / EDGE))


def context_margin(
    selection: Rect, settings: Mapping[str, Any], layers: Mapping[str, Mapping[str, Any]]
) -> int:
    """How many pixels around the selection the dream has to see to continue its surroundings.

    As many as the engine itself takes into account: the reach of the deepest layer's gradient
    (`halo`) at the smallest octave, in pixels of the full size, but no more than the selection's
    longest side (or one halo). What lies further off hardly shapes the dream and only costs time.

    `settings` are complete, but what is no layer is passed over; `layers` is the schema's
    `x-layers`.
    """
    names = [name for name in every_layer(settings) if name in layers]
    halo = max((int(layers[name]["halo"]) for name in names), default=0)
    reach = halo * float(settings["octave_scale"]) ** (int(settings["octaves"]) - 1)
    return round(min(reach, max(halo, selection.width, selection.height)))


def middle_square(rect: Rect) -> Rect:
    """The largest square in the middle of the rectangle."""
    side = min(rect.width, rect.height)
    return Rect(rect.x + (rect.width - side) // 2, rect.y + (rect.height - side) // 2, side, side)


def with_context(selection: Rect, canvas: Rect, margin: int) -> Rect:
    """The selection and `margin` pixels around it, clipped to the canvas.

    Raises:
        ValueError: the selection lies outside the canvas.
    """
    inside = intersection(selection, canvas)
    region = intersection(grown(inside, margin), canvas) if inside else None
    if region is None:
        raise ValueError("the selection lies outside the canvas")
    return region


def cut(pixels: bytes, whole: Rect, part: Rect, pixel_bytes: int) -> bytes:
    """The packed pixels of `part` out of those of `whole`; both in the same coordinates.

    Raises:
        ValueError: `part` is not inside `whole`.
    """
    if intersection(part, whole) != part:
        raise ValueError("the part reaches outside the whole")
    if part == whole:
        return pixels
    at = relative(part, whole)
    stride, start, length = whole.width * pixel_bytes, at.x * pixel_bytes, at.width * pixel_bytes
    rows = (y * stride + start for y in range(at.y, at.bottom))
    return b"".join(pixels[offset : offset + length] for offset in rows)
