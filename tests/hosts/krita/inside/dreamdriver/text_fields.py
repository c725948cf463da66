"""What is typed into the docker's fields, also wrongly, and what is stored of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lab import (
    K,
    QtCore,
    QtTest,
    activate,
    all_nodes,
    busy,
    click,
    click_item,
    document,
    dream,
    message,
    painted,
    quick,
    shown,
    turn_wheel,
    widget,
)
from runner import PARAMETERS, case


def typed(name: str, text: str) -> Iterator[Any]:
    """Write into a field and press Return; what it says meanwhile and is in force then."""
    line = widget(name)
    line.selectAll()
    QtTest.QTest.keyClick(line, QtCore.Qt.Key.Key_Backspace)
    QtTest.QTest.keyClicks(line, text)
    yield None
    notice = widget(f"{name}_notice")
    while_typed = notice.text() if notice.isVisible() else ""
    QtTest.QTest.keyClick(line, QtCore.Qt.Key.Key_Return)
    yield None
    stored = json.loads(K.readSetting("dreambridge", "settings", ""))
    return {"said": while_typed, "text": line.text(), "stored": stored[name]}


@case("typos")
def _() -> Iterator[Any]:
    doc = yield from document()
    yield from activate(doc, painted(doc))
    yield from shown()
    quick()
    click("advanced")
    yield lambda: widget("layers").isVisible()
    facts: dict[str, Any] = {}
    for text in ("relu9_9", "", "relu3_3 relu4_3", "relu3_3=0.5, relu2_2"):
        facts[text] = yield from typed("layers", text)
    for text in ("abc", "300", "3, 14", "relu4_3:3", "relu3_3:12, 98=-0.5"):
        facts[text] = yield from typed("channels", text)
    yield from typed("layers", "relu9_9")
    click("dream_button")
    yield lambda: not busy()
    facts["message"] = message()
    click_item("looks", 0)
    facts["look"] = [widget("layers").text(), widget("layers_notice").isVisible()]
    click_item("looks", 6)
    click("advanced")
    return facts


@case("wheel")
def _() -> Iterator[Any]:
    """The wheel over what is not in focus scrolls the docker."""
    yield from shown()
    quick()
    click("advanced")
    yield lambda: widget("octaves").isVisible()
    before = K.readSetting("dreambridge", "settings", "")
    for name in ("octaves", "octave_scale", "objective", "seed", "guide", "strength"):
        turn_wheel(name)
        yield None
    click("advanced")
    return {"unchanged": K.readSetting("dreambridge", "settings", "") == before}


@case("damage the settings")
def _() -> Iterator[Any]:
    """As Krita's configuration was left by the plug-in's first version, and worse."""
    yield None
    K.writeSetting("dreambridge", "settings", PARAMETERS["stored"])


@case("after a restart")
def _() -> Iterator[Any]:
    doc = yield from document()
    yield from activate(doc, painted(doc))
    yield from shown()
    facts = {"looks": widget("looks").count(), "layers": widget("layers").text()}
    quick()
    yield from dream()
    return facts | {"message": message(), "layers_made": len(all_nodes(doc.rootNode()))}
