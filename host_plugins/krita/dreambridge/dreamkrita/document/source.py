"""Which pixels of which layer are dreamed: what the active layer shows, around the selection.

All checks are made here, before anything is sent; nothing in the document is changed. GUI thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bridgeclient.region import Rect, context_margin, intersection, with_context
from dreamkrita.document.colour_space import ColourSpace, check
from dreamkrita.document.feather import feathered
from dreamkrita.document.shape import Shape
from dreamkrita.errors import UserError
from dreamkrita.qt import QtCore
from krita import Document, Krita, Node, Selection

SLICE = 1 << 19
"""Pixels read or written at a time: some milliseconds."""

_MASKS = ("transparencymask", "filtermask", "transformmask", "selectionmask", "colorizemask")
_NO_PICTURE = ("filterlayer",)


@dataclass(frozen=True)
class Source:
    """A layer to dream of; rectangles in the document's pixels.

    `region` changes, `context` is what the dream sees; `shape` is that of the selection, None when
    nothing is selected and the whole layer changes. The layer is known by its unique id: whoever
    keeps one of Krita's nodes while its document is closed brings Krita down.
    """

    document: Document
    id: str
    space: ColourSpace
    region: Rect
    context: Rect
    shape: Shape | None


def find(
    settings: dict[str, Any],
    schema: dict[str, Any],
    node: Node | None = None,
    edge: float = 0.0,
    *,
    any_time: bool = False,
    visible: bool = False,
) -> Source:
    """The active layer of the active document (or `node` of it) as the source of a dream.

    With `visible` it is the root, which shows all that is visible. `edge` is how soft the selection
    becomes. With `any_time`, region and context are the canvas: where the layer shows something
    differs from time to time.

    Raises:
        UserError: something in the document doesn't allow it.
    """
    document, layer = chosen(node, visible=visible)
    if not is_root(layer):
        check_layer(layer)
    found = selected(document, layer)
    shape = feathered(shape_of(*found), canvas_of(document), edge) if found is not None else None
    if any_time:
        canvas = canvas_of(document)
        return Source(document, id_of(layer), space_of(layer), canvas, canvas, shape)
    region = _region(document, layer, shape)
    margin = context_margin(region, settings, schema["x-layers"])
    whole = _extent(document, layer)
    context = with_context(region, whole, margin)
    return Source(document, id_of(layer), space_of(layer), region, context, shape)


def chosen(node: Node | None, *, visible: bool = False) -> tuple[Document, Node]:
    """The active document and the layer in it that was asked for: `node`'s or the active one.

    With `visible`, or where `node` is it, the root.

    Raises:
        UserError: there is none.
    """
    document = Krita.instance().activeDocument()
    if document is None:
        raise UserError("There is no document: open one, then dream.")
    if visible or (node is not None and is_root(node)):
        return document, document.rootNode()
    return document, layer_of(node or document.activeNode())


def is_root(node: Node) -> bool:
    """Whether it is a document's root, which users know as all that is visible."""
    return node.parentNode() is None


def layer_of(node: Node | None) -> Node:
    """The layer itself, or the one that an active mask belongs to.

    Raises:
        UserError: no layer is active.
    """
    while node is not None and node.type() in _MASKS:
        node = node.parentNode()
    if node is None or is_root(node):  # the root is no layer that a user sees
        raise UserError("No layer is active: click one in the Layers docker, then dream.")
    return node


def check_layer(layer: Node) -> None:
    """Refuses layers that a dream can't be made from.

    Raises:
        UserError: with what to do.
    """
    check_picture(layer)
    name = layer.name()
    if (group := _locked_group(layer)) is not None:
        raise UserError(f"The group “{group}” is locked: unlock it in the Layers docker.")
    if layer.locked():
        raise UserError(
            f"The layer “{name}” is locked: unlock it in the Layers docker, then dream."
        )
    if not layer.visible():
        raise UserError(f"The layer “{name}” is hidden: show it in the Layers docker, then dream.")


def _locked_group(layer: Node) -> str | None:
    """The name of a locked group that the layer is in."""
    parent = layer.parentNode()
    while parent is not None:
        if parent.locked():
            return parent.name()
        parent = parent.parentNode()
    return None


def check_picture(layer: Node) -> None:
    """Refuses layers that have no picture, as sources and as guides.

    Raises:
        UserError: with what to do.
    """
    name = layer.name()
    if layer.type() in _NO_PICTURE:
        raise UserError(f"“{name}” is a filter layer without a picture: choose another layer.")
    if layer.type() == "grouplayer" and not layer.childNodes():
        raise UserError(f"The group “{name}” is empty: put a layer into it, then dream.")


def space_of(layer: Node) -> ColourSpace:
    """The colour space of what the layer shows.

    Raises:
        UserError: it can't be read.
    """
    return check(ColourSpace(layer.colorModel(), layer.colorDepth(), layer.colorProfile()))


def canvas_of(document: Document) -> Rect:
    """The document's own rectangle."""
    bounds = document.bounds()
    return Rect(bounds.x(), bounds.y(), bounds.width(), bounds.height())


def selected(document: Document, layer: Node) -> tuple[Selection, Rect] | None:
    """What is selected: by the layer's local selection where it has one, as Krita's tools do."""
    masks = [] if is_root(layer) else layer.childNodes()
    local = [one for one in masks if one.type() == "selectionmask" and one.visible()]
    selection = local[0].selection() if len(local) == 1 else document.selection()
    if selection is None or selection.width() < 1 or selection.height() < 1:
        return None
    return selection, Rect(selection.x(), selection.y(), selection.width(), selection.height())


def sampled(selection: Selection, bounds: Rect, count: int) -> bytes:
    """About so many rows of a selection, which tell whether it is still the same."""
    every = max(1, bounds.height // count)
    rows = range(bounds.y, bounds.bottom, every)
    return b"".join(bytes(selection.pixelData(bounds.x, y, bounds.width, 1)) for y in rows)


def shape_of(selection: Selection, bounds: Rect) -> Shape:
    """The values of a selection within these bounds."""
    values = selection.pixelData(bounds.x, bounds.y, bounds.width, bounds.height)
    return Shape(bounds, bytes(values))


def _extent(document: Document, layer: Node) -> Rect:
    """Where on the canvas the layer shows something; all of it where Krita can't say."""
    canvas, bounds = canvas_of(document), layer.bounds()
    if bounds.isEmpty():
        return canvas
    shown = Rect(bounds.x(), bounds.y(), bounds.width(), bounds.height())
    if (inside := intersection(shown, canvas)) is None:
        raise UserError(f"The layer “{layer.name()}” lies outside the canvas: move it, then dream.")
    return inside


def _region(document: Document, layer: Node, shape: Shape | None) -> Rect:
    extent = _extent(document, layer)
    if shape is None:
        return extent
    if intersection(shape.bounds, canvas_of(document)) is None:
        raise UserError("The selection lies outside the canvas: select a part of the picture.")
    if (region := intersection(shape.bounds, extent)) is None:
        raise UserError(
            f"The layer “{layer.name()}” is empty here: select where something is painted, or "
            "nothing for the whole layer."
        )
    return region


def strips(rect: Rect, area: int = SLICE) -> list[Rect]:
    """The rectangle cut into strips of whole rows with about so many pixels each."""
    rows = max(1, area // rect.width)
    starts = range(rect.y, rect.bottom, rows)
    return [Rect(rect.x, y, rect.width, min(rows, rect.bottom - y)) for y in starts]


def read(document: Document, node_id: str, rect: Rect) -> Iterator[bytes]:
    """What a layer shows within a rectangle, strip by strip, in Krita's order of channels.

    Raises:
        UserError: the layer is gone.
    """
    for strip in strips(rect):
        node = node_with_id(document, node_id)
        if node is None:
            raise UserError("The layer was removed while it was read: dream again.")
        pixels = node.projectionPixelData(strip.x, strip.y, strip.width, strip.height)
        del node
        yield bytes(pixels)


def id_of(node: Node) -> str:
    """A node's unique id, which it keeps when it is saved."""
    return str(node.uniqueId().toString())


def node_with_id(document: Document, unique_id: str) -> Node | None:
    """The node of the document with this unique id; none of a closed document."""
    if not unique_id or not is_open(document):
        return None
    return document.nodeByUniqueID(QtCore.QUuid(unique_id))


def is_open(document: Document) -> bool:
    """Whether the user hasn't closed the document."""
    return any(document == one for one in Krita.instance().documents())


def ready(document: Document) -> bool:
    """Whether the document can be changed now: the user doesn't paint, Krita doesn't compute."""
    if not document.tryBarrierLock():
        return False
    document.unlock()
    return True


def in_front(document: Document) -> bool:
    """Whether Krita's commands are about this document now."""
    active = Krita.instance().activeDocument()
    return active is not None and bool(active == document)
