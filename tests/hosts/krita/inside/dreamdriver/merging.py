"""Dreams that go into the layer itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from blending import MIXED, backdrop, layer, levels, stepped
from exporting import layers_of, one_layer, prepared, seen
from lab import (
    activate,
    busy,
    choosing,
    click,
    document,
    dream,
    message,
    painted,
    pressed,
    quick,
    settled,
    tree,
)
from runner import CASES, case

from krita import Document, Node

CASES.clear()


def pressed_into() -> None:
    """Press Dream for a dream into its layer; the next goes above its layer again."""
    for _ in range(2):
        choosing("place", "Down")
    click("dream_button")
    for _ in range(2):
        choosing("place", "Up")


def into_its_layer() -> Iterator[Any]:
    pressed_into()
    yield lambda: not busy()


def developing() -> Iterator[Any]:
    """A document with one layer and a dream under way that shall go into it."""
    doc, source = yield from one_layer()
    quick("relu4_3", iterations=40, octaves=3)
    pressed_into()
    yield lambda: len(layers_of(doc)) == 2
    return doc, source


def the_same_as_above(doc: Document, source: Node) -> Iterator[Any]:
    """Dream above, undo that, dream into; what is seen each time, and after undoing all."""
    yield from prepared(doc, source)
    name, before, layers = source.name(), seen(doc, "before"), tree(doc.rootNode())
    yield from dream()
    yield settled(doc)
    above = seen(doc, "above")
    while tree(doc.rootNode()) != layers:
        yield from stepped(doc, "edit_undo")
    yield from activate(doc, source)
    yield from into_its_layer()
    yield settled(doc)
    facts: dict[str, Any] = {"message": message()}
    facts["changed"] = levels(before, seen(doc, "into"))
    facts["like_above"] = levels(above, seen(doc, "into"))
    facts["active"] = doc.activeNode().name() == name
    facts["same_layers"] = tree(doc.rootNode()) == layers
    undone = 0
    while undone < 9 and (undone < 1 or tree(doc.rootNode()) != layers):
        yield from stepped(doc, "edit_undo")
        undone += 1
        if undone == 1:
            facts["own_layer"] = levels(above, seen(doc, "once"))
    facts["undone"] = levels(before, seen(doc, "undone"))
    for _ in range(undone):
        yield from stepped(doc, "edit_redo")
    facts["redone"] = levels(above, seen(doc, "redone"))
    return facts | {"undos": undone}


def merging(name: str, make: Callable[[Document], Node]) -> None:
    @case(f"into {name}")
    def _() -> Iterator[Any]:
        doc = yield from backdrop(False)
        node = make(doc)
        doc.refreshProjection()
        return (yield from the_same_as_above(doc, node))


def wash(doc: Document) -> Node:
    return layer(doc, doc.rootNode(), MIXED)


def shade(doc: Document) -> Node:
    node = layer(doc, doc.rootNode(), b"\xff" * len(MIXED))
    node.setBlendingMode("multiply")
    node.setOpacity(160)
    return node


merging("an opaque layer", lambda doc: layers_of(doc)[0])
merging("a translucent wash", wash)
merging("a shade", shade)


@case("the group of a wash and its dreams, flattened by the artist")
def _() -> Iterator[Any]:
    doc = yield from backdrop(False)
    source = wash(doc)
    yield from prepared(doc, source)
    facts = {}
    for count in ("one", "two"):
        yield from dream()
        yield settled(doc)
        before = seen(doc, "before")
        yield from activate(doc, layers_of(doc)[-1])
        yield from pressed("flatten_layer", lambda: not layers_of(doc)[-1].childNodes())
        yield settled(doc)
        facts[count] = levels(before, seen(doc, count))
        yield from stepped(doc, "edit_undo")
        yield from activate(doc, source)
        click("new_seed")
    return facts


@case("into its layer, twice, while another is active")
def _() -> Iterator[Any]:
    doc, source = yield from one_layer()
    other = painted(doc, "other", 3)
    other.setVisible(False)
    yield from activate(doc, source)
    first = seen(doc, "first")
    yield from into_its_layer()
    yield settled(doc)
    second = seen(doc, "second")
    click("new_seed")
    pressed_into()
    yield from activate(doc, other)
    yield lambda: not busy()
    yield settled(doc)
    third = seen(doc, "third")
    return {
        "message": message(),
        "differ": len({first, second, third}),
        "names": [node.name() for node in layers_of(doc)],
        "active": doc.activeNode().name(),
    }


@case("not into a layer with masks, or a group")
def _() -> Iterator[Any]:
    doc, source = yield from one_layer()
    source.addChildNode(doc.createTransparencyMask("mask"), None)
    group = doc.createGroupLayer("group")
    doc.rootNode().addChildNode(group, None)
    painted(doc, "inside", 3, parent=group)
    said, layers = [], tree(doc.rootNode())
    for node in (source, group):
        yield from activate(doc, node)
        yield from into_its_layer()
        said.append(message())
    return {"said": said, "same_layers": tree(doc.rootNode()) == layers}


@case("into a layer that is hidden meanwhile")
def _() -> Iterator[Any]:
    doc, source = yield from developing()
    source.setVisible(False)
    yield lambda: not busy()
    yield settled(doc)
    return {"message": message(), "layers": len(layers_of(doc))}


@case("into a layer, and the document closed while another is in front")
def _() -> Iterator[Any]:
    doc, _source = yield from developing()
    yield from document(width=64, height=48)
    yield lambda: "in front again" in message()
    facts = {"waits": busy()}
    doc.setModified(False)
    doc.close()
    yield lambda: not busy()
    return facts | {"message": message()}


@case("into a layer below an earlier dream")
def _() -> Iterator[Any]:
    doc, source = yield from one_layer()
    yield from dream()
    yield settled(doc)
    yield from activate(doc, source)
    yield from into_its_layer()
    yield settled(doc)
    return {"message": message(), "layers": len(layers_of(doc))}
