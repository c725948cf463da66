"""Earlier dreams placed again after the document got another size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from changes import drawn, masked
from exporting import SELECTED, bare, prepared
from lab import (
    QtGui,
    QtWidgets,
    click,
    click_item,
    docker,
    document,
    double_click_item,
    dream,
    message,
    painted,
    settled,
    tree,
    undo_steps,
    widget,
)
from runner import CASES, case

from krita import Document

CASES.clear()
import given  # noqa: E402, F401  whose cases run in the same Krita


def placed(
    name: str, change: Callable[[Document], None], expected: list[int], *, removed: bool = False
) -> None:
    """Dream, change the document, remove the dream, place it again."""

    @case(name)
    def _() -> Iterator[Any]:
        doc = bare((yield from document(width=200, height=150)))
        source = painted(doc)
        yield from prepared(doc, source)
        yield from dream()
        yield settled(doc)
        former = doc.topLevelNodes()[1]
        click("new_seed")
        change(doc)
        yield settled(doc)
        where = drawn(former)
        former.remove()
        if removed:
            painted(doc, "another", 4)
            source.remove()
        yield settled(doc)
        double_click_item("history", 0)
        yield lambda: message() and not message().startswith("Done")
        yield settled(doc)
        new = [node for node in doc.topLevelNodes() if node.name().startswith("Dream")]
        facts = {"message": message(), "where_krita_had_it": where, "expected": expected}
        if new:
            facts |= {"drawn": drawn(new[0]), "masked": masked(new[0])}
        return facts


X, Y, W, H = SELECTED
placed("the same size", lambda doc: None, [X, Y, W, H])
placed("half the size", lambda doc: doc.scaleImage(100, 75, 72, 72, "Bicubic"), [35, 25, 30, 20])
placed("twice the size", lambda doc: doc.scaleImage(400, 300, 72, 72, "Box"), [140, 100, 120, 80])
placed("cropped", lambda doc: doc.crop(50, 30, 120, 110), [X - 50, Y - 30, W, H])
placed("grown", lambda doc: doc.resizeImage(-20, -10, 260, 200), [X + 20, Y + 10, W, H])
placed("cropped without its layer", lambda doc: doc.crop(50, 30, 120, 110), [], removed=True)


@case("looked at and deleted")
def _() -> Iterator[Any]:
    doc = bare((yield from document(width=200, height=150)))
    source = painted(doc)
    yield from prepared(doc, source)
    yield from dream()
    yield settled(doc)
    widget("strength").setValue(9)
    click("new_seed")
    yield from dream()
    yield settled(doc)
    click("new_seed")
    doc.setModified(False)
    layers, steps = tree(doc.rootNode()), undo_steps()
    sketcher = docker()._sketch._sketcher
    facts: dict[str, Any] = {"shown_at_first": sketcher.pictures is not None}
    click_item("history", 1)
    yield lambda: sketcher.pictures is not None
    facts["words"] = widget("sketch_words").text()
    facts["differs"] = sketcher.pictures.after != sketcher.pictures.before
    facts["visible"] = widget("sketch").isVisible()
    facts["untouched"] = [tree(doc.rootNode()) == layers, undo_steps() - steps, doc.modified()]
    chosen = [widget("seed").value(), widget("strength").value()]
    choose(1, "Use Its")
    yield lambda: chosen != [widget("seed").value(), widget("strength").value()]
    facts["copied"] = [widget("seed").value(), widget("strength").value(), chosen[1]]
    choose(1, "Delete")
    yield lambda: widget("history").count() == 1
    facts |= {"modified": doc.modified(), "layers": tree(doc.rootNode()) == layers}
    return facts


def choose(row: int, text: str) -> None:
    """An entry of the menu of an earlier dream."""
    grid = widget("history")
    where = grid.visualItemRect(grid.item(row)).center()
    mouse, at = QtGui.QContextMenuEvent.Reason.Mouse, grid.viewport().mapToGlobal(where)
    event = QtGui.QContextMenuEvent(mouse, where, at)
    QtWidgets.QApplication.sendEvent(grid.viewport(), event)
    menu = grid.findChild(QtWidgets.QMenu, "dreambridge_history_menu")
    next(one for one in menu.actions() if one.text().startswith(text)).trigger()
    menu.close()
