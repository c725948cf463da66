"""What is seen of a dream: the exported file and the flattened document, not layers' pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import merging  # noqa: F401  whose cases run in the same Krita
from exporting import (
    SELECTED,
    SIZE,
    bare,
    differences,
    exported,
    layers_of,
    one_layer,
    pixels_of,
    prepared,
    seen,
)
from lab import (
    K,
    activate,
    choosing,
    click,
    document,
    double_click_item,
    dream,
    message,
    painted,
    pixels,
    pressed,
    quick,
    raw,
    select,
    settled,
    shown,
    tree,
    undo_steps,
    widget,
)
from runner import PARAMETERS, case

from krita import Document, Filter, InfoObject, Node, Selection


def dreamed(doc: Document, source: Node, selected: Any = SELECTED) -> Iterator[Any]:
    yield from shown()
    select(doc, *selected)
    yield from activate(doc, source)
    yield settled(doc)
    before, layers = pixels_of(exported(doc, "before")), tree(doc.rootNode())
    quick()
    yield from dream()
    yield settled(doc)
    facts: dict[str, Any] = {"message": message()}

    def look(name: str) -> dict[str, int]:
        return differences(before, pixels_of(exported(doc, name)), selected)

    facts["exported"] = look("after")
    yield from pressed("edit_undo", lambda: tree(doc.rootNode()) == layers)
    facts["undone"] = look("undone")
    yield from pressed("edit_redo", lambda: tree(doc.rootNode()) != layers)
    facts["redone"] = look("redone")
    doc.flatten()
    yield settled(doc)
    facts["flattened"] = look("flattened")
    return facts


@case("one layer")
def _() -> Iterator[Any]:
    doc = bare((yield from document(**SIZE)))
    return (yield from dreamed(doc, painted(doc)))


@case("a photograph opened")
def _() -> Iterator[Any]:
    painted_for = bare((yield from document(**SIZE)))
    painted(painted_for)
    yield settled(painted_for)
    painted_for.setBatchmode(True)
    path = PARAMETERS["folder"] + "/photo.jpg"
    assert painted_for.exportImage(path, InfoObject())
    doc = K.openDocument(path)
    K.activeWindow().addView(doc)
    yield lambda: K.activeDocument() == doc and doc.activeNode() is not None
    return (yield from dreamed(doc, doc.topLevelNodes()[0]))


def neighbours(name: str, *kinds: str, inside: bool = False) -> None:
    """The source at the bottom of a document or a group, and what is above it."""

    @case(name)
    def _() -> Iterator[Any]:
        doc = bare((yield from document(**SIZE)))
        parent = doc.rootNode()
        if inside:
            parent = doc.createGroupLayer("group")
            doc.rootNode().addChildNode(parent, None)
        source = painted(doc, parent=parent)
        for number, kind in enumerate(kinds):
            _neighbour(doc, parent, kind, number)
        return (yield from dreamed(doc, source))


def _neighbour(doc: Document, parent: Node, kind: str, number: int) -> None:
    if kind == "filterlayer":
        invert, everything = Filter(), Selection()
        invert.setName("invert")
        everything.select(0, 0, SIZE["width"], SIZE["height"], 255)
        node = doc.createFilterLayer("invert", invert, everything)
        parent.addChildNode(node, None)
        return
    node = doc.createNode(kind, "grouplayer" if kind == "grouplayer" else "paintlayer")
    node.setPixelData(b"\x20\x90\xd0\xff" * 400, 80 + number, 60, 20, 20)
    node.setVisible(kind != "hidden")
    if kind == "multiply":
        node.setBlendingMode("multiply")
    parent.addChildNode(node, None)


neighbours("only layer of a group", inside=True)
neighbours("a small layer above", "small")
neighbours("a hidden layer above", "hidden")
neighbours("an empty group above", "grouplayer", inside=True)
neighbours("a filter layer above", "filterlayer")
neighbours("several above in a group", "small", "hidden", "multiply", inside=True)


@case("the latest dream is on top")
def _() -> Iterator[Any]:
    doc, _source = yield from one_layer()
    quick("relu4_3")  # a layer of few shifts gives the same picture for many a seed
    pictures = [seen(doc, "0")]
    for number in (1, 2, 3):
        click("new_seed")
        yield from dream()
        yield settled(doc)
        pictures.append(seen(doc, str(number)))
    facts: dict[str, Any] = {"different": len(set(pictures))}
    facts["all_visible"] = all(node.visible() for node in doc.topLevelNodes())
    double_click_item("history", 2)
    yield lambda: message().endswith("placed again.")
    yield settled(doc)
    facts["placed_is_seen"] = seen(doc, "placed") == pictures[1]
    return facts


@case("a dream of a dream below a layer of the artist")
def _() -> Iterator[Any]:
    doc, source = yield from one_layer()
    yield from dream()
    yield settled(doc)
    first = doc.topLevelNodes()[1]
    own = doc.createNode("own", "paintlayer")
    doc.rootNode().addChildNode(own, None)
    yield from activate(doc, first)
    yield from dream()
    yield settled(doc)
    second = doc.topLevelNodes()[2]
    yield from activate(doc, source)
    yield from dream()
    yield settled(doc)
    nodes = layers_of(doc)
    return {"order": [nodes.index(one) for one in (source, first, second, own)]}


@case("earlier dreams are hidden by choice")
def _() -> Iterator[Any]:
    doc, _source = yield from one_layer()
    yield from dream()
    yield settled(doc)
    first = seen(doc, "first")
    choice = widget("hide_earlier")
    facts = {"at_first": choice.isChecked()}
    choice.setChecked(True)
    click("new_seed")
    yield from dream()
    double_click_item("history", 1)
    yield lambda: message().endswith("placed again.")
    yield settled(doc)
    choice.setChecked(False)
    facts["visible"] = [node.visible() for node in layers_of(doc)]
    return facts | {"placed_is_seen": seen(doc, "placed") == first}


@case("a local selection")
def _() -> Iterator[Any]:
    doc, source = yield from one_layer()
    doc.setSelection(Selection())
    local, selection = doc.createSelectionMask("local"), Selection()
    selection.select(*SELECTED, 255)
    local.setSelection(selection)
    source.addChildNode(local, None)
    yield from activate(doc, source)
    yield settled(doc)
    before = seen(doc, "before")
    yield from dream()
    yield settled(doc)
    return {"message": message(), "changed": differences(before, seen(doc, "after"), SELECTED)}


@case("a hidden guide")
def _() -> Iterator[Any]:
    doc = bare((yield from document(**SIZE)))
    source, guide = painted(doc), doc.createNode("guide", "paintlayer")
    guide.setPixelData(pixels("RGBA", "U8", 200, 150, 9), 0, 0, 200, 150)
    guide.setVisible(False)
    doc.rootNode().addChildNode(guide, None)
    yield from prepared(doc, source)
    yield from dream()
    plain = seen(doc, "plain")
    combo = widget("guide")
    combo.showPopup()
    combo.hidePopup()
    combo.setCurrentIndex(combo.findText("guide"))
    yield from dream()
    yield settled(doc)
    combo.setCurrentIndex(0)
    return {"message": message(), "guided": seen(doc, "guided") != plain}


@case("a pass-through group")
def _() -> Iterator[Any]:
    doc = bare((yield from document(**SIZE)))
    painted(doc, "paper", 3)
    group = doc.createGroupLayer("group")
    group.setPassThroughMode(True)
    doc.rootNode().addChildNode(group, None)
    painted(doc, "inside", 5, parent=group)
    yield settled(doc)
    return (yield from dreamed(doc, group))


@case("on top of all")
def _() -> Iterator[Any]:
    doc = bare((yield from document(**SIZE)))
    source = painted(doc)
    _neighbour(doc, doc.rootNode(), "small", 0)
    yield from prepared(doc, source)
    choosing("place", "Down")
    yield from dream()
    yield settled(doc)
    choosing("place", "Up")
    names = [node.name() for node in layers_of(doc)]
    return {"message": message(), "names": names, "back": widget("place").currentIndex()}


@case("all that is visible")
def _() -> Iterator[Any]:
    doc = bare((yield from document(**SIZE)))
    painted(doc, "paper", 3)
    _neighbour(doc, doc.rootNode(), "multiply", 0)
    _neighbour(doc, doc.rootNode(), "hidden", 0)
    yield from prepared(doc, layers_of(doc)[-1])
    before, own = seen(doc, "before"), [raw(node, doc) for node in layers_of(doc)]
    steps = undo_steps()
    choosing("source", "Down")
    yield from dream()
    yield settled(doc)
    choosing("source", "Up")
    facts: dict[str, Any] = {"message": message(), "steps": undo_steps() - steps}
    facts["changed"] = differences(before, seen(doc, "after"), SELECTED)
    facts["names"] = [node.name() for node in layers_of(doc)]
    facts["own"] = [raw(node, doc) for node in layers_of(doc)[:-1]] == own
    yield from pressed("edit_undo", lambda: len(layers_of(doc)) == 3)
    return facts
