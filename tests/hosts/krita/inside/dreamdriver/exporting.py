"""A document as others get it, exported, and what differs there; the plainest one to dream of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab import QtGui, activate, document, painted, quick, select, settled, shown
from runner import PARAMETERS

from krita import Document, InfoObject, Node

SIZE = {"width": 200, "height": 150}
SELECTED = (70, 50, 60, 40)


def exported(doc: Document, name: str) -> Any:
    """The document as another program would get it, straight RGBA."""
    doc.setBatchmode(True)
    path = f"{PARAMETERS['folder']}/{name}.png"
    options = InfoObject()
    options.setProperty("alpha", True)
    options.setProperty("forceSRGB", True)
    assert doc.exportImage(path, options)
    return QtGui.QImage(path).convertToFormat(QtGui.QImage.Format.Format_RGBA8888)


def pixels_of(image: Any) -> bytes:
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    return bytes(bits)


def differences(before: bytes, after: bytes, selected: Any) -> dict[str, int]:
    """How many pixels differ inside and outside of a rectangle."""
    x, y, w, h = selected
    width, counts = SIZE["width"], {"inside": 0, "outside": 0}
    for at in range(0, len(before), 4):
        if before[at : at + 4] != after[at : at + 4]:
            row, column = divmod(at // 4, width)
            counts["inside" if x <= column < x + w and y <= row < y + h else "outside"] += 1
    return counts


def seen(doc: Document, name: str) -> bytes:
    return pixels_of(exported(doc, name))


def bare(doc: Document) -> Document:
    """Without the layers that Krita gives to every new document."""
    for node in doc.topLevelNodes():
        node.remove()
    return doc


def prepared(doc: Document, source: Node, selected: Any = SELECTED) -> Iterator[Any]:
    """The docker in sight, the source active, and a rectangle selected."""
    yield from shown()
    select(doc, *selected)
    yield from activate(doc, source)
    yield settled(doc)
    quick()


def layers_of(doc: Document) -> list[Node]:
    """The bottom first; without the selection."""
    return [node for node in doc.topLevelNodes() if node.type() != "selectionmask"]


def one_layer() -> Iterator[Any]:
    """A document with one layer, ready to dream of it."""
    doc = bare((yield from document(**SIZE)))
    source = painted(doc)
    yield from prepared(doc, source)
    return doc, source
