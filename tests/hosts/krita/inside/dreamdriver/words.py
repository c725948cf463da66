"""What the docker refuses, and how its widgets go together."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from typing import Any

from lab import (
    K,
    activate,
    all_nodes,
    busy,
    click,
    click_item,
    docker,
    document,
    message,
    painted,
    quick,
    select,
    settled,
    shown,
    tree,
    widget,
)
from runner import case

from krita import Document, Filter, Window

if "PyQt6.QtCore" in sys.modules:
    from PyQt6 import sip
else:
    from PyQt5 import sip


def refused(doc: Document) -> Iterator[Any]:
    """Press Dream and describe what is said."""
    before = tree(doc.rootNode())
    yield from shown()
    quick()
    click("dream_button")
    yield lambda: not busy()
    yield settled(doc)
    return {"message": message(), "unchanged": tree(doc.rootNode()) == before}


@case("no document")
def _() -> Iterator[Any]:
    yield from shown()
    click("dream_button")
    yield None
    return {"message": message(), "unchanged": not K.documents()}


@case("locked")
def _() -> Iterator[Any]:
    doc = yield from document()
    source = painted(doc)
    yield from activate(doc, source)
    source.setLocked(True)
    return (yield from refused(doc))


@case("hidden")
def _() -> Iterator[Any]:
    doc = yield from document()
    source = painted(doc)
    yield from activate(doc, source)
    source.setVisible(False)
    return (yield from refused(doc))


@case("empty layer")
def _() -> Iterator[Any]:
    doc = yield from document()
    empty = doc.createNode("empty", "paintlayer")
    doc.rootNode().addChildNode(empty, None)
    yield from activate(doc, empty)
    return (yield from refused(doc))


@case("empty where it is selected")
def _() -> Iterator[Any]:
    doc = yield from document()
    spot = doc.createNode("spot", "paintlayer")
    spot.setPixelData(b"\x80\x80\x80\xff" * 64, 2, 2, 8, 8)
    doc.rootNode().addChildNode(spot, None)
    yield from activate(doc, spot)
    select(doc, 40, 30, 10, 10)
    return (yield from refused(doc))


@case("selection outside")
def _() -> Iterator[Any]:
    doc = yield from document()
    source = painted(doc)
    yield from activate(doc, source)
    select(doc, 200, 200, 30, 30)
    return (yield from refused(doc))


@case("empty group")
def _() -> Iterator[Any]:
    doc = yield from document()
    group = doc.createGroupLayer("group")
    doc.rootNode().addChildNode(group, None)
    yield from activate(doc, group)
    return (yield from refused(doc))


@case("filter layer")
def _() -> Iterator[Any]:
    doc = yield from document()
    blur = Filter()
    blur.setName("blur")
    selection = select(doc, 0, 0, 64, 48)
    layer = doc.createFilterLayer("blur", blur, selection.duplicate())
    doc.rootNode().addChildNode(layer, None)
    yield from activate(doc, layer)
    return (yield from refused(doc))


@case("widgets agree")
def _() -> Iterator[Any]:
    yield from shown()
    looks, strength, size = widget("looks"), widget("strength"), widget("feature_size")
    click_item("looks", 0)
    first = looks.currentItem().text()
    facts: dict[str, Any] = {"marked": [item.text() for item in looks.selectedItems()]}
    facts["layers"] = widget("layers").text()
    facts["size"] = size.value()
    facts["saturation"] = widget("saturation").value()
    strength.setValue(strength.maximum())
    facts["unmarked"] = [item.text() for item in looks.selectedItems()]
    seed = widget("seed").value()
    click("new_seed")
    facts["new_seed"] = widget("seed").value() != seed
    widget("layers").setText("relu3_3=0.5, relu5_1")
    widget("layers").editingFinished.emit()
    facts["written"] = widget("layers").text()
    facts["written_size"] = size.value()
    widget("octaves").setValue(7)
    facts["advanced_hidden"] = not widget("octaves").isVisible()
    click("advanced")
    yield None
    facts["advanced_shown"] = not widget("octaves").isHidden()
    click("advanced")
    click_item("looks", 6)
    facts["octaves"] = widget("octaves").value()
    stored = K.readSetting("dreambridge", "settings", "")
    return facts | {"first": first, "stored": "relu4_3" in stored, "thumbnails": icons(looks)}


def icons(looks: Any) -> list[int]:
    return [looks.item(i).icon().availableSizes()[0].width() for i in range(looks.count())]


@case("actions")
def _() -> Iterator[Any]:
    menus = {
        a.text().replace("&", ""): a.menu() for a in K.activeWindow().qwindow().menuBar().actions()
    }
    tools = {a.text().replace("&", ""): a.menu() for a in menus["Tools"].actions()}
    inside = [action.objectName() for action in tools["DeepDream"].actions()]
    yield None
    return {"menu": inside, "known": [K.action(name) is not None for name in inside]}


@case("actions with the docker closed")
def _() -> Iterator[Any]:
    doc = yield from document()
    source = painted(doc)
    yield from activate(doc, source)
    yield from shown()
    quick()
    docker().setVisible(False)
    for one in gc.get_objects():  # Krita may delete its windows' wrappers at any time
        if type(one) is Window and not sip.isdeleted(one):
            sip.delete(one)
    facts: dict[str, Any] = {}
    for name in ("dream", "again", "cancel"):
        before = len(doc.rootNode().childNodes())
        K.action(f"dreambridge_{name}").trigger()
        yield lambda: not busy()
        yield settled(doc)
        facts[name] = len(doc.rootNode().childNodes()) - before
    yield from shown()
    return facts | {"message": message()}


@case("server line")
def _() -> Iterator[Any]:
    yield from shown()
    yield lambda: "Asleep" not in widget("server").text() and bool(widget("server").text())
    doc = yield from document()
    assert all_nodes(doc.rootNode())
    return {"text": widget("server").text()}
