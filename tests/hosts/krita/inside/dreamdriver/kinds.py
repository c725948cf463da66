"""Colour models and depths, kinds of layers, selections: what the new layer is in each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab import (
    CHANNELS,
    HEIGHT,
    WIDTH,
    K,
    activate,
    all_nodes,
    document,
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
    unpack,
)
from runner import PARAMETERS, case

from krita import Document, InfoObject, Node, Selection

SELECTED = (16, 12, 28, 22)
GREY, GREY_LINEAR = "Gray-D50-elle-V2-srgbtrc.icc", "Gray-D50-elle-V2-g10.icc"
SRGB, LINEAR = "sRGB-elle-V2-srgbtrc.icc", "sRGB-elle-V2-g10.icc"


def dreamed(doc: Document, source: Node, soft: int = 0, selected: Any = SELECTED) -> Iterator[Any]:
    """Dream the source and describe what changed."""
    yield from shown()
    selection = select(doc, *selected, soft) if selected else None
    yield from activate(doc, source)
    yield None
    before, known = (
        tree(doc.rootNode()),
        {n.uniqueId().toString() for n in all_nodes(doc.rootNode())},
    )
    pictures = {n.uniqueId().toString(): raw(n, doc) for n in all_nodes(doc.rootNode())}
    quick()
    yield from dream()
    yield settled(doc)
    new = [n for n in all_nodes(doc.rootNode()) if n.uniqueId().toString() not in known]
    layers = [n for n in new if n.type() == "paintlayer"]
    facts: dict[str, Any] = {"message": message(), "new": len(layers)}
    if len(layers) != 1:
        return facts
    layer = layers[0]
    facts |= place(layer, source, doc) | look(layer, source, doc, selection)
    facts["originals_unchanged"] = all(
        raw(n, doc) == pictures[n.uniqueId().toString()]
        for n in all_nodes(doc.rootNode())
        if n.uniqueId().toString() in known and not contains(n, layer)
    )
    facts["still_active"] = doc.activeNode() == source
    yield from undone(doc, layer, before, facts)
    return facts


def contains(node: Node, layer: Node) -> bool:
    return any(one == layer for one in all_nodes(node))


def place(layer: Node, source: Node, doc: Document) -> dict[str, Any]:
    return {
        "name": layer.name(),
        "directly_above": layer.index() == source.index() + 1,
        "same_group": layer.parentNode() == source.parentNode(),
        "space": [layer.colorModel(), layer.colorDepth(), layer.colorProfile()],
        "source_space": [source.colorModel(), source.colorDepth(), source.colorProfile()],
        "masks": [child.type() for child in layer.childNodes()],
        "look": [layer.opacity(), layer.blendingMode(), layer.visible()],
        "annotations": sorted(doc.annotationTypes())[-1:],
    }


def look(layer: Node, source: Node, doc: Document, selection: Selection | None) -> dict[str, Any]:
    """How the layer's own pixels differ from the source's."""
    size = (0, 0, doc.width(), doc.height())
    channels, depth = CHANNELS[layer.colorModel()], layer.colorDepth()
    new, old = bytes(layer.pixelData(*size)), raw(source, doc)
    if len(new) != len(old):
        return {"lengths": [len(new), len(old)]}
    a, b = unpack(new, depth), unpack(old, depth)
    drawn = [i for i in range(0, len(a), channels) if a[i + channels - 1] > 0]
    changes = [abs(a[i + c] - b[i + c]) for i in drawn for c in range(channels - 1)]
    facts = {
        "changed": sum(change > 0.002 for change in changes) / max(1, len(changes)),
        "most": max(changes, default=0.0),
        "mean": sum(changes) / max(1, len(changes)),
        "alpha_error": max(
            (abs(a[i + channels - 1] - b[i + channels - 1]) for i in drawn), default=1.0
        ),
        "drawn": len(drawn),
    }
    if selection is not None and layer.childNodes():
        mask = layer.childNodes()[0].selection()
        facts["mask_is_selection"] = bytes(mask.pixelData(*size)) == bytes(
            selection.pixelData(*size)
        )
    return facts


def undone(doc: Document, layer: Node, before: list[Any], facts: dict[str, Any]) -> Iterator[Any]:
    """One undo step takes all of it away, one redo step brings all of it back."""
    doc.setActiveNode(layer)
    after, own = tree(doc.rootNode()), bytes(layer.pixelData(0, 0, doc.width(), doc.height()))
    yield from pressed("edit_undo", lambda: tree(doc.rootNode()) != after)
    facts["one_undo_step"] = tree(doc.rootNode()) == before
    yield from pressed("edit_redo", lambda: tree(doc.rootNode()) != before)
    facts["one_redo_step"] = tree(doc.rootNode()) == after
    again = bytes(layer.pixelData(0, 0, doc.width(), doc.height()))
    facts["same_after_redo"] = again == own


def colours(name: str, model: str, depth: str, profile: str) -> None:
    @case(name)
    def _() -> Iterator[Any]:
        known = K.profiles(model, depth)
        chosen = profile if profile in known else known[0]
        doc = yield from document(model, depth, chosen)
        return (yield from dreamed(doc, painted(doc), soft=2))


colours("RGBA 8", "RGBA", "U8", SRGB)
colours("RGBA 16", "RGBA", "U16", SRGB)
colours("RGBA half", "RGBA", "F16", LINEAR)
colours("RGBA float", "RGBA", "F32", LINEAR)
colours("RGBA float, encoded", "RGBA", "F32", SRGB)
colours("RGBA 8, linear", "RGBA", "U8", LINEAR)
colours("RGBA 16, wide", "RGBA", "U16", "LargeRGB-elle-V2-g22.icc")
colours("grey 8", "GRAYA", "U8", GREY)
colours("grey 16", "GRAYA", "U16", GREY)
colours("grey 8, linear", "GRAYA", "U8", GREY_LINEAR)
colours("grey float", "GRAYA", "F32", GREY_LINEAR)
colours("CMYK 8", "CMYKA", "U8", "Chemical proof")
colours("CMYK 16", "CMYKA", "U16", "Chemical proof")
colours("Lab 16", "LABA", "U16", "Lab identity built-in")
colours("XYZ float", "XYZA", "F32", "XYZ identity built-in")


@case("a layer of another space than its document")
def _() -> Iterator[Any]:
    doc = yield from document()
    node = doc.createNode("source", "paintlayer")
    node.setColorSpace("RGBA", "F32", LINEAR)
    node.setPixelData(pixels("RGBA", "F32", WIDTH, HEIGHT), 0, 0, WIDTH, HEIGHT)
    doc.rootNode().addChildNode(node, None)
    return (yield from dreamed(doc, node))


@case("no selection")
def _() -> Iterator[Any]:
    doc = yield from document()
    return (yield from dreamed(doc, painted(doc), selected=None))


@case("rectangle")
def _() -> Iterator[Any]:
    doc = yield from document()
    below = painted(doc, "below", 3)
    source = painted(doc)
    painted(doc, "above", 4)
    assert below is not None
    return (yield from dreamed(doc, source))


@case("soft selection over the edge")
def _() -> Iterator[Any]:
    doc = yield from document()
    return (yield from dreamed(doc, painted(doc), soft=4, selected=(-10, -10, 40, 40)))


@case("in a group")
def _() -> Iterator[Any]:
    doc = yield from document()
    group = doc.createGroupLayer("group")
    doc.rootNode().addChildNode(group, None)
    source = painted(doc, parent=group)
    painted(doc, "neighbour", 5, parent=group)
    return (yield from dreamed(doc, source))


@case("a group")
def _() -> Iterator[Any]:
    doc = yield from document()
    group = doc.createGroupLayer("group")
    doc.rootNode().addChildNode(group, None)
    painted(doc, "inside", parent=group)
    yield settled(doc)
    return (yield from dreamed(doc, group))


@case("a clone")
def _() -> Iterator[Any]:
    doc = yield from document()
    clone = doc.createCloneLayer("clone", painted(doc, "original"))
    doc.rootNode().addChildNode(clone, None)
    yield settled(doc)
    return (yield from dreamed(doc, clone))


@case("a fill")
def _() -> Iterator[Any]:
    doc = yield from document()
    info = InfoObject()
    info.setProperty("color", "#c86432")
    everything = Selection()
    everything.select(0, 0, WIDTH, HEIGHT, 255)
    fill = doc.createFillLayer("fill", "color", info, everything)
    doc.rootNode().addChildNode(fill, None)
    yield lambda: any(raw(fill, doc))
    return (yield from dreamed(doc, fill))


@case("vectors")
def _() -> Iterator[Any]:
    doc = yield from document()
    layer = doc.createVectorLayer("vectors")
    doc.rootNode().addChildNode(layer, None)
    layer.addShapesFromSvg(
        '<svg xmlns="http://www.w3.org/2000/svg" width="46pt" height="35pt" viewBox="0 0 46 35">'
        '<rect x="0" y="0" width="46" height="35" fill="#3264c8"/>'
        '<circle cx="22" cy="18" r="10" fill="#f0d030"/></svg>'
    )
    yield lambda: any(raw(layer, doc))
    return (yield from dreamed(doc, layer))


@case("a file")
def _() -> Iterator[Any]:
    doc = yield from document()
    painted(doc, "picture")
    yield settled(doc)
    doc.setBatchmode(True)
    path = PARAMETERS["folder"] + "/linked.png"
    doc.exportImage(path, InfoObject())
    layer = doc.createFileLayer("file", path, "None")
    doc.rootNode().addChildNode(layer, None)
    yield lambda: any(raw(layer, doc))
    return (yield from dreamed(doc, layer))


@case("an active mask")
def _() -> Iterator[Any]:
    doc = yield from document()
    source = painted(doc)
    mask, selection = doc.createTransparencyMask("mask"), Selection()
    selection.select(0, 0, WIDTH, HEIGHT, 255)
    mask.setSelection(selection)
    source.addChildNode(mask, None)
    yield from shown()
    select(doc, *SELECTED)
    yield from activate(doc, mask)
    quick()
    yield from dream()
    layers = [n for n in doc.topLevelNodes() if n.name().startswith("Dream")]
    return {
        "new": len(layers),
        "above": [n.index() - source.index() for n in layers],
        "message": message(),
    }
