"""A dream that changes nothing shows exactly the document as it was, however its source blends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from exporting import bare, prepared, seen
from lab import (
    K,
    docker,
    document,
    dream,
    message,
    painted,
    pressed,
    settled,
    tree,
    undo_steps,
)
from runner import PARAMETERS, case

from krita import Document, Filter, Node, Selection

WIDTH, HEIGHT = 200, 150
SIZE = {"width": WIDTH, "height": HEIGHT}

Make = Callable[[Document, Node], Node]


def levels(before: bytes, after: bytes) -> float:
    """The largest difference of two straight RGBA pictures, in levels of 255 as they are seen."""
    most = 0.0
    for at in range(0, len(before), 4):
        one, other = before[at : at + 4], after[at : at + 4]
        if one != other:
            pairs = zip(one[:3], other[:3], strict=True)
            apart = [abs(a * one[3] - b * other[3]) / 255 for a, b in pairs]
            most = max(most, abs(one[3] - other[3]), *apart)
    return round(most, 2)


def alphas() -> bytes:
    """Opaque, half opaque, a ramp and nothing, in rows; all within the selection."""
    ramp = bytes(round(255 * x / (WIDTH - 1)) for x in range(WIDTH))
    rows = {0: b"\xff" * WIDTH, 1: b"\x80" * WIDTH, 2: ramp, 3: bytes(WIDTH)}
    return b"".join(rows[y // 8 % 4] for y in range(HEIGHT))


def coloured(alpha: bytes) -> bytes:
    out = bytearray(4 * len(alpha))
    for i, a in enumerate(alpha):
        x, y = i % WIDTH, i // WIDTH
        out[4 * i : 4 * i + 4] = bytes((x * 7 % 256, y * 11 % 256, (x + y) * 5 % 256, a))
    return bytes(out)


def layer(doc: Document, parent: Node, alpha: bytes, name: str = "source") -> Node:
    node = doc.createNode(name, "paintlayer")
    node.setPixelData(coloured(alpha), 0, 0, WIDTH, HEIGHT)
    parent.addChildNode(node, None)
    return node


def backdrop(holes: bool) -> Iterator[Any]:
    """A document with paper, also with holes, and a layer above where the source will be."""
    doc = bare((yield from document(**SIZE)))
    paper = painted(doc, "paper", 3)
    if holes:
        paper.setPixelData(bytes(4 * 60 * 60), 60, 40, 60, 60)
    yield settled(doc)
    return doc


def unchanged(name: str, make: Make, *, holes: bool = False, steps: int = 1) -> None:
    @case(name)
    def _() -> Iterator[Any]:
        doc = yield from backdrop(holes)
        source = make(doc, doc.rootNode())
        above = doc.createNode("above", "paintlayer")
        above.setPixelData(b"\x20\x90\xd0\xff" * 100, 75, 55, 10, 10)
        doc.rootNode().addChildNode(above, None)
        doc.refreshProjection()
        yield from prepared(doc, source)
        # vectors are drawn a little later
        yield lambda: any(source.projectionPixelData(0, 0, WIDTH, HEIGHT).data())
        yield settled(doc)
        before, layers, history = seen(doc, "before"), tree(doc.rootNode()), undo_steps()
        docker()._controller.model.set("step", 0.0)
        yield from dream()
        yield settled(doc)
        facts: dict[str, Any] = {"message": message(), "active": doc.activeNode() == source}
        facts["exported"] = levels(before, seen(doc, "after"))
        facts["steps"] = undo_steps() - history
        facts["beside"] = [one.name() for one in source.parentNode().childNodes()]
        for _ in range(steps):
            yield from stepped(doc, "edit_undo")
        facts["same_layers"] = tree(doc.rootNode()) == layers
        facts["undone"] = levels(before, seen(doc, "undone"))
        for _ in range(steps):
            yield from stepped(doc, "edit_redo")
        facts["redone"] = levels(before, seen(doc, "redone"))
        facts["reopened"] = yield from reopened(doc, before)
        doc.flatten()
        yield settled(doc)
        return facts | {"flattened": levels(before, seen(doc, "flattened"))}


def stepped(doc: Document, action: str) -> Iterator[Any]:
    """Undo or redo one step; Krita's two actions say then what they would do next."""
    actions = [K.action(name) for name in ("edit_undo", "edit_redo")]
    said = [one.text() for one in actions]
    yield from pressed(action, lambda: [one.text() for one in actions] != said)
    yield settled(doc)


def reopened(doc: Document, before: bytes) -> Iterator[Any]:
    """How far the saved file is from what was seen, once Krita has drawn it: vectors come late."""
    path = PARAMETERS["folder"] + "/again.kra"
    doc.setBatchmode(True)
    assert doc.saveAs(path)
    again = K.openDocument(path)
    for _ in range(40):
        again.refreshProjection()
        again.waitForDone()
        yield settled(again)
        apart = levels(before, seen(again, "again"))
        if apart <= 1:
            break
    again.close()
    return apart


def blended(mode: str, opacity: int, alpha: bytes) -> Make:
    def make(doc: Document, parent: Node) -> Node:
        node = layer(doc, parent, alpha)
        node.setBlendingMode(mode)
        node.setOpacity(opacity)
        return node

    return make


OPAQUE, MIXED = b"\xff" * (WIDTH * HEIGHT), alphas()
BLENDED = {
    "opaque, normal": ("normal", 255, OPAQUE),
    "opaque, multiply": ("multiply", 255, OPAQUE),
    "soft, normal": ("normal", 255, MIXED),
    "soft, multiply": ("multiply", 255, MIXED),
    "soft, overlay": ("overlay", 255, MIXED),
    "translucent, normal": ("normal", 102, OPAQUE),
    "translucent and soft, normal": ("normal", 102, MIXED),
    "translucent and soft, screen": ("screen", 102, MIXED),
    "translucent and soft, color": ("color", 102, MIXED),
}
for name, (mode, opacity, alpha) in BLENDED.items():
    holes = name.startswith("translucent")
    steps = 1 if mode == "normal" else 2
    unchanged(name, blended(mode, opacity, alpha), holes=holes, steps=steps)


def with_mask(doc: Document, parent: Node) -> Node:
    node = layer(doc, parent, OPAQUE)
    mask, selection = doc.createTransparencyMask("mask"), Selection()
    selection.select(60, 40, 60, 50, 120)
    mask.setSelection(selection)
    node.addChildNode(mask, None)
    return node


def with_filter(doc: Document, parent: Node) -> Node:
    node = layer(doc, parent, MIXED)
    invert, everything = Filter(), Selection()
    invert.setName("invert")
    everything.select(0, 0, WIDTH, HEIGHT, 255)
    node.addChildNode(doc.createFilterMask("invert", invert, everything), None)
    return node


def group(doc: Document, parent: Node) -> Node:
    node = doc.createGroupLayer("source")
    parent.addChildNode(node, None)
    layer(doc, node, MIXED, "inside")
    return node


def clone(doc: Document, parent: Node) -> Node:
    original = layer(doc, parent, MIXED, "original")
    original.setVisible(False)
    node = doc.createCloneLayer("source", original)
    parent.addChildNode(node, None)
    return node


def cloned(doc: Document, parent: Node) -> Node:
    node = layer(doc, parent, MIXED)
    copy = doc.createCloneLayer("copy", node)
    parent.addChildNode(copy, None)
    copy.move(9, 9)
    return node


def animated(doc: Document, parent: Node) -> Node:
    node = layer(doc, parent, MIXED)
    node.enableAnimation()
    return node


def in_group(doc: Document, parent: Node) -> Node:
    outer = doc.createGroupLayer("outer")
    outer.setOpacity(200)
    parent.addChildNode(outer, None)
    return layer(doc, outer, MIXED)


def vectors(doc: Document, parent: Node) -> Node:
    node = doc.createVectorLayer("source")
    parent.addChildNode(node, None)
    node.addShapesFromSvg(
        '<svg xmlns="http://www.w3.org/2000/svg" width="144pt" height="108pt" '
        'viewBox="0 0 144 108">'
        '<circle cx="70" cy="50" r="30" fill="#f0d030" fill-opacity="0.6"/></svg>'
    )
    return node


def inheriting(doc: Document, parent: Node) -> Node:
    outer = doc.createGroupLayer("outer")
    parent.addChildNode(outer, None)
    base = doc.createNode("base", "paintlayer")
    base.setPixelData(b"\x10\xa0\x40\xff" * 1600, 80, 50, 40, 40)
    outer.addChildNode(base, None)
    node = layer(doc, outer, OPAQUE)
    node.setInheritAlpha(True)
    return node


for name, make in (
    ("alpha inherited", inheriting),
    ("a transparency mask", with_mask),
    ("a filter mask", with_filter),
    ("a group", group),
    ("a clone", clone),
    ("something that has a clone", cloned),
    ("an animated layer", animated),
    ("inside a translucent group", in_group),
    ("soft vectors", vectors),
):
    unchanged(name, make)
