"""Pictures of the docker and of a finished document, for the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab import (
    K,
    QtCore,
    QtWidgets,
    activate,
    busy,
    click,
    click_item,
    docker,
    message,
    select,
    settled,
    shown,
    widget,
)
from runner import PARAMETERS, case
from strip import answered, fold

REGION = (40, 20, 230, 230)


def theme(name: str) -> None:
    chosen = [a for a in K.action("theme_menu").menu().actions() if a.text().endswith(name)]
    chosen[0].trigger()


def grab(name: str, whole: Any) -> None:
    whole.grab().save(f"{PARAMETERS['out']}/{name}.png")


def cut_off() -> list[Any]:
    """Buttons narrower than their words."""
    return [
        [one.objectName() or one.text(), one.width(), one.sizeHint().width()]
        for one in docker().findChildren(QtWidgets.QPushButton)
        if one.width() < one.sizeHint().width() and one.isVisible()
    ]


def turns(count: int = 25) -> Iterator[Any]:
    for _ in range(count):
        QtWidgets.QApplication.processEvents()
        yield None


@case("pictures")
def _() -> Iterator[Any]:
    window = K.activeWindow().qwindow()
    window.resize(1480, 900)
    theme("dark")
    doc = K.openDocument(PARAMETERS["photo"])
    K.activeWindow().addView(doc)
    yield lambda: K.activeDocument() == doc and doc.activeNode() is not None
    for other in ("sharedtooldocker", "OverviewDocker", "ColorSelectorNg"):
        for one in K.dockers():
            if one.objectName() == other:
                one.setVisible(False)
    yield from shown()
    select(doc, *REGION, 12)
    widget("edge").setValue(3)
    yield from activate(doc, doc.topLevelNodes()[0])
    K.action("zoom_to_fit").trigger()
    click_item("looks", 6)
    click("dream_button")
    yield lambda: bool(widget("progress").value() > 550) or not busy()
    yield from turns()
    facts: dict[str, Any] = {"while_busy": busy()}
    grab("krita-developing", window)
    yield lambda: not busy()
    click_item("looks", 4)
    widget("detail").setValue(3)
    click("dream_button")
    yield lambda: not busy()
    yield settled(doc)
    facts["message"] = message()
    yield from turns()
    grab("krita", window)
    docker().setFloating(True)
    for name, colours, size in (
        ("krita-docker-narrow-dark", "dark", (220, 860)),
        ("krita-docker-wide-dark", "dark", (380, 700)),
        ("krita-docker-wide-light", "bright", (380, 700)),
        ("krita-docker-narrow-light", "bright", (220, 860)),
    ):
        theme(colours)
        docker().resize(QtCore.QSize(*size))
        yield from turns()
        facts[name] = [docker().width(), docker().height()]
        grab(name, docker())
    click("advanced")
    docker().resize(QtCore.QSize(220, 1000))
    yield from turns()
    grab("krita-docker-advanced", docker())
    click("advanced")
    facts["cut"] = cut_off()
    docker().setFloating(False)
    theme("dark")
    facts["small screen"] = yield from small_screen(window)
    return facts


def small_screen(window: Any) -> Iterator[Any]:
    """What is seen of the docker at 1366 × 768, with two features of what it sees in the look."""
    presets = next(one for one in K.dockers() if one.objectName() == "PresetDocker")
    presets.setVisible(False)
    window.resize(1366, 768)
    yield from turns()
    fold(True)
    yield from answered([])
    for row in (0, 2):
        click_item("seen_channels", row)
    yield from turns()
    grab("krita-small-screen", window)
    facts = {"cut": cut_off(), "size": [window.width(), window.height()]}
    for row in (2, 0):
        click_item("seen_channels", row)
    fold(False)
    presets.setVisible(True)
    return facts
