"""The user's own looks: saved by the button, and what their menu does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docker import cut_off
from lab import (
    K,
    QtCore,
    QtTest,
    QtWidgets,
    activate,
    click,
    click_item,
    docker,
    document,
    dream,
    painted,
    quick,
    settled,
    shown,
    widget,
)
from pictures import grab, turns
from runner import PARAMETERS, case

from bridgeclient.own_looks import plugin_looks
from dreambridge import HERE


def looks() -> list[str]:
    grid = widget("looks")
    return [grid.item(row).text() for row in range(grid.count())]


def row_of(label: str) -> int:
    return looks().index(label)


def dialog(name: str) -> Any:
    """The open dialog of this name, None if there is none."""
    found = docker().window().findChildren(QtWidgets.QDialog, f"dreambridge_{name}")
    return next((one for one in found if one.isVisible()), None)


def opened(name: str) -> Iterator[Any]:
    yield lambda: dialog(name) is not None
    yield from turns(3)
    return dialog(name)


def press(one: Any, button: Any) -> None:
    one.findChild(QtWidgets.QDialogButtonBox).button(button).click()


OK = QtWidgets.QDialogButtonBox.StandardButton.Ok
CANCEL = QtWidgets.QDialogButtonBox.StandardButton.Cancel


def named(text: str) -> Iterator[Any]:
    """Write a name into the open dialog and press OK; what it says if it stays."""
    asked = yield from opened("look_name")
    line = asked.findChild(QtWidgets.QLineEdit)
    line.selectAll()
    QtTest.QTest.keyClicks(line, text)
    press(asked, OK)
    yield from turns(3)
    if dialog("look_name") is None:
        return ""
    return asked.findChildren(QtWidgets.QLabel)[1].text()


def chosen(label: str, text: str) -> Iterator[Any]:
    """Right-click a look and choose from its menu."""
    grid = widget("looks")
    place = grid.visualItemRect(grid.item(row_of(label))).center()
    grid.customContextMenuRequested.emit(place)
    menu = docker().findChildren(QtWidgets.QMenu, "dreambridge_look_menu")[-1]
    offered = [one.text() for one in menu.actions() if one.isEnabled()]
    next(one for one in menu.actions() if one.text() == text).trigger()
    menu.close()
    yield from turns(3)
    return offered


def filed(path: Path) -> Iterator[Any]:
    """Write a file's path into the open dialog and press Return's button."""
    asked = yield from opened("look_file")
    asked.findChild(QtWidgets.QLineEdit, "fileNameEdit").setText(str(path))
    kinds = QtWidgets.QDialogButtonBox.StandardButton
    box = asked.findChild(QtWidgets.QDialogButtonBox)
    button = box.button(kinds.Save) or box.button(kinds.Open)
    yield button.isEnabled  # once the folder is read
    button.click()
    yield lambda: dialog("look_file") is None
    yield from turns(5)


def imported(path: Path) -> Iterator[Any]:
    menu = widget("save_look").menu()
    menu.aboutToShow.emit()
    next(one for one in menu.actions() if one.text() == "Import…").trigger()
    yield from filed(path)


def said() -> Iterator[Any]:
    """What the message says; it is closed."""
    message = yield from opened("look_message")
    text = message.text()
    message.reject()
    yield from turns(3)
    return text


@case("save a look")
def _() -> Iterator[Any]:
    doc = yield from document()
    yield from activate(doc, painted(doc))
    yield from shown()
    quick("relu2_2")
    yield from dream()
    yield settled(doc)
    before = looks()
    click("save_look")
    facts: dict[str, Any] = {"built_in": (yield from named("Eyes"))}
    facts["nothing"] = yield from named("---")
    facts["saved"] = yield from named("Quick strokes")
    facts["looks"] = [one for one in looks() if one not in before]
    grid = widget("looks")
    facts["marked"] = [one.text() for one in grid.selectedItems()]
    picture = grid.item(row_of("Quick strokes")).icon().pixmap(56, 56).toImage()
    facts["colours"] = len({picture.pixel(x, y) for x in range(0, 48, 4) for y in range(0, 48, 4)})
    click("save_look")
    facts["taken"] = yield from named("quick  strokes")
    press(dialog("look_name"), CANCEL)
    yield from turns(3)
    click_item("looks", 6)
    click_item("looks", row_of("Quick strokes"))
    facts["layers"] = json.loads(K.readSetting("dreambridge", "settings", "{}"))["layers"]
    docker().setFloating(True)
    docker().resize(QtCore.QSize(220, 900))
    yield from turns()
    grab("own-looks", docker())
    facts["cut"] = cut_off()
    docker().setFloating(False)
    return facts


@case("a look's menu")
def _() -> Iterator[Any]:
    folder = Path(PARAMETERS["folder"])
    facts: dict[str, Any] = {"offered": (yield from chosen("Quick strokes", "Favourite"))}
    facts["first"] = looks()[0]
    yield from chosen("Quick strokes", "Rename…")
    facts["renamed"] = yield from named("Slow strokes")
    facts["names"] = [one for one in looks() if "strokes" in one]
    yield from chosen("Slow strokes", "Export…")
    yield from filed(folder / "strokes")
    facts["file"] = (folder / "strokes.dreamlook").exists()
    yield from imported(folder / "strokes.dreamlook")
    facts["clash"] = (yield from opened("look_name")).findChildren(QtWidgets.QLabel)[1].text()
    facts["twin"] = yield from named("Twin")
    facts["twins"] = [one for one in looks() if one in ("Twin", "Slow strokes")]
    facts["current"] = [one.text() for one in widget("looks").selectedItems()]
    (folder / "no.dreamlook").write_text("{", "utf-8")
    yield from imported(folder / "no.dreamlook")
    facts["damaged"] = yield from said()
    elsewhere = plugin_looks(HERE)
    elsewhere.save("From elsewhere", elsewhere.named("twin").settings)
    yield lambda: "From elsewhere" in looks()
    elsewhere.delete("from-elsewhere")
    yield lambda: "From elsewhere" not in looks()
    for label in ("Twin", "Slow strokes"):
        yield from chosen(label, "Delete…")
        question = yield from opened("look_message")
        facts["question"] = question.text()
        question.button(QtWidgets.QMessageBox.StandardButton.Ok).click()
        yield from turns(3)
    facts["left"] = [one for one in looks() if one in ("Twin", "Slow strokes")]
    return facts
