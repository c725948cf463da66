"""The docker's live sketch: when it comes, what it shows, and that the document knows nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from lab import (
    K,
    QtCore,
    QtGui,
    QtTest,
    QtWidgets,
    activate,
    busy,
    click,
    click_item,
    docker,
    document,
    message,
    select,
    settled,
    shown,
    tree,
    undo_steps,
    widget,
)
from pictures import cut_off, grab, turns
from runner import PARAMETERS, case

from krita import Document, Selection

SELECTED = (60, 40, 512, 512)
_COMPARED = 64


def sketcher() -> Any:
    return docker()._sketch._sketcher


def pictures() -> Any:
    return sketcher().pictures


def photograph() -> Iterator[Any]:
    """A photograph in a view of its own, larger than what is selected on it."""
    doc = K.openDocument(PARAMETERS["photo"])
    K.activeWindow().addView(doc)
    yield lambda: K.activeDocument() == doc and doc.activeNode() is not None
    yield from shown()
    select(doc, *SELECTED)
    yield from activate(doc, doc.topLevelNodes()[0])
    yield settled(doc)
    return doc


def whole_sketch() -> bool:
    words = widget("sketch_words").text()
    return pictures() is not None and words.startswith("The dream") and not sketcher()._running


def sketched() -> Iterator[Any]:
    """The sketch of what was changed last: seconds until its first picture and until it is done."""
    old, started = pictures(), time.monotonic()
    yield lambda: pictures() is not None and pictures() is not old
    first = time.monotonic() - started
    yield whole_sketch
    return {"first_s": round(first, 2), "whole_s": round(time.monotonic() - started, 2)}


def greys(image: Any) -> list[int]:
    """A few pixels of the picture, red, green and blue."""
    form = QtGui.QImage.Format.Format_RGB888
    way = QtCore.Qt.AspectRatioMode.IgnoreAspectRatio
    smooth = QtCore.Qt.TransformationMode.SmoothTransformation
    small = image.scaled(_COMPARED, _COMPARED, way, smooth).convertToFormat(form)
    bits = small.constBits()
    bits.setsize(small.sizeInBytes())
    return list(bytes(bits))


def distance(one: Any, other: Any) -> float:
    pairs = list(zip(greys(one), greys(other), strict=True))
    return sum(abs(a - b) for a, b in pairs) / len(pairs)


def seen_of(doc: Document, part: tuple[int, int, int, int]) -> Any:
    data, form = doc.pixelData(*part), QtGui.QImage.Format.Format_ARGB32
    return QtGui.QImage(bytes(data), part[2], part[3], 4 * part[2], form).copy()


@case("sketch")
def _() -> Iterator[Any]:
    doc = yield from photograph()
    click_item("looks", 6)
    doc.setModified(False)
    layers, steps = tree(doc.rootNode()), undo_steps()
    facts: dict[str, Any] = {"none_at_first": pictures() is None}
    widget("live_sketch").setChecked(True)
    yield from sketched()
    docker().setFloating(True)
    docker().resize(QtCore.QSize(220, 900))
    yield from turns()
    grab("krita-sketch-narrow", docker())
    facts |= {"cut": cut_off(), "width": docker().width()}
    facts["rounds"] = []
    for strength in (5, 6, 7):
        widget("strength").setValue(strength)
        facts["rounds"].append((yield from sketched()))
    made = undo_steps() - steps
    select(doc, 80, 60, 512, 512)
    steps = undo_steps()
    facts["after_selecting"] = yield from sketched()
    docker().resize(QtCore.QSize(380, 900))
    yield from turns()
    grab("krita-sketch-wide", docker())
    docker().setFloating(False)
    facts["changes"] = distance(pictures().after, pictures().before)
    button, left = widget("before"), QtCore.Qt.MouseButton.LeftButton
    drawn = [widget("sketch").grab().toImage()]
    for act in (QtTest.QTest.mousePress, QtTest.QTest.mouseRelease):
        act(button, left)
        drawn.append(widget("sketch").grab().toImage())
    facts["held"] = [drawn[0] == drawn[1], drawn[0] == drawn[2]]
    facts["modified"] = doc.modified()
    facts["layers_same"] = tree(doc.rootNode()) == layers
    facts["steps"] = made + undo_steps() - steps
    return facts


@case("seeds")
def _() -> Iterator[Any]:
    """Goes on where the case before ended."""
    steps = undo_steps()
    grid = widget("seeds")
    facts: dict[str, Any] = {"hidden_at_first": not grid.isVisibleTo(docker())}
    click("four_seeds")
    facts["count"] = grid.count()
    yield lambda: not sketcher()._wishes and not sketcher()._running
    docker().setFloating(True)
    docker().resize(QtCore.QSize(220, 1250))
    yield from turns()
    grab("krita-seeds-narrow", docker())
    facts["cut"] = cut_off()
    docker().setFloating(False)
    drawn = [icon_of(grid, row) for row in range(4)]
    facts["alike"] = [i for i in range(4) for j in range(i) if drawn[i] == drawn[j]]
    facts["marked"] = [grid.row(item) for item in grid.selectedItems()]
    seed = grid.key(grid.item(2))
    click_item("seeds", 2)
    yield from sketched()
    facts["chosen"] = widget("seed").value() == seed
    facts["marked_then"] = [grid.row(item) for item in grid.selectedItems()]
    before = widget("layers").text()
    click("surprise")
    yield from sketched()
    facts["surprise"] = [widget("layers").text() != before, len(widget("looks").selectedItems())]
    facts["steps"] = undo_steps() - steps
    click_item("looks", 6)
    return facts


def icon_of(grid: Any, row: int) -> Any:
    return grid.item(row).icon().pixmap(grid.iconSize()).toImage()


@case("sketch and dream")
def _() -> Iterator[Any]:
    """Goes on where the case before ended."""
    doc = K.activeDocument()
    before, part = seen_of(doc, (80, 60, 512, 512)), (80, 60, 512, 512)
    widget("edge").setValue(0)  # it would widen what is shown
    widget("detail").setValue(4)
    widget("seed").setValue(0)  # not the one that was chosen of four made at random
    yield from sketched()
    frame = pictures()
    click("dream_button")
    yield lambda: not busy()
    yield settled(doc)
    dream = seen_of(doc, part)
    side = frame.after.width()
    edge = round(side * 51 / (512 + 102))  # a tenth of the selection around it
    inner = QtCore.QRect(edge, edge, side - 2 * edge, side - 2 * edge)
    sketch = frame.after.copy(inner)
    return {
        "message": message(),
        "dream_changes": distance(dream, before),
        "sketch_differs": distance(dream, sketch),
    }


@case("sketch gives way")
def _() -> Iterator[Any]:
    doc = K.activeDocument()
    widget("detail").setValue(2)
    yield lambda: sketcher()._running
    click("dream_button")
    facts: dict[str, Any] = {"sketches": []}
    yield lambda: not busy()
    yield settled(doc)
    facts["message"] = message()
    yield whole_sketch  # it is made again when the dream is done
    doc.topLevelNodes()[0].setVisible(False)
    yield from activate(doc, doc.topLevelNodes()[0])
    yield lambda: "hidden" in widget("sketch_words").text()
    facts["hidden_has_picture"] = widget("sketch").isVisibleTo(docker())
    doc.topLevelNodes()[0].setVisible(True)
    yield whole_sketch
    doc.setSelection(Selection())
    other = yield from document(width=64, height=48)
    yield lambda: not whole_sketch() or pictures() is None or other is None
    widget("live_sketch").setChecked(False)
    yield None
    facts["off"] = [pictures() is None, widget("sketch").isVisibleTo(docker())]
    facts["kept"] = K.readSetting("dreambridge", "live_sketch", "")
    widget("strength").setValue(9)
    for _ in range(80):
        QtWidgets.QApplication.processEvents()
        yield None
    facts["still_off"] = pictures() is None
    return facts
