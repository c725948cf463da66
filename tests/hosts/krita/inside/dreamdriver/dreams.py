"""What happens while a document is dreamed of, and afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lab import (
    K,
    activate,
    all_nodes,
    busy,
    click,
    document,
    double_click_item,
    dream,
    message,
    painted,
    press,
    pressed,
    quick,
    raw,
    select,
    settled,
    shown,
    tree,
    undo_steps,
    undoing,
    widget,
)
from runner import PARAMETERS, case

from krita import Document, Node

SIZE = {"width": 160, "height": 120}
SELECTED = (30, 20, 100, 80)


def slow() -> None:
    """Settings of a dream that takes some seconds, on a fast machine too."""
    quick("relu3_3", iterations=60, octaves=3)


def endless() -> None:
    """Settings of a dream that isn't done before it is ended."""
    quick("relu4_3", iterations=100, octaves=30)
    widget("octave_scale").setValue(1.02)


def prepared(**size: int) -> Iterator[Any]:
    doc = yield from document(**(size or SIZE))
    source = painted(doc)
    yield from shown()
    select(doc, *SELECTED)
    yield from activate(doc, source)
    yield settled(doc)
    return doc, source


def dreams_of(doc: Document) -> list[Node]:
    return [node for node in all_nodes(doc.rootNode()) if node.name().startswith("Dream")]


def begun(doc: Document) -> Iterator[Any]:
    """Press Dream and wait for the layer that develops."""
    click("dream_button")
    yield lambda: bool(dreams_of(doc)) or not busy()
    assert busy(), message()
    return dreams_of(doc)[0]


def changed(node: Node, doc: Document, before: bytes) -> Callable[[], bool]:
    return lambda: not busy() or pixels_of(node, doc) != before


def pixels_of(node: Node, doc: Document) -> bytes:
    return bytes(node.pixelData(0, 0, doc.width(), doc.height()))


@case("develops in place")
def _() -> Iterator[Any]:
    doc, source = yield from prepared()
    slow()
    told: list[str] = []
    steps = undo_steps()
    layer = yield from begun(doc)
    first, shown_first = pixels_of(layer, doc), bytes(doc.pixelData(70, 60, 8, 8))
    told.append(message())
    facts: dict[str, Any] = {"bar": widget("progress").value(), "cancel": busy()}
    yield changed(layer, doc, first)
    second = pixels_of(layer, doc)
    facts["sharpened_while_busy"] = busy() and second != first
    yield lambda: message().endswith(" left") or not busy()
    told.append(message())
    yield lambda: not busy()
    yield settled(doc)
    facts["one_layer"] = len(dreams_of(doc))
    facts["undo_steps"] = undo_steps() - steps
    facts["final_differs"] = pixels_of(layer, doc) != second
    facts["canvas_shows_it"] = bytes(doc.pixelData(70, 60, 8, 8)) != shown_first
    return facts | {"told": told, "active": doc.activeNode() == source}


@case("cancel")
def _() -> Iterator[Any]:
    doc, _source = yield from prepared()
    endless()
    before = tree(doc.rootNode())
    canvas = bytes(doc.pixelData(0, 0, doc.width(), doc.height()))
    yield from begun(doc)
    click("cancel_button")
    yield lambda: not busy()
    yield settled(doc)
    facts = {
        "same_layers": tree(doc.rootNode()) == before,
        "same_canvas": bytes(doc.pixelData(0, 0, doc.width(), doc.height())) == canvas,
        "annotations": doc.annotationTypes(),
        "message": message(),
    }
    return facts | (yield from undoing(doc))


@case("cancel after painting meanwhile")
def _() -> Iterator[Any]:
    doc, source = yield from prepared()
    endless()
    yield from begun(doc)
    stroke = b"\x11\x22\x33\xff" * 100
    source.setPixelData(stroke, 5, 5, 10, 10)
    painted(doc, "meanwhile", 9)
    yield settled(doc)
    press("dreambridge_cancel")
    yield lambda: not busy()
    yield settled(doc)
    return {
        "names": [name for name, _kind, _below in tree(doc.rootNode())],
        "stroke_is_there": bytes(source.pixelData(5, 5, 10, 10)) == stroke,
        "message": message(),
    }


@case("cancel at once")
def _() -> Iterator[Any]:
    doc, _source = yield from prepared()
    endless()
    before = tree(doc.rootNode())
    click("dream_button")
    press("dreambridge_cancel")
    yield lambda: not busy()
    yield settled(doc)
    return {"same_layers": tree(doc.rootNode()) == before, "message": message()}


@case("undone while it develops")
def _() -> Iterator[Any]:
    doc, _source = yield from prepared()
    endless()
    before = tree(doc.rootNode())
    layer = yield from begun(doc)
    yield from pressed("edit_undo", lambda: layer.parentNode() is None)
    yield lambda: not busy()
    return {"same_layers": tree(doc.rootNode()) == before, "message": message()}


@case("document closed while it develops")
def _() -> Iterator[Any]:
    doc, source = yield from prepared()
    del source  # whoever keeps a node while its document is closed brings Krita down
    endless()
    yield from begun(doc)
    yield settled(doc)
    doc.setModified(False)
    press("file_close")
    yield lambda: doc not in K.documents()
    yield lambda: not busy()
    told = message()
    other, _other = yield from prepared()
    quick()
    yield from dream()
    return {"message": told, "next": message(), "layers": len(dreams_of(other))}


@case("another document in front")
def _() -> Iterator[Any]:
    doc, _source = yield from prepared()
    slow()
    layer = yield from begun(doc)
    before = pixels_of(layer, doc)
    other = yield from document()
    yield lambda: not busy()
    return {
        "here": len(dreams_of(doc)),
        "there": len(dreams_of(other)),
        "finished": pixels_of(layer, doc) != before,
        "message": message(),
    }


@case("two in a row")
def _() -> Iterator[Any]:
    doc, source = yield from prepared()
    quick("relu4_3")  # a layer of few shifts gives the same picture for many a seed
    yield from dream()
    click("new_seed")
    yield from dream()
    yield settled(doc)
    layers = dreams_of(doc)
    return {
        "count": len(layers),
        "above": [node.index() - source.index() for node in layers],
        "differ": pixels_of(layers[0], doc) != pixels_of(layers[1], doc),
        "history": widget("history").count(),
    }


@case("again")
def _() -> Iterator[Any]:
    doc, _source = yield from prepared()
    quick(iterations=3)
    yield from dream()
    first = {node.uniqueId().toString() for node in dreams_of(doc)}
    quick("relu1_2", iterations=1)
    press("dreambridge_again")
    yield lambda: not busy()
    yield settled(doc)
    new = [node for node in dreams_of(doc) if node.uniqueId().toString() not in first]
    old = [node for node in dreams_of(doc) if node.uniqueId().toString() in first]
    return {
        "names": [node.name() for node in new],
        "differ": pixels_of(new[0], doc) != pixels_of(old[0], doc),
        "message": message(),
    }


@case("saved and opened")
def _() -> Iterator[Any]:
    doc, source = yield from prepared()
    del source  # see above
    quick(iterations=3)
    yield from dream()
    yield settled(doc)
    first = pixels_of(dreams_of(doc)[0], doc)
    path = PARAMETERS["folder"] + "/saved.kra"
    doc.setBatchmode(True)
    facts: dict[str, Any] = {"saved": doc.saveAs(path)}
    doc.setModified(False)
    press("file_close")
    yield lambda: doc not in K.documents()
    opened = K.openDocument(path)
    K.activeWindow().addView(opened)
    yield lambda: K.activeDocument() == opened and opened.activeNode() is not None
    yield lambda: widget("history").count() == 1
    facts["tip"] = widget("history").item(0).toolTip()
    before = {node.uniqueId().toString() for node in dreams_of(opened)}
    double_click_item("history", 0)
    yield lambda: len(dreams_of(opened)) == 2
    yield settled(opened)
    placed = next(n for n in dreams_of(opened) if n.uniqueId().toString() not in before)
    facts["placed_is_same"] = pixels_of(placed, opened) == first
    facts["placed_masks"] = [child.type() for child in placed.childNodes()]
    press("dreambridge_again")
    yield lambda: not busy()
    yield settled(opened)
    facts["message"] = message()
    return facts | {"dreams": len(dreams_of(opened)), "history": widget("history").count()}


@case("a guide")
def _() -> Iterator[Any]:
    doc, source = yield from prepared()
    guide = painted(doc, "the guide", 7)
    yield from activate(doc, source)
    yield settled(doc)
    quick()
    yield from dream()
    plain = pixels_of(dreams_of(doc)[0], doc)
    combo = widget("guide")
    combo.showPopup()
    combo.hidePopup()
    combo.setCurrentIndex(combo.findText("the guide"))
    yield from dream()
    combo.setCurrentIndex(0)
    layers = dreams_of(doc)
    return {
        "message": message(),
        "guided": [pixels_of(node, doc) != plain for node in layers].count(True),
        "guide_same": raw(guide, doc) == raw(guide, doc),
    }
