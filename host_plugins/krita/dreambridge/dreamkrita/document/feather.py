"""A soft edge for a selection, so that nobody sees its outline in the dream. GUI thread.

Krita's own feather makes it, on a selection that no document has; a wide one on a smaller copy,
because it takes Krita seconds on a large canvas. Where the selection reaches the canvas's border it
is taken to go on beyond: the dream doesn't fade towards the border.
"""

from __future__ import annotations

from bridgeclient.region import Rect, cut, grown, intersection, soft_edge
from dreamkrita.document.images import resized_greys
from dreamkrita.document.shape import Shape
from krita import Selection

_FULL = b"\xff"

_FINE = 3
"""The narrowest feather, in pixels, that a smaller copy is given."""


def feathered(shape: Shape, canvas: Rect, edge: float) -> Shape:
    """The shape with a soft edge; `edge` is in percent of its shorter side, 0 keeps it as it is."""
    inside, bounds = intersection(shape.bounds, canvas), soft_bounds(shape.bounds, canvas, edge)
    if inside is None or bounds is None or not (radius := soft_edge(inside, edge)):
        return shape
    greys = cut(shape.grey, shape.bounds, inside, 1)
    if inside == canvas and not greys.strip(_FULL):  # all is selected: there is no edge
        return shape
    wide = grown(inside, 2 * radius)
    soft = _blurred(_continued(greys, inside, canvas, wide), wide, radius)
    return Shape(bounds, cut(soft, wide, bounds, 1))


def soft_bounds(selected: Rect, canvas: Rect, edge: float) -> Rect | None:
    """The bounds on the canvas that a selection has with its soft edge, None if outside."""
    inside = intersection(selected, canvas)
    if inside is None or not (radius := soft_edge(inside, edge)):
        return inside
    scale = _scale(radius)
    return intersection(grown(inside, radius + (scale if scale > 1 else 0)), canvas)


def _continued(greys: bytes, inside: Rect, canvas: Rect, wide: Rect) -> bytes:
    """The values within `wide`: going on where they reach the canvas's border, 0 elsewhere."""
    pad, width, none = inside.x - wide.x, inside.width, b"\0"
    left, right = inside.x == canvas.x, inside.right == canvas.right
    rows = [
        (row[:1] if left else none) * pad + row + (row[-1:] if right else none) * pad
        for row in (greys[start : start + width] for start in range(0, len(greys), width))
    ]
    above = rows[0] if inside.y == canvas.y else bytes(wide.width)
    below = rows[-1] if inside.bottom == canvas.bottom else bytes(wide.width)
    return b"".join([above] * pad + rows + [below] * pad)


def _scale(radius: int) -> int:
    return max(1, radius // _FINE)


def _blurred(greys: bytes, rect: Rect, radius: int) -> bytes:
    scale = _scale(radius)
    width, height = -(-rect.width // scale), -(-rect.height // scale)
    small = resized_greys(greys, (rect.width, rect.height), (width, height))
    selection = Selection()
    selection.setPixelData(small, 0, 0, width, height)
    selection.feather(round(radius / scale))
    soft = bytes(selection.pixelData(0, 0, width, height))
    return resized_greys(soft, (width, height), (rect.width, rect.height))
