"""How softly a dream fades at the edge of a selection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab import (
    K,
    activate,
    all_nodes,
    document,
    dream,
    message,
    painted,
    quick,
    raw,
    select,
    settled,
    shown,
    widget,
)
from runner import case

from bridgeclient.region import Rect
from dreamkrita.document.feather import feathered
from dreamkrita.document.shape import Shape
from krita import Document, Node

WIDTH, HEIGHT = 320, 240
MIDDLE = (100, 60, 120, 120)


def values() -> list[Any]:
    """What the docker shows of the edge."""
    grid = widget("edge").parentWidget().layout()
    row = grid.getItemPosition(grid.indexOf(widget("edge")))[0]
    return [grid.itemAtPosition(row, column).widget().text() for column in (0, 2)]


def dreamed(selected: tuple[int, int, int, int], position: int | None = None) -> Iterator[Any]:
    doc = yield from document(width=WIDTH, height=HEIGHT)
    source = painted(doc)
    yield from shown()
    before = widget("edge").value()
    quick()
    widget("edge").setValue(before if position is None else position)
    select(doc, *selected)
    yield from activate(doc, source)
    yield from dream()
    yield settled(doc)
    layer = next(node for node in all_nodes(doc.rootNode()) if node.name().startswith("Dream"))
    return doc, source, layer


def mask_of(layer: Node) -> bytes:
    mask = layer.childNodes()[0].selection()
    return bytes(mask.pixelData(0, 0, WIDTH, HEIGHT))


def changed(doc: Document, source: Node) -> list[int]:
    """The columns of the middle row in which the picture isn't the source."""
    shows, was = bytes(doc.pixelData(0, 0, WIDTH, HEIGHT)), raw(source, doc)
    start = HEIGHT // 2 * WIDTH
    return [
        x
        for x in range(WIDTH)
        if shows[4 * (start + x) : 4 * (start + x) + 3]
        != was[4 * (start + x) : 4 * (start + x) + 3]
    ]


@case("by default")
def _() -> Iterator[Any]:
    yield from shown()
    facts: dict[str, Any] = {"shown": values(), "visible": widget("edge").isVisible()}
    doc, source, layer = yield from dreamed(MIDDLE)
    mask, columns = mask_of(layer), changed(doc, source)
    row = HEIGHT // 2 * WIDTH
    return facts | {
        "message": message(),
        "row": list(mask[row : row + WIDTH]),
        "column": list(mask[WIDTH // 2 :: WIDTH]),
        "changed": [min(columns), max(columns)],
    }


@case("none")
def _() -> Iterator[Any]:
    doc, source, layer = yield from dreamed(MIDDLE, 0)
    columns = changed(doc, source)
    selection = bytes(doc.selection().pixelData(0, 0, WIDTH, HEIGHT))
    return {
        "shown": values(),
        "exact": mask_of(layer) == selection,
        "changed": [min(columns), max(columns)],
    }


@case("at the canvas's border")
def _() -> Iterator[Any]:
    _doc, _source, layer = yield from dreamed((0, 0, 120, HEIGHT), 7)
    mask = mask_of(layer)
    row = HEIGHT // 2 * WIDTH
    return {
        "shown": values(),
        "row": list(mask[row : row + WIDTH]),
        "border": [mask[0], mask[row], mask[(HEIGHT - 1) * WIDTH]],
    }


@case("all selected")
def _() -> Iterator[Any]:
    _doc, _source, layer = yield from dreamed((0, 0, WIDTH, HEIGHT), 9)
    return {"least": min(mask_of(layer))}


@case("on a large canvas")
def _() -> Iterator[Any]:
    yield None
    selected = Rect(300, 200, 2000, 1700)
    shape = Shape(selected, b"\xff" * (selected.width * selected.height))
    soft = feathered(shape, Rect(0, 0, 3000, 2000), 1.5)
    middle = soft.bounds.height // 2 * soft.bounds.width
    bounds = soft.bounds
    return {
        "bounds": [bounds.x, bounds.y, bounds.right, bounds.bottom],
        "row": list(soft.grey[middle : middle + bounds.width]),
    }


@case("after a restart")
def _() -> Iterator[Any]:
    yield from shown()
    return {"shown": values(), "stored": K.readSetting("dreambridge", "edge", "")}


@case("damage it")
def _() -> Iterator[Any]:
    yield None
    K.writeSetting("dreambridge", "edge", "soft")
