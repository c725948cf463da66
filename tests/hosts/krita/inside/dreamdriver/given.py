"""What a dream is given besides its settings: a guide from a file, and where it may go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exporting import SELECTED, SIZE, bare, differences, layers_of, one_layer, prepared, seen
from lab import (
    QtCore,
    QtGui,
    activate,
    click,
    docker,
    document,
    dream,
    message,
    painted,
    pressed,
    select,
    settled,
    undo_steps,
    widget,
)
from pictures import cut_off, grab, turns
from runner import PARAMETERS, case

from krita import Selection

_LEFT = 100
"""Where the painted layer is white: left of this column."""


@case("a guide from a file")
def _() -> Iterator[Any]:
    yield from one_layer()
    yield from dream()
    path = PARAMETERS["folder"] + "/a guide.png"
    picture = QtGui.QImage(90, 60, QtGui.QImage.Format.Format_RGB32)
    for x in range(90):
        for y in range(60):
            picture.setPixelColor(x, y, QtGui.QColor(255 if (x // 5 + y // 5) % 2 else 0, 2 * x, y))
    assert picture.save(path)
    field = widget("guide")
    facts: dict[str, Any] = {"clear_at_first": widget("clear_guide").isVisibleTo(docker())}
    field.take_file(path)
    facts["thumbnail"] = widget("guide_picture").isVisibleTo(docker())
    facts["clear"] = widget("clear_guide").isVisibleTo(docker())
    docker().setFloating(True)
    docker().resize(QtCore.QSize(220, 900))
    yield from turns()
    grab("krita-guide-narrow", docker())
    facts["cut"] = cut_off()
    docker().setFloating(False)
    yield from dream()
    facts["message"] = message()
    field.take_file(PARAMETERS["folder"] + "/gone.png")
    yield from dream()
    facts["gone"] = message()
    click("clear_guide")
    facts["cleared"] = [field.chosen, widget("guide_picture").isVisibleTo(docker())]
    return facts


def where(doc: Any, name: str, *, black: bool = False) -> Any:
    """A hidden layer, white on the left and black on the right."""
    node = doc.createNode(name, "paintlayer")
    width, height = SIZE["width"], SIZE["height"]
    white, dark = b"\xff\xff\xff\xff", b"\x00\x00\x00\xff"
    row = dark * width if black else white * _LEFT + dark * (width - _LEFT)
    node.setPixelData(row * height, 0, 0, width, height)
    node.setVisible(False)
    doc.rootNode().addChildNode(node, None)
    return node


def chosen(text: str) -> None:
    field = widget("where")
    field.refresh()
    field.setCurrentIndex(field.findText(text))


@case("where it is painted")
def _() -> Iterator[Any]:
    doc = bare((yield from document(**SIZE)))
    source = painted(doc)
    where(doc, "white at the left")
    where(doc, "night", black=True)
    yield from prepared(doc, source)
    before, steps = seen(doc, "before"), undo_steps()
    x, y, _, height = SELECTED
    chosen("white at the left")
    yield from dream()
    yield settled(doc)
    facts: dict[str, Any] = {"message": message(), "steps": undo_steps() - steps}
    facts["changed"] = differences(before, seen(doc, "after"), (x, y, _LEFT - x, height))
    yield from pressed("edit_undo", lambda: len(layers_of(doc)) == 3)
    chosen("night")
    yield from dream()
    facts["night"] = message()
    mask, shape = doc.createTransparencyMask("a mask"), Selection()
    shape.select(0, 0, _LEFT, SIZE["height"], 255)
    layers_of(doc)[1].addChildNode(mask, None)
    mask.setSelection(shape)
    yield from activate(doc, source)
    chosen("white at the left ▸ a mask")
    select(doc, 0, 0, SIZE["width"], SIZE["height"])
    yield settled(doc)
    yield from dream()
    yield settled(doc)
    facts["with_mask"] = message()
    facts["masked"] = differences(before, seen(doc, "masked"), (0, 0, _LEFT, SIZE["height"]))
    widget("where").setCurrentIndex(0)
    return facts
