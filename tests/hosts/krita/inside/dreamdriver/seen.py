"""What the network sees in the selection: pictures to click on, beside dreams and in the look."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from typing import Any

from docker import cut_off
from lab import (
    K,
    QtCore,
    QtTest,
    QtWidgets,
    activate,
    busy,
    click,
    click_item,
    docker,
    document,
    large_document,
    painted,
    quick,
    raw,
    select,
    settled,
    shown,
    widget,
)
from pictures import grab, turns
from runner import PARAMETERS, case
from stalls import Watch
from strip import answered, channels, fold, opened

from krita import Document

FACE, COAT = (40, 40, 420, 400), (600, 240, 280, 320)


def settings() -> Any:
    return json.loads(K.readSetting("dreambridge", "settings", "{}"))


def framed(row: int) -> bool:
    grid = widget("seen_channels")
    drawn = grid.viewport().grab(grid.visualItemRect(grid.item(row))).toImage()
    highlight = grid.palette().highlight().color().name()
    return drawn.pixelColor(2, drawn.height() // 2).name() == highlight


def look() -> list[Any]:
    return [settings()["layers"], settings()["channels"]]


def colours(row: int) -> int:
    """How many colours a picture has: one or two would be none."""
    grid = widget("seen_channels")
    drawn = grid.item(row).icon().pixmap(56, 56).toImage()
    return len({drawn.pixel(x, y) for x in range(0, 56, 4) for y in range(0, 56, 4)})


def asked_of(doc: Document) -> dict[str, Any]:
    """What there is to see, for whoever wants to ask the engine itself."""
    node = doc.activeNode()
    path = f"{PARAMETERS['folder']}/asked.bgra"
    with open(path, "wb") as file:
        file.write(raw(node, doc))
    return {"pixels": path, "size": [doc.width(), doc.height()], "selected": FACE}


@case("it sees here")
def _() -> Iterator[Any]:
    own = shutil.copyfile(PARAMETERS["photo"], f"{PARAMETERS['folder']}/seen.png")
    doc = yield from opened(own)  # of a file that is open already Krita may offer an autosave
    yield from shown()
    quick("relu4_2")
    select(doc, *FACE)
    facts: dict[str, Any] = {"folded": not widget("seen_channels").isVisible()}
    before = look()
    fold(True)
    started = time.monotonic()
    facts["said"] = widget("seen_message").text()
    yield from answered([])
    facts |= {"took": time.monotonic() - started, "channels": channels()} | asked_of(doc)
    facts["colours"] = [colours(row) for row in range(12)]
    facts["tip"] = widget("seen_channels").item(0).toolTip()
    started = time.monotonic()
    click("look_again")
    yield lambda: not widget("seen_message").isVisible()
    facts["again"] = time.monotonic() - started
    click_item("seen_channels", 1)
    yield from turns(5)
    facts["one"] = [look(), framed(1), framed(0), widget("looks").selectedItems() == []]
    click_item("seen_channels", 4)
    widget("channel_weight").setValue(2)
    yield from turns(5)
    facts["two"] = [look(), framed(4), widget("channel_weight_value").text()]
    facts["weighed_tip"] = widget("seen_channels").item(4).toolTip()
    docker().setFloating(True)
    docker().resize(QtCore.QSize(220, 900))
    yield from turns()
    grab("seen", docker())
    facts |= {"width": docker().width(), "cut": cut_off()}
    docker().setFloating(False)
    yield from turns(5)
    click_item("seen_channels", 4)
    click_item("seen_channels", 1)
    facts["restored"] = look() == before
    return facts


@case("weights by the right button")
def _() -> Iterator[Any]:
    yield None
    grid = widget("seen_channels")
    place = grid.visualItemRect(grid.item(2)).center()
    grid.customContextMenuRequested.emit(place)
    menu = docker().findChild(QtWidgets.QMenu, "dreambridge_weights")
    facts: dict[str, Any] = {"offered": [one.text() for one in menu.actions()]}
    menu.actions()[5].trigger()
    menu.close()
    facts["weighed"] = look()[1]
    grid.setCurrentRow(2)
    QtTest.QTest.keyClick(grid, QtCore.Qt.Key.Key_Space)
    facts["left"] = look()[1]
    return facts


@case("while a dream runs")
def _() -> Iterator[Any]:
    yield from shown()
    doc = K.activeDocument()
    quick("relu4_3", iterations=100, octaves=3)
    yield from activate(doc, doc.topLevelNodes()[0])
    before = channels()
    click("dream_button")
    yield lambda: bool(widget("progress").value() > 20)
    select(doc, *COAT)
    started = time.monotonic()
    yield from answered(before)
    facts = {"took": time.monotonic() - started, "still": busy(), "channels": channels()}
    click_item("seen_channels", 0)
    facts["added"] = len(look()[1])
    click_item("seen_channels", 0)
    click("cancel_button")
    yield lambda: not busy()
    yield settled(doc)
    return facts


@case("one kind")
def _() -> Iterator[Any]:
    kinds = widget("seen_kinds")
    click_item("seen_channels", 0)
    kept, before = channels()[0], channels()
    kinds.setCurrentIndex(kinds.findText("dots"))
    kinds.activated.emit(kinds.currentIndex())
    yield from answered(before)
    facts = {"kept": kept, "kinds": channels(), "framed": framed(12)}
    click_item("seen_channels", 12)
    facts["gone"] = channels() == facts["kinds"][:12]
    kinds.setCurrentIndex(0)
    kinds.activated.emit(0)
    yield from answered(facts["kinds"][:12])
    return facts


@case("nothing to see")
def _() -> Iterator[Any]:
    doc = yield from document()
    empty = doc.createNode("empty", "paintlayer")
    doc.rootNode().addChildNode(empty, None)
    yield from activate(doc, empty)
    yield lambda: widget("seen_message").font().bold()
    facts = {"said": widget("seen_message").text(), "shown": channels()}
    source = painted(doc)
    yield from activate(doc, source)
    yield from answered([])
    fold(False)
    return facts | {"after": len(channels()), "folded": not widget("seen_channels").isVisible()}


@case("a large canvas")
def _() -> Iterator[Any]:
    doc, source = yield from large_document(3000, 2500)
    yield from activate(doc, source)
    yield settled(doc)
    before, watch = channels(), Watch()
    fold(True)
    yield from answered(before)
    facts = {"took": time.monotonic() - watch.started, "stall": watch.stop()[0][0]}
    fold(False)
    return facts
