"""The group that a source and its dreams share: joining, cancelling, waiting for it, locks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pictures  # noqa: F401  whose case doesn't belong here
from blending import MIXED, backdrop, layer, levels
from dreams import begun, endless
from exporting import prepared, seen
from lab import (
    K,
    QtWidgets,
    all_nodes,
    busy,
    click,
    document,
    double_click_item,
    dream,
    message,
    quick,
    settled,
    tree,
    undo_steps,
)
from runner import CASES, case

CASES.clear()
import queueing  # noqa: E402, F401  whose cases run in the same Krita


@case("a second dream joins the first")
def _() -> Iterator[Any]:
    doc = yield from backdrop(False)
    source = layer(doc, doc.rootNode(), MIXED)
    yield from prepared(doc, source)
    quick("relu4_3")  # a layer of few shifts gives the same picture for many a seed
    before = seen(doc, "before")
    yield from dream()
    yield settled(doc)
    first = seen(doc, "first")
    steps = undo_steps()
    click("new_seed")
    yield from dream()
    yield settled(doc)
    second = seen(doc, "second")
    facts: dict[str, Any] = {
        "differ": len({before, first, second}),
        "steps": undo_steps() - steps,
        "beside": [one.name() for one in source.parentNode().childNodes()],
        "top": [one.name() for one in doc.topLevelNodes() if one.type() != "selectionmask"],
        "alpha_kept": before[3::4] == second[3::4],
    }
    double_click_item("history", 1)
    yield lambda: message().endswith("placed again.")
    yield settled(doc)
    facts["placed_is_first"] = levels(first, seen(doc, "placed"))
    return facts | {"layers": len(source.parentNode().childNodes())}


def cancelled(name: str, *, soon: bool) -> None:
    @case(name)
    def _() -> Iterator[Any]:
        doc = yield from backdrop(False)
        source = layer(doc, doc.rootNode(), MIXED)
        source.setBlendingMode("multiply")
        yield from prepared(doc, source)
        before, layers = seen(doc, "before"), tree(doc.rootNode())
        endless()
        yield from begun(doc)
        if not soon:
            yield settled(doc)
        click("cancel_button")
        yield lambda: not busy()
        yield settled(doc)
        return {
            "message": message(),
            "same_layers": tree(doc.rootNode()) == layers,
            "levels": levels(before, seen(doc, "after")),
            "annotations": doc.annotationTypes(),
        }


cancelled("cancel at once", soon=True)
cancelled("cancel", soon=False)


@case("several layers are selected")
def _() -> Iterator[Any]:
    doc = yield from backdrop(False)
    source = layer(doc, doc.rootNode(), MIXED)
    yield from prepared(doc, source)
    K.action("select_all_layers").trigger()
    selected: list[str] = []
    for _ in range(20):
        yield None
    selected = [one.name() for one in K.activeWindow().activeView().selectedNodes()]
    yield from dream()
    yield settled(doc)
    return {
        "selected": len(selected),
        "message": message(),
        "top": [one.name() for one in doc.topLevelNodes() if one.type() != "selectionmask"],
    }


@case("another document is in front at the end")
def _() -> Iterator[Any]:
    doc = yield from backdrop(False)
    source = layer(doc, doc.rootNode(), MIXED)
    yield from prepared(doc, source)
    click("dream_button")
    other = yield from document()
    yield lambda: not busy() or message().startswith("Done; ")
    facts: dict[str, Any] = {"waits": message(), "busy": busy()}
    facts["here"] = len([n for n in all_nodes(other.rootNode()) if n.name().startswith("Dream")])
    tabs = K.activeWindow().qwindow().findChild(QtWidgets.QMdiArea)
    tabs.setActiveSubWindow(tabs.subWindowList()[-2])
    yield lambda: K.activeDocument() == doc
    yield lambda: not busy()
    yield settled(doc)
    facts["beside"] = [one.name() for one in source.parentNode().childNodes()]
    return facts | {"message": message()}


@case("in a locked group")
def _() -> Iterator[Any]:
    doc = yield from backdrop(False)
    outer = doc.createGroupLayer("kept")
    doc.rootNode().addChildNode(outer, None)
    source = layer(doc, outer, MIXED)
    yield from prepared(doc, source)
    outer.setLocked(True)
    yield from dream()
    return {"message": message(), "inside": len(outer.childNodes())}
