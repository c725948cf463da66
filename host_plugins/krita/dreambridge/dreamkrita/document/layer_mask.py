"""The transparency mask that gives a dream's layer the selection's shape. GUI thread."""

from __future__ import annotations

from dreamkrita.document.shape import Shape
from dreamkrita.document.source import canvas_of
from krita import Document, Node, Selection


def add_mask(document: Document, node: Node, shape: Shape) -> None:
    """Mask a node that is in no document yet.

    When Krita adds a layer, it draws the parent anew only as far as the layer's mask reaches, and
    a parent that had one layer has drawn nothing of its own yet. Unselected pixels at the canvas's
    corners make the mask reach over all of it, also when the layer is brought back by Redo.
    """
    mask = document.createTransparencyMask("Selection")
    node.addChildNode(mask, None)
    selection, at, canvas = Selection(), shape.bounds, canvas_of(document)
    for x, y in ((canvas.x, canvas.y), (canvas.right - 1, canvas.bottom - 1)):
        selection.setPixelData(b"\0", x, y, 1, 1)
    selection.setPixelData(shape.grey, at.x, at.y, at.width, at.height)
    mask.setSelection(selection)
