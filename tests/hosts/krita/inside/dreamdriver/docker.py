"""The docker itself: with a large font, by the keyboard, and what is marked in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sketches  # noqa: F401  whose cases run in the same Krita
from lab import (
    QtCore,
    QtGui,
    QtTest,
    QtWidgets,
    click,
    click_item,
    docker,
    quick,
    shown,
    widget,
)
from pictures import grab, turns
from runner import case


def words() -> list[Any]:
    kinds = (QtWidgets.QLabel, QtWidgets.QAbstractButton, QtWidgets.QLineEdit)
    kinds += (QtWidgets.QSlider, QtWidgets.QAbstractSpinBox, QtWidgets.QComboBox)
    inside = docker().widget()
    return [one for kind in kinds for one in inside.findChildren(kind) if one.isVisible()]


def cut_off() -> list[Any]:
    """What reaches out of the docker, or has less room than its words need."""
    inside = docker().widget()
    found = []
    for one in words():
        left = one.mapTo(inside, QtCore.QPoint(0, 0)).x()
        wide = isinstance(one, QtWidgets.QLabel) and one.wordWrap()
        if isinstance(one, QtWidgets.QComboBox):
            wide = True  # cuts long names itself
        need = 0 if wide else one.minimumSizeHint().width()
        if left < 0 or left + one.width() > inside.width() or one.width() < need:
            found.append([type(one).__name__, one.objectName(), left, one.width(), need])
    looks = widget("looks")
    for row in range(looks.count()):
        text = looks.item(row).text()
        place = looks.visualItemRect(looks.item(row))
        need = max(map(looks.fontMetrics().horizontalAdvance, text.split()))
        if need > place.width() or place.right() > looks.viewport().width():
            found.append(["look", text, place.width(), need])
    return found


def looked_at(name: str) -> Iterator[Any]:
    docker().resize(QtCore.QSize(220, 900))
    yield from turns()
    grab(name, docker())
    facts = {"width": docker().width(), "cut": cut_off()}
    click("advanced")
    docker().resize(QtCore.QSize(220, 1700))
    yield from turns()
    grab(f"{name}-advanced", docker())
    facts |= {"width_advanced": docker().width(), "cut_advanced": cut_off()}
    click("advanced")
    return facts


@case("font")
def _() -> Iterator[Any]:
    yield from shown()
    quick()
    docker().setFloating(True)
    click_item("looks", 6)
    facts = yield from looked_at("font")
    facts["height"] = docker().fontMetrics().height()
    docker().setFloating(False)
    return facts


def look_now() -> str:
    marked = [item.text() for item in widget("looks").selectedItems()]
    current = widget("looks").currentItem().text()
    return (
        f"{marked[0]} {widget('layers').text()}" if marked == [current] else f"{marked} {current}"
    )


@case("keyboard")
def _() -> Iterator[Any]:
    yield from shown()
    looks, key = widget("looks"), QtCore.Qt.Key
    click_item("looks", 6)
    facts: dict[str, Any] = {"clicked": look_now()}
    for name in ("Key_Right", "Key_Left", "Key_Left"):
        QtTest.QTest.keyClick(looks, getattr(key, name))
        yield None
        facts.setdefault("keys", []).append(look_now())
    widget("strength").setValue(widget("strength").maximum())
    facts["custom"] = [item.text() for item in looks.selectedItems()]
    focus = QtGui.QFocusEvent(QtCore.QEvent.Type.FocusIn, QtCore.Qt.FocusReason.TabFocusReason)
    QtWidgets.QApplication.sendEvent(looks, focus)
    facts["focus_only"] = widget("strength").value() == widget("strength").maximum()
    QtTest.QTest.keyClick(looks, key.Key_Return)
    facts["return"] = look_now()
    return facts


def picture_of(row: int) -> Any:
    """A look's picture as it is drawn, and the corner of its frame."""
    looks = widget("looks")
    place = looks.visualItemRect(looks.item(row))
    drawn = looks.viewport().grab(place).toImage()
    side = looks.iconSize().width()
    inner = QtCore.QRect((place.width() - side) // 2 + 4, 8, side - 8, side - 16)
    frame = drawn.pixelColor(2, place.height() // 2).name()
    return drawn.copy(inner), frame


@case("chosen")
def _() -> Iterator[Any]:
    yield from shown()
    click_item("looks", 6)
    yield from turns(5)
    chosen, framed = picture_of(6)
    highlight = widget("looks").palette().highlight().color().name()
    click_item("looks", 4)
    yield from turns(5)
    plain, bare = picture_of(6)
    return {"same": chosen == plain, "framed": framed == highlight, "bare": bare != highlight}


@case("feature size")
def _() -> Iterator[Any]:
    yield from shown()
    size, value = widget("feature_size"), widget("feature_size_value")
    facts: dict[str, Any] = {"words": []}
    for position in range(size.maximum() + 1):
        size.setValue(position)
        facts["words"].append(value.text())
    facts["tip"] = value.toolTip()
    click_item("looks", 11)
    facts["fever"] = value.text()
    for layer in ("conv4_3", "conv1_1", "pool5"):
        widget("layers").setText(layer)
        widget("layers").editingFinished.emit()
        yield None
        facts[layer] = value.text()
    click_item("looks", 6)
    facts["eyes"] = value.text()
    return facts
