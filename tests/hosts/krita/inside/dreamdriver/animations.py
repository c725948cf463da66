"""Animated documents in Krita: drawn, dreamed of, looked at and exported frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lab import (
    K,
    QtGui,
    QtWidgets,
    activate,
    all_nodes,
    busy,
    document,
    pixels,
    press,
    quick,
    settled,
    shown,
)
from runner import PARAMETERS

from krita import Document, InfoObject, Node

WIDTH, HEIGHT, LENGTH = 160, 96, 12
TIMES = (0, 2, 3, 7, 9)
SELECTED = (40, 20, 70, 50)
ALL = (0, 0, WIDTH, HEIGHT)


def picture(seed: int, alpha: int = 255) -> bytes:
    flat = bytearray(pixels("RGBA", "U8", WIDTH, HEIGHT, seed))
    flat[3::4] = bytes([alpha]) * (WIDTH * HEIGHT)
    return bytes(flat)


def show_time(doc: Document, time: int) -> Iterator[Any]:
    yield settled(doc)
    doc.setCurrentTime(time)
    yield lambda: doc.currentTime() == time
    yield settled(doc)


def animate(
    doc: Document, node: Node, times: tuple[int, ...] = TIMES, **kind: int
) -> Iterator[Any]:
    """Give the layer a picture of its own at each time."""
    yield from activate(doc, node)
    node.enableAnimation()
    for number, time in enumerate(times):
        yield from show_time(doc, time)
        if time:
            press("add_blank_frame")
            yield lambda time=time: node.hasKeyframeAtTime(time)
            yield settled(doc)
        node.setPixelData(picture(number + 5, **kind), *ALL)
    doc.refreshProjection()
    yield from show_time(doc, 0)


def layer_in(doc: Document, parent: Node | None = None, name: str = "drawing") -> Node:
    node = doc.createNode(name, "paintlayer")
    node.setPixelData(picture(1), *ALL)
    (parent or doc.rootNode()).addChildNode(node, None)
    return node


def animation(**kind: int) -> Iterator[Any]:
    doc = yield from document(width=WIDTH, height=HEIGHT)
    doc.setFullClipRangeEndTime(LENGTH - 1)
    source = layer_in(doc)
    yield from shown()
    yield from animate(doc, source, **kind)
    quick()
    return doc, source


def canvas(doc: Document) -> Iterator[Any]:
    """What the document shows at each time."""
    here, seen = doc.currentTime(), []
    for time in range(LENGTH + 2):
        yield from show_time(doc, time)
        seen.append(bytes(doc.pixelData(*ALL)))
    yield from show_time(doc, here)
    return seen


def dialog() -> Any:
    found = K.activeWindow().qwindow().findChildren(QtWidgets.QDialog)
    return next((one for one in found if one.objectName() == "dreambridge_frames_dialog"), None)


def asked(first: int | None = None, last: int | None = None) -> Iterator[Any]:
    """Choose Dream Frames… and press Dream in its dialog; what it offered."""
    press("dreambridge_frames")
    yield lambda: dialog() is not None and dialog().isVisible()
    boxes = [
        dialog().findChild(QtWidgets.QSpinBox, f"dreambridge_{name}_frame")
        for name in ("first", "last")
    ]
    offered = [box.value() for box in boxes]
    for box, value in zip(boxes, (first, last), strict=True):
        if value is not None:
            box.setValue(value)
    for _ in range(5):
        yield None
    dialog().grab().save(PARAMETERS["folder"] + "/dialog.png")
    buttons = dialog().findChild(QtWidgets.QDialogButtonBox)
    buttons.button(QtWidgets.QDialogButtonBox.StandardButton.Ok).click()
    yield busy
    return offered


def over() -> bool:
    return not busy()


def dreams_of(doc: Document) -> list[Node]:
    return [node for node in all_nodes(doc.rootNode()) if node.name().startswith("Dream")]


def keys(node: Node) -> list[int]:
    return [time for time in range(LENGTH + 3) if node.hasKeyframeAtTime(time)]


def inside(seen: bytes, rect: tuple[int, int, int, int] = SELECTED) -> bytes:
    x, y, w, h = rect
    rows = (4 * (row * WIDTH + x) for row in range(y, y + h))
    return b"".join(seen[start : start + 4 * w] for start in rows)


def outside(seen: bytes) -> bytes:
    x, y, w, h = SELECTED
    kept = bytearray(seen)
    for row in range(y, y + h):
        start = 4 * (row * WIDTH + x)
        kept[start : start + 4 * w] = bytes(4 * w)
    return bytes(kept)


def changed(before: list[bytes], after: list[bytes], part: Callable[[bytes], bytes]) -> list[int]:
    """The times at which this part of the canvas looks otherwise."""
    pairs = enumerate(zip(before, after, strict=True))
    return [time for time, (was, now) in pairs if part(was) != part(now)]


def exported(doc: Document, time: int) -> Iterator[Any]:
    """The colours of a frame's file."""
    yield from show_time(doc, time)
    path = f"{PARAMETERS['folder']}/frame{time:02}.png"
    doc.setBatchmode(True)
    assert doc.exportImage(path, InfoObject())
    image = QtGui.QImage(path).convertToFormat(QtGui.QImage.Format.Format_ARGB32)
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    return bytes(bits)
