"""What is done to the document while a dream of it develops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dreams import begun, dreams_of, endless
from exporting import SELECTED, bare, seen
from exporting import prepared as ready_to_dream
from lab import (
    K,
    busy,
    click,
    document,
    dream,
    message,
    painted,
    quick,
    settled,
    tree,
)
from runner import CASES, PARAMETERS, case

from krita import Document, Node

CASES.clear()


def slow() -> None:
    """Settings of a dream with some previews, on a fast machine too."""
    quick("relu3_3", iterations=60, octaves=3)


def started(selected: Any = SELECTED) -> Iterator[Any]:
    doc = bare((yield from document(width=200, height=150)))
    painted(doc, "below", 3)
    source = painted(doc)
    yield from ready_to_dream(doc, source, selected)
    return doc, source


def drawn(layer: Node) -> list[int]:
    """Where the layer has pixels."""
    bounds = layer.bounds()
    return [bounds.x(), bounds.y(), bounds.width(), bounds.height()]


def masked(layer: Node) -> list[int]:
    """Where its mask lets them through."""
    mask = layer.childNodes()[0].selection()
    width, height = 400, 300
    greys = bytes(mask.pixelData(-100, -100, width, height))
    at = [divmod(i, width) for i, grey in enumerate(greys) if grey]
    rows, columns = [y for y, _ in at], [x for _, x in at]
    left, top = min(columns), min(rows)
    return [left - 100, top - 100, max(columns) - left + 1, max(rows) - top + 1]


def follows(name: str, change: Callable[[Document, Node], None], by: tuple[int, int]) -> None:
    """A change that moves what is dreamed of."""

    @case(name)
    def _() -> Iterator[Any]:
        doc, source = yield from started()
        slow()
        layer = yield from begun(doc)
        yield settled(doc)
        developing = busy()
        change(doc, source)
        yield lambda: not busy()
        yield settled(doc)
        x, y, w, h = SELECTED
        return {
            "developing": developing,
            "message": message(),
            "expected": [x + by[0], y + by[1], w, h],
            "drawn": drawn(layer),
            "masked": masked(layer),
            "whole": len(set(seen(doc, "after")[3::4])) == 1,
        }


def move(doc: Document, source: Node) -> None:
    source.move(source.position().x() + 13, source.position().y() - 7)
    doc.refreshProjection()


follows("the layer is moved", move, (13, -7))
follows("the canvas grows", lambda doc, _: doc.resizeImage(-20, -10, 260, 200), (20, 10))


def ends(name: str, change: Callable[[Document], Any]) -> None:
    """A change that a dream can't be laid on any more."""

    @case(name)
    def _() -> Iterator[Any]:
        doc, _source = yield from started()
        before = tree(doc.rootNode())
        endless()
        yield from begun(doc)
        yield settled(doc)
        change(doc)
        yield lambda: not busy()
        yield settled(doc)
        told = message()
        quick()
        yield from dream()
        return {
            "message": told,
            "same_layers": [n.name() for n in doc.topLevelNodes()][: len(before)],
            "next": message(),
            "dreams": len(dreams_of(doc)),
        }


ends("scaled", lambda doc: doc.scaleImage(100, 75, 72, 72, "Bicubic"))
ends("cropped through the dream", lambda doc: doc.crop(80, 60, 100, 80))
ends("turned", lambda doc: doc.rotateImage(1.5707963))
ends("mirrored", lambda doc: K.action("mirrorImageHorizontal").trigger())
ends(
    "converted",
    lambda doc: doc.setColorSpace("RGBA", "U16", "sRGB-elle-V2-srgbtrc.icc"),
)


@case("resized before there is a layer")
def _() -> Iterator[Any]:
    doc, _source = yield from started()
    slow()
    click("dream_button")
    doc.crop(10, 10, 150, 100)
    yield lambda: not busy()
    yield settled(doc)
    return {"message": message(), "dreams": len(dreams_of(doc))}


@case("saved by a script while it develops")
def _() -> Iterator[Any]:
    doc, _source = yield from started()
    doc.setBatchmode(True)
    path = PARAMETERS["folder"] + "/half.kra"
    assert doc.saveAs(path)
    yield settled(doc)
    facts: dict[str, Any] = {"modified_before": doc.modified()}
    quick("relu4_3", iterations=60, octaves=4)
    yield from begun(doc)
    yield settled(doc)
    doc.save()
    yield lambda: not doc.modified() or not busy()
    facts["saved_while_busy"] = busy() and not doc.modified()
    yield lambda: not busy()
    facts |= {"message": message(), "modified": doc.modified()}
    doc.setModified(False)
    return facts


@case("cancelled after a script saved it")
def _() -> Iterator[Any]:
    doc, _source = yield from started()
    doc.setBatchmode(True)
    assert doc.saveAs(PARAMETERS["folder"] + "/cancelled.kra")
    endless()
    yield from begun(doc)
    yield settled(doc)
    doc.save()
    yield lambda: not doc.modified() or not busy()
    click("cancel_button")
    yield lambda: not busy()
    facts = {"message": message(), "modified": doc.modified(), "dreams": len(dreams_of(doc))}
    doc.setModified(False)
    return facts


@case("another document")
def _() -> Iterator[Any]:
    yield from started()
    quick()
    yield from dream()
    facts = {"here": message()}
    other = yield from document()
    yield settled(other)
    for _ in range(20):
        yield None
    return facts | {"there": message()}
