"""A document that another version saved, with two dreams in its history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab import K, activate, busy, double_click_item, message, settled, shown, widget
from runner import PARAMETERS, case

from krita import Node


def drawn(layer: Node) -> list[int]:
    """Where the layer has pixels."""
    bounds = layer.bounds()
    return [bounds.x(), bounds.y(), bounds.width(), bounds.height()]


@case("placed again")
def _() -> Iterator[Any]:
    yield from shown()
    doc = K.openDocument(PARAMETERS["document"])
    K.activeWindow().addView(doc)
    yield lambda: K.activeDocument() == doc
    yield lambda: widget("history").count() == 2
    layers = doc.topLevelNodes()
    for layer in layers[2:]:
        layer.remove()
    yield settled(doc)
    places = []
    for row in (1, 0):
        double_click_item("history", row)
        yield lambda: len(doc.topLevelNodes()) == 3 + len(places)
        yield settled(doc)
        places.append(drawn(doc.topLevelNodes()[-1]))
    said = message()
    yield from activate(doc, layers[1])
    K.action("dreambridge_again").trigger()
    yield busy
    yield lambda: not busy()
    return {"places": places, "said": said, "again": message(), "layers": len(doc.topLevelNodes())}
