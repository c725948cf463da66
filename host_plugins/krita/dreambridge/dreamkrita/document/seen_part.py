"""What there is to look at now: the selection on the active layer, or all of it. GUI thread.

Of a large picture only some rows are read, in between the GUI's own events.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from bridgeclient.region import Rect, with_context
from dreamkrita.document import source
from dreamkrita.document.colour_space import SRGB8
from dreamkrita.document.hidden_document import HiddenDocument
from dreamkrita.document.seen_pixels import SeenPixels
from dreamkrita.document.work_queue import Pause
from dreamkrita.errors import UserError
from krita import Document

_ROWS = 1024
"""No more than about so many rows are read."""

_SLICE = 1 << 17
"""Pixels read at a time, row by row."""

_SURROUNDINGS = 0.25
"""Share of the selection's longer side that the engine sees around it."""


def capture(
    settings: dict[str, Any], schema: dict[str, Any], layer: str, *, visible: bool = False
) -> Generator[Pause, None, SeenPixels]:
    """Read what a dream with these settings would change, and its surroundings.

    Raises:
        UserError: there is nothing to look at.
    """
    found = source.find(settings, schema, visible=visible)
    region, canvas = found.region, source.canvas_of(found.document)
    margin = round(_SURROUNDINGS * max(region.width, region.height))
    context = with_context(region, canvas, margin if found.shape is not None else 0)
    every = -(-context.height // _ROWS)
    parts = []
    with HiddenDocument() as hidden:
        readable = yield from hidden.readable(found.document, found.id)
        for pixels in _rows(*readable, context, every):
            parts.append(hidden.convert(pixels, context.width, found.space, SRGB8))
            yield Pause.YIELD
    greys = None
    if found.shape is not None:
        whole, width = found.shape.greys(context), context.width
        greys = b"".join(
            whole[row * width : (row + 1) * width] for row in range(0, context.height, every)
        )
    return SeenPixels(parts, greys, context, layer)


def _rows(document: Document, node_id: str, rect: Rect, every: int) -> Iterator[bytes]:
    """Each so many-th row of what a layer shows within a rectangle, a strip of them at a time."""
    if every == 1:
        yield from source.read(document, node_id, rect)
        return
    count = max(1, _SLICE // rect.width)
    ys = range(rect.y, rect.bottom, every)
    for start in range(0, len(ys), count):
        node = source.node_with_id(document, node_id)
        if node is None:
            raise UserError("The layer was removed while it was looked at.")
        rows = (
            node.projectionPixelData(rect.x, y, rect.width, 1) for y in ys[start : start + count]
        )
        pixels = b"".join(map(bytes, rows))
        del node, rows
        yield pixels
