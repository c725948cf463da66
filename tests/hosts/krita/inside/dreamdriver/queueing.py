"""Several dreams asked for at once: each keeps its layer, one after the other is dreamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blending import MIXED, backdrop, layer
from dreams import begun, endless
from exporting import bare, prepared
from lab import (
    QtCore,
    activate,
    all_nodes,
    busy,
    click,
    docker,
    document,
    dream,
    message,
    painted,
    press,
    quick,
    settled,
    shown,
    tree,
    undo_steps,
    widget,
)
from pictures import cut_off, grab, turns
from runner import PARAMETERS, case


def names(doc: Any) -> list[str]:
    return [one.name() for one in doc.topLevelNodes() if one.type() != "selectionmask"]


def dreams_in(doc: Any) -> int:
    return len([one for one in all_nodes(doc.rootNode()) if one.name().startswith("Dream")])


@case("several dreams wait")
def _() -> Iterator[Any]:
    doc = bare((yield from document(width=200, height=150)))
    low, high = painted(doc, "low", 1), painted(doc, "high", 5)
    yield from prepared(doc, low)
    steps = undo_steps()
    endless()
    yield from begun(doc)
    facts: dict[str, Any] = {"dream_in_sight": widget("dream_button").isVisible()}
    quick()
    yield from activate(doc, high)
    click("dream_button")
    click("new_seed")
    press("dreambridge_dream")
    yield lambda: "wait" in message()
    facts["words"] = message().splitlines()[-1]
    docker().setFloating(True)
    docker().resize(QtCore.QSize(220, 900))
    yield from turns()
    if "out" in PARAMETERS:
        grab("krita-queue-narrow", docker())
    facts["cut"] = cut_off()
    docker().setFloating(False)
    high.setVisible(False)
    click("dream_button")  # refused, beside the progress of the others
    facts["refused"] = message().splitlines()[0]
    facts["still_busy"] = busy()
    high.setVisible(True)
    click("cancel_button")
    yield lambda: not busy()
    yield settled(doc)
    facts |= {"message": message(), "names": names(doc), "steps": undo_steps() - steps}
    return facts


@case("two dreams of one blended layer")
def _() -> Iterator[Any]:
    doc = yield from backdrop(False)
    source = layer(doc, doc.rootNode(), MIXED)
    source.setBlendingMode("multiply")
    yield from prepared(doc, source)
    click("dream_button")
    click("new_seed")
    click("dream_button")
    yield lambda: not busy()
    yield settled(doc)
    return {"message": message(), "tree": tree(doc.rootNode()), "dreams": dreams_in(doc)}


@case("dreams in two documents")
def _() -> Iterator[Any]:
    first = bare((yield from document(width=64, height=48)))
    yield from activate(first, painted(first, "one", 2))
    yield from shown()
    endless()
    yield from begun(first)
    second = bare((yield from document(width=64, height=48)))
    yield from activate(second, painted(second, "two", 3))
    quick()
    click("dream_button")
    first.setModified(False)
    first.close()
    yield lambda: not busy()
    yield settled(second)
    facts = {"names": names(second), "message": message()}
    yield from dream()
    return facts | {"after": message()}
