"""What cases do in Krita: documents to dream of, the docker's widgets, looking at the outcome."""

from __future__ import annotations

import random
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any

from krita import Document, Krita, Node, Selection

if "PyQt6.QtCore" in sys.modules:
    from PyQt6 import QtCore, QtGui, QtTest, QtWidgets
else:
    from PyQt5 import QtCore, QtGui, QtTest, QtWidgets

K = Krita.instance()
WIDTH, HEIGHT = 64, 48
SRGB, LINEAR = "sRGB-elle-V2-srgbtrc.icc", "sRGB-elle-V2-g10.icc"
DEPTH_BYTES = {"U8": 1, "U16": 2, "F16": 2, "F32": 4}
CHANNELS = {"RGBA": 4, "GRAYA": 2, "CMYKA": 5, "LABA": 4, "XYZA": 4, "YCbCrA": 4}


def values(count: int, depth: str, seed: int) -> list[Any]:
    """Smooth, coloured, and not too bright for any depth."""
    rng = random.Random(seed)
    phase = [rng.random() for _ in range(8)]
    levels = [
        (0.2 + 0.6 * ((i * phase[i % 8] / 37.0 + phase[(i // 64) % 8]) % 1.0)) for i in range(count)
    ]
    if depth == "U8":
        return [round(255 * level) for level in levels]
    if depth == "U16":
        return [round(65535 * level) for level in levels]
    return levels


def pixels(model: str, depth: str, width: int, height: int, seed: int = 1) -> bytes:
    """Opaque pixels in Krita's order of channels."""
    channels, area = CHANNELS[model], width * height
    flat = values(area * channels, depth, seed)
    opaque = {"U8": 255, "U16": 65535}.get(depth, 1.0)
    flat[channels - 1 :: channels] = [opaque] * area
    code = {"U8": "B", "U16": "H", "F16": "e", "F32": "f"}[depth]
    return struct.pack(f"<{len(flat)}{code}", *flat)


def unpack(data: bytes, depth: str) -> list[float]:
    """Values as shares of full."""
    code, full = {"U8": ("B", 255), "U16": ("H", 65535), "F16": ("e", 1), "F32": ("f", 1)}[depth]
    return [v / full for v in struct.unpack(f"<{len(data) // DEPTH_BYTES[depth]}{code}", data)]


def document(
    model: str = "RGBA",
    depth: str = "U8",
    profile: str = SRGB,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> Iterator[Any]:
    """A new document in a view of its own, active."""
    made = K.createDocument(width, height, "test", model, depth, profile, 100.0)
    K.activeWindow().addView(made)
    yield lambda: K.activeDocument() == made and made.activeNode() is not None
    return made


def painted(doc: Document, name: str = "source", seed: int = 1, parent: Node | None = None) -> Node:
    """A paint layer full of colour, added on top of its parent."""
    node = doc.createNode(name, "paintlayer")
    node.setPixelData(
        pixels(doc.colorModel(), doc.colorDepth(), doc.width(), doc.height(), seed),
        *(0, 0, doc.width(), doc.height()),
    )
    (parent or doc.rootNode()).addChildNode(node, None)
    return node


def large_document(width: int, height: int) -> Iterator[Any]:
    """A new document in a view of its own with a layer full of colour, put in by and by."""
    doc = yield from document(width=width, height=height)
    source = doc.createNode("source", "paintlayer")
    row = b"".join(bytes((x % 251, (x // 7) % 253, (x // 31) % 255, 255)) for x in range(width))
    for y in range(0, height, 250):
        source.setPixelData(row * 250, 0, y, width, 250)
        yield None
    doc.rootNode().addChildNode(source, None)
    return doc, source


def activate(doc: Document, node: Node) -> Iterator[Any]:
    """Make a layer the active one, also where Krita is about to activate a new one."""
    doc.waitForDone()

    def active() -> bool:
        doc.setActiveNode(node)
        return bool(doc.activeNode() == node)

    for _ in range(8):
        yield active


def select(doc: Document, x: int, y: int, w: int, h: int, soft: int = 0) -> Selection:
    selection = Selection()
    selection.select(x, y, w, h, 255)
    if soft:
        selection.feather(soft)
    doc.setSelection(selection)
    doc.waitForDone()
    return doc.selection()


def docker() -> Any:
    found = [one for one in K.dockers() if one.objectName() == "dreambridge_docker"]
    return found[0]


def widget(name: str, kind: Any = QtWidgets.QWidget) -> Any:
    found = docker().findChild(kind, f"dreambridge_{name}")
    assert found is not None, name
    return found


def shown() -> Iterator[Any]:
    """The docker in sight."""
    docker().setVisible(True)
    docker().raise_()
    yield lambda: widget("dream_button").isVisible()


def click(name: str) -> None:
    QtTest.QTest.mouseClick(widget(name), QtCore.Qt.MouseButton.LeftButton)


def choosing(name: str, step: str) -> None:
    """The next or the former entry of a field that unfolds."""
    QtTest.QTest.keyClick(widget(name), getattr(QtCore.Qt.Key, f"Key_{step}"))


def click_item(name: str, row: int) -> None:
    grid = widget(name)
    where = grid.visualItemRect(grid.item(row)).center()
    QtTest.QTest.mouseClick(grid.viewport(), QtCore.Qt.MouseButton.LeftButton, pos=where)


def double_click_item(name: str, row: int) -> None:
    grid = widget(name)
    where = grid.visualItemRect(grid.item(row)).center()
    left = QtCore.Qt.MouseButton.LeftButton
    QtTest.QTest.mouseClick(grid.viewport(), left, pos=where)
    QtTest.QTest.mouseDClick(grid.viewport(), left, pos=where)


def turn_wheel(name: str) -> None:
    """A notch down in the middle of a widget that isn't in focus."""
    one = widget(name)
    one.clearFocus()
    middle, none = one.rect().center(), QtCore.QPoint()
    event = QtGui.QWheelEvent(
        QtCore.QPointF(middle),
        QtCore.QPointF(one.mapToGlobal(middle)),
        none,
        QtCore.QPoint(0, -120),
        QtCore.Qt.MouseButton.NoButton,
        QtCore.Qt.KeyboardModifier.NoModifier,
        QtCore.Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QtWidgets.QApplication.sendEvent(one, event)


def message() -> str:
    return str(widget("message").text())


def busy() -> bool:
    return bool(widget("cancel_button").isVisibleTo(docker()))


def quick(feature: str = "relu2_2", iterations: int = 2, octaves: int = 1) -> None:
    """Settings for a dream that takes a moment, by the docker's own widgets."""
    sizes = ["relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1", "relu3_2", "relu3_3"]
    sizes += ["relu4_1", "relu4_2", "relu4_3", "relu5_1", "relu5_2", "relu5_3"]
    click_item("looks", 6)
    widget("feature_size").setValue(sizes.index(feature))
    widget("detail").setValue(
        [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 26, 32, 40, 60, 100].index(iterations)
    )
    widget("octaves").setValue(octaves)
    widget("seed").setValue(0)
    widget("guide").setCurrentIndex(0)
    widget("edge").setValue(0)


def dream() -> Iterator[Any]:
    """Press Dream and wait for the end."""
    click("dream_button")
    yield lambda: not busy()


def tree(node: Node) -> list[Any]:
    """Names of the layers below, bottom first, with their children; no selections."""
    return [
        [child.name(), child.type(), tree(child)]
        for child in node.childNodes()
        if child.type() != "selectionmask"
    ]


def all_nodes(node: Node) -> list[Node]:
    below = [n for n in node.childNodes() if n.type() != "selectionmask"]
    return [one for child in below for one in (child, *all_nodes(child))]


def raw(node: Node, doc: Document) -> bytes:
    return bytes(node.projectionPixelData(0, 0, doc.width(), doc.height()))


def undoing(doc: Document) -> Iterator[Any]:
    """What the next undo step takes away, which redo brings back; selections are steps in 5.3."""

    def things() -> list[str]:
        layers = [name for name, _kind, _below in tree(doc.rootNode())]
        selected = doc.selection() is not None and doc.selection().width() > 0
        return [*layers, "selection"] if selected else layers

    before = things()
    yield from pressed("edit_undo", lambda: things() != before)
    after = things()
    yield from pressed("edit_redo", lambda: things() == before)
    doc.waitForDone()
    return {"undo_takes": [name for name in before if name not in after]}


def undo_steps() -> int:
    """How many entries the undo history of the active document has."""
    history = next(one for one in K.dockers() if one.objectName() == "History")
    return int(history.findChild(QtWidgets.QListView).model().rowCount())


def pressed(action: str, done: Callable[[], bool]) -> Iterator[Any]:
    """Press once Krita can take it: Undo and Redo fall flat while it computes, without a word."""
    doc = K.activeDocument()
    yield settled(doc)
    press(action)
    yield done


def press(action: str) -> None:
    K.action(action).trigger()


def settled(doc: Document) -> Callable[[], bool]:
    def look() -> bool:
        if doc.tryBarrierLock():
            doc.unlock()
            return True
        return False

    return look
