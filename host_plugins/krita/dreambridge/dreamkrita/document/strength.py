"""A layer or mask painted in grey as the strength of a dream: white fully, black not at all.

It becomes part of the new layer's mask, so the dream itself is whole below it. GUI thread.
"""

from __future__ import annotations

from collections.abc import Generator

from bridgeclient.region import Rect, intersection
from dreamkrita.document import images
from dreamkrita.document.colour_space import SRGB8
from dreamkrita.document.hidden_document import HiddenDocument
from dreamkrita.document.shape import Shape
from dreamkrita.document.source import Source, canvas_of, node_with_id, space_of, strips
from dreamkrita.document.work_queue import Pause
from dreamkrita.errors import UserError

MASKS = ("transparencymask", "selectionmask")

_SLICE = 1 << 14
"""Pixels that are read at a time: some milliseconds."""


def strengthened(
    source: Source, strength: str, hidden: HiddenDocument
) -> Generator[Pause, None, Shape]:
    """The shape of the source's selection, weaker where the layer or mask is dark.

    Raises:
        UserError: it is gone, or black where something is to be dreamed.
    """
    shape, canvas = source.shape, canvas_of(source.document)
    bounds = intersection(shape.bounds if shape is not None else source.region, canvas)
    if bounds is None:
        raise UserError("The selection lies outside the canvas: select a part of the picture.")
    parts = []
    for strip in strips(bounds, _SLICE):
        greys = _greys(source, strength, strip, hidden)
        if shape is not None:
            selected = shape.greys(strip)
            greys = bytes(a * b // 255 for a, b in zip(greys, selected, strict=True))
        parts.append(greys)
        yield Pause.YIELD
    whole = b"".join(parts)
    if not whole.strip(b"\0"):
        raise UserError("Where the dream may go is black here: paint it white, then dream.")
    return Shape(bounds, whole)


def _greys(source: Source, strength: str, strip: Rect, hidden: HiddenDocument) -> bytes:
    node = node_with_id(source.document, strength)
    if node is None:
        raise UserError("The layer that says where to dream is gone: choose another.")
    size = strip.width, strip.height
    if node.type() in MASKS:
        shape = node.selection()
        return (
            bytes(shape.pixelData(strip.x, strip.y, *size))
            if shape is not None
            else bytes(size[0] * size[1])
        )
    pixels = bytes(node.projectionPixelData(strip.x, strip.y, *size))
    return images.greys_of(hidden.convert(pixels, strip.width, space_of(node), SRGB8), *size)
