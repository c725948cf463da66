"""How long a dream will take, and drafts of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lab import (
    K,
    activate,
    all_nodes,
    busy,
    click,
    click_item,
    docker,
    document,
    dream,
    message,
    painted,
    quick,
    select,
    settled,
    shown,
    unpack,
    widget,
)
from runner import case

from krita import Document, Node, Selection

SIZE = {"width": 480, "height": 320}


def said() -> str:
    text = widget("expected").text() if widget("expected").isVisible() else ""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def prepared(**kind: Any) -> Iterator[Any]:
    doc = yield from document(**(SIZE | kind))
    source = painted(doc)
    yield from shown()
    yield from activate(doc, source)
    yield settled(doc)
    return doc, source


@case("before and after the first dream")
def _() -> Iterator[Any]:
    yield from shown()
    facts = {"no_document": said()}
    doc, _source = yield from prepared()
    click_item("looks", 6)
    yield lambda: bool(said())
    facts["unknown"] = said()
    quick("relu3_1", iterations=6, octaves=2)
    yield from dream()
    facts["done"] = message()
    click_item("looks", 6)
    yield lambda: "about" in said()
    facts["known"] = said()
    click_item("looks", 8)
    facts["another_look"] = said()
    select(doc, 10, 10, 24, 24)
    yield lambda: said() != facts["another_look"]
    facts["selected"] = said()
    doc.topLevelNodes()[0].setVisible(False)
    return facts | {"stored": K.readSetting("dreambridge", "speeds", "")}


@case("patches far apart")
def _() -> Iterator[Any]:
    """One patch, two in opposite corners, and all that lies between; and what they really took."""
    doc, _source = yield from prepared(width=1600, height=1200)
    quick("relu3_1", iterations=4, octaves=1)
    facts: dict[str, Any] = {}
    estimate = docker()._footer._estimate
    layers, settings = estimate._layers, docker()._controller.model.settings

    def work_now() -> float:
        return float(estimate._work(estimate._view(settings), settings, draft=False))

    select(doc, 10, 10, 100, 100)
    facts["one"], facts["layers"] = work_now(), len(layers)
    both = Selection()
    both.select(10, 10, 100, 100, 255)
    both.select(1490, 1090, 100, 100, 255)
    doc.setSelection(both)
    doc.waitForDone()
    facts["two"] = work_now()
    yield from dream()
    yield settled(doc)
    stored = json.loads(K.readSetting("dreambridge", "speeds", ""))
    facts["speed"] = list(stored.values())[-1]
    facts["seconds"] = float(message().split()[2])
    select(doc, 10, 10, 1580, 1180)
    facts["between"] = work_now()
    return facts | {"message": message()}


@case("after a restart")
def _() -> Iterator[Any]:
    yield from prepared()
    yield lambda: bool(said())
    return {"known": said()}


def values(node: Node, doc: Document) -> list[float]:
    pixels = bytes(node.projectionPixelData(0, 0, doc.width(), doc.height()))
    return unpack(pixels, doc.colorDepth())


def drafted() -> Iterator[Any]:
    click("draft_button")
    yield lambda: not busy()


def difference(one: list[float], other: list[float]) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


@case("a draft stays sharp")
def _() -> Iterator[Any]:
    """The source is noise, which half the size would lose; the change is next to nothing."""
    doc, source = yield from prepared()
    click_item("looks", 6)
    widget("detail").setValue(0)
    widget("strength").setValue(0)
    yield from drafted()
    yield settled(doc)
    layer = next(node for node in all_nodes(doc.rootNode()) if node.name().startswith("Dream"))
    facts = {
        "name": layer.name(),
        "difference": difference(values(source, doc), values(layer, doc)),
    }
    widget("strength").setValue(widget("strength").maximum())
    layer.setVisible(False)
    yield from activate(doc, source)
    yield from drafted()
    yield settled(doc)
    layers = [node for node in all_nodes(doc.rootNode()) if node.name().startswith("Dream")]
    other = next(node for node in layers if node.uniqueId() != layer.uniqueId())
    facts["strong"] = difference(values(source, doc), values(other, doc))
    return facts | {"message": message(), "name": layer.name()}


@case("a draft of a selection, dreamt again")
def _() -> Iterator[Any]:
    doc, source = yield from prepared(width=161, height=121)
    quick("relu3_1", iterations=6, octaves=2)
    select(doc, 31, 21, 77, 55)
    yield from drafted()
    yield settled(doc)
    draft = next(node for node in all_nodes(doc.rootNode()) if node.name().startswith("Dream"))
    bounds = draft.bounds()
    facts: dict[str, Any] = {
        "bounds": [bounds.x(), bounds.y(), bounds.width(), bounds.height()],
        "masks": [child.type() for child in draft.childNodes()],
    }
    yield from activate(doc, source)
    K.action("dreambridge_again").trigger()
    yield lambda: not busy() and "Done" in message()
    yield settled(doc)
    facts["names"] = [
        node.name() for node in all_nodes(doc.rootNode()) if node.type() != "transparencymask"
    ]
    facts["history"] = [
        widget("history").item(row).toolTip() for row in range(widget("history").count())
    ]
    return facts


@case("drafts of every kind")
def _() -> Iterator[Any]:
    facts: dict[str, Any] = {}
    quick("relu2_2", iterations=2, octaves=1)
    for model, depth, profile in (
        ("RGBA", "U16", ""),
        ("RGBA", "F32", ""),
        ("GRAYA", "U8", ""),
        ("CMYKA", "U8", ""),
    ):
        doc, source = yield from prepared(
            model=model, depth=depth, profile=profile, width=64, height=48
        )
        yield from drafted()
        yield settled(doc)
        layer = next(node for node in all_nodes(doc.rootNode()) if node.name().startswith("Dream"))
        facts[f"{model} {depth}"] = {
            "message": message(),
            "space": [layer.colorModel(), layer.colorDepth()],
            "difference": difference(values(source, doc), values(layer, doc)),
        }
    return facts
