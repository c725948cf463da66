"""Where a dream belongs when the document is changed under it: follow what moved, or say so.

A layer that was moved, also by a canvas that got another size, has moved as a whole: its position
tells how far. Whatever else was done to it (scaled, cropped, turned, converted, painted on) shows
in its pixels. GUI thread.
"""

from __future__ import annotations

from bridgeclient.region import Rect
from dreamkrita.document.colour_space import ColourSpace
from dreamkrita.document.source import canvas_of, node_with_id, space_of
from dreamkrita.errors import UserError
from krita import Document, Node

Offset = tuple[int, int]

_CHANGED = (
    "The picture was changed under the dream (scaled, cropped, turned, converted or painted on), "
    "so the dream was cancelled: dream again."
)


class SourceState:
    """A source as it was when its dream was asked for."""

    def __init__(self, document: Document, source: str) -> None:
        self._document, self._source = document, source
        self._canvas = canvas_of(document)
        node = node_with_id(document, source)
        self._space = space_of(node) if node is not None else None
        self._at = at(node) if node is not None else (0, 0)

    def moved(self) -> Offset:
        """How far the source was moved since; not at all if it is gone."""
        node = node_with_id(self._document, self._source)
        return difference(at(node), self._at) if node is not None else (0, 0)

    def check(self) -> None:
        """Look whether the dream still fits on the document.

        Raises:
            UserError: the canvas has another size, or the source other pixels.
        """
        node = node_with_id(self._document, self._source)
        space = space_of(node) if node is not None else self._space
        if canvas_of(self._document) != self._canvas or space != self._space:
            raise UserError(_CHANGED)

    def check_still(self) -> None:
        """The same, and the source must not have been moved."""
        self.check()
        if self.moved() != (0, 0):
            raise UserError("The layer was moved while it was read: dream again.")


class LayerState:
    """A layer's pixels as they were last written, known by three of their rows."""

    def __init__(self, node: Node, region: Rect) -> None:
        self._at, self._space = at(node), space_of(node)
        self._rows = _rows(node, region, self._space)

    def moved(self, node: Node) -> Offset:
        """How far the layer was moved since then."""
        return difference(at(node), self._at)

    def check(self, node: Node, region: Rect) -> None:
        """Look whether nothing but that was done to it; `region` is where they are now.

        Raises:
            UserError: something else was done.
        """
        space = space_of(node)
        if space != self._space or _rows(node, region, space) != self._rows:
            raise UserError(_CHANGED)


def at(node: Node) -> Offset:
    """A node's position on the canvas."""
    position = node.position()
    return position.x(), position.y()


def difference(new: Offset, old: Offset) -> Offset:
    """How far it is from the old to the new."""
    return new[0] - old[0], new[1] - old[1]


def shift(node: Node, by: Offset) -> None:
    """Move a layer with its masks."""
    for one in (node, *node.childNodes()):
        x, y = at(one)
        one.move(x + by[0], y + by[1])


def _rows(node: Node, region: Rect, space: ColourSpace) -> bytes:
    rows = (region.y, region.y + region.height // 2, region.bottom - 1)
    parts = (node.pixelData(region.x, y, region.width, 1) for y in rows)
    return b"".join(bytes(part) for part in parts)
