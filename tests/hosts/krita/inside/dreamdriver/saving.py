"""The document is saved, exported or closed while a dream of it develops."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from blending import MIXED, backdrop, layer
from changes import started
from dreams import begun, dreams_of, endless
from exporting import prepared
from lab import (
    K,
    QtCore,
    QtTest,
    QtWidgets,
    busy,
    click,
    docker,
    message,
    painted,
    quick,
    settled,
    tree,
    undoing,
)
from runner import CASES, PARAMETERS, case

from krita import Document

CASES.clear()


def window() -> Any:
    return K.activeWindow().qwindow()


def file_menu() -> Any:
    known = K.action("file_save").associatedWidgets()
    return next(one for one in known if isinstance(one, QtWidgets.QMenu))


def press_shortcut() -> None:
    control = QtCore.Qt.KeyboardModifier.ControlModifier
    QtTest.QTest.keyClick(window(), QtCore.Qt.Key.Key_S, control)


def click_menu() -> None:
    menu, button = file_menu(), QtCore.Qt.MouseButton.LeftButton
    menu.popup(QtCore.QPoint(50, 50))
    menu.grab().save(PARAMETERS["folder"] + "/menu.png")
    place = menu.actionGeometry(K.action("file_save")).center()
    QtTest.QTest.mouseClick(menu, button, pos=place)


def click_button() -> None:
    found = window().findChildren(QtWidgets.QToolButton)
    button = next(one for one in found if one.defaultAction() == K.action("file_save"))
    QtTest.QTest.mouseClick(button, QtCore.Qt.MouseButton.LeftButton)


def long(layer: str) -> None:
    """A dream that lasts longer than saving, and ends."""
    quick(layer, iterations=100, octaves=4)
    docker()._controller.model.set("iterations", 60)


WAYS: dict[str, Callable[[], None]] = {
    "the action": lambda: K.action("file_save").trigger(),
    "the shortcut": press_shortcut,
    "the menu": click_menu,
    "the button": click_button,
}


def kept(doc: Document, name: str) -> Path:
    """The document's file as it is before the dream; saving it again goes to the same file.

    Krita writes nothing where nothing was done since, so something is done that leaves no trace.
    """
    doc.setBatchmode(True)
    path = Path(PARAMETERS["folder"]) / name
    assert doc.saveAs(str(path))
    doc.waitForDone()
    shutil.copy(path, before(path))
    touch(doc)
    return path


def touch(doc: Document) -> None:
    painted(doc, "passing", 5).remove()
    doc.waitForDone()


def before(path: Path) -> Path:
    return path.with_name(f"before-{path.name}")


def written(path: Path) -> Callable[[], bool]:
    """Whether Krita has written the file since, which it does in one go at the end."""
    was = path.stat().st_mtime_ns, path.stat().st_ino
    return lambda: (path.stat().st_mtime_ns, path.stat().st_ino) != was


def in_front() -> Iterator[Any]:
    window().activateWindow()
    yield lambda: QtWidgets.QApplication.activeWindow() is not None


def saved_by(way: str, press: Callable[[], None]) -> None:
    @case(f"saved by {way}")
    def _() -> Iterator[Any]:
        doc, _source = yield from started()
        path = kept(doc, f"{way}.kra")
        yield from in_front()
        endless()
        yield from begun(doc)
        yield settled(doc)
        was_modified, done = doc.modified(), written(path)
        press()
        yield done
        facts: dict[str, Any] = {"file": str(path), "was_modified": was_modified}
        facts["checkable"] = [K.action(one).isCheckable() for one in ("file_save", "file_quit")]
        yield lambda: bool(dreams_of(doc)) or not busy()
        facts["comes_back"] = busy() and len(dreams_of(doc)) == 1
        click("cancel_button")
        yield lambda: not busy()
        yield settled(doc)
        facts["after"] = [K.action(one).isCheckable() for one in ("file_save", "file_quit")]
        return facts | {"message": message(), "dreams": len(dreams_of(doc))}


for name, function in WAYS.items():
    saved_by(name, function)


@case("goes on to its end")
def _() -> Iterator[Any]:
    doc, _source = yield from started()
    path = kept(doc, "end.kra")
    long("relu4_3")
    yield from begun(doc)
    yield settled(doc)
    done = written(path)
    K.action("file_save").trigger()
    facts: dict[str, Any] = {"file": str(path), "busy": busy(), "aside": not dreams_of(doc)}
    yield done
    shutil.copy(path, path.with_name("half.kra"))
    yield lambda: not busy()
    yield settled(doc)
    facts |= {"message": message(), "modified": doc.modified(), "dreams": len(dreams_of(doc))}
    facts |= yield from undoing(doc)
    again = written(path)
    K.action("file_save").trigger()
    yield again
    return facts


@case("a layer was added meanwhile")
def _() -> Iterator[Any]:
    doc, _source = yield from started()
    path = kept(doc, "meanwhile.kra")
    endless()
    yield from begun(doc)
    yield settled(doc)
    painted(doc, "mine", 7)
    yield settled(doc)
    done = written(path)
    K.action("file_save").trigger()
    yield done
    yield lambda: bool(dreams_of(doc)) or not busy()
    facts = {"file": str(path), "comes_back": busy() and len(dreams_of(doc)) == 1}
    click("cancel_button")
    yield lambda: not busy()
    yield settled(doc)
    layers = [one.name() for one in doc.topLevelNodes() if one.type() != "selectionmask"]
    return facts | {"top": layers}


@case("in a group with its source")
def _() -> Iterator[Any]:
    doc = yield from backdrop(False)
    source = layer(doc, doc.rootNode(), MIXED)
    source.setBlendingMode("multiply")
    yield from prepared(doc, source)
    path = kept(doc, "group.kra")
    long("relu4_3")
    yield from begun(doc)
    yield settled(doc)
    done = written(path)
    K.action("file_save").trigger()
    facts: dict[str, Any] = {"busy": busy(), "aside": not dreams_of(doc)}
    yield done
    shutil.copy(path, path.with_name("half-group.kra"))
    yield lambda: not busy()
    yield settled(doc)
    facts |= {"file": str(path.with_name("half-group.kra")), "message": message()}
    shutil.copy(before(path), path.with_name("before-half-group.kra"))
    names = [one.name() for one in source.parentNode().childNodes()]
    return facts | {"beside": names, "tree": tree(doc.rootNode())}


@case("a photograph over itself")
def _() -> Iterator[Any]:
    paper, _source = yield from started()
    photo = kept(paper, "photo.png")
    doc = K.openDocument(str(photo))
    doc.setBatchmode(True)
    K.activeWindow().addView(doc)
    yield lambda: K.activeDocument() == doc and doc.activeNode() is not None
    source = doc.topLevelNodes()[0]
    touch(doc)
    yield from prepared(doc, source)
    endless()
    yield from begun(doc)
    yield settled(doc)
    done = written(photo)
    K.action("file_save").trigger()
    yield done
    click("cancel_button")
    yield lambda: not busy()
    return {"file": str(photo), "before": str(before(photo))}


def answered(choose: Callable[[Any], None]) -> list[str]:
    """Answer the next dialog; the list says which it was."""
    seen: list[str] = []

    def look() -> None:
        box = QtWidgets.QApplication.activeModalWidget()
        if box is None:
            QtCore.QTimer.singleShot(50, look)
            return
        seen.append(type(box).__name__)
        choose(box)

    QtCore.QTimer.singleShot(50, look)
    return seen


@case("closed and saved")
def _() -> Iterator[Any]:
    doc, _source = yield from started()
    path = kept(doc, "closed.kra")
    doc.setBatchmode(False)
    endless()
    yield from begun(doc)
    yield settled(doc)
    doc.setModified(True)
    seen = answered(lambda box: box.button(QtWidgets.QMessageBox.StandardButton.Yes).click())
    window().findChild(QtWidgets.QMdiArea).activeSubWindow().close()
    yield lambda: not busy()
    return {"file": str(path), "seen": seen, "message": message()}


@case("done while a file is chosen")
def _() -> Iterator[Any]:
    doc, _source = yield from started()
    path = kept(doc, "chosen.kra")
    doc.setBatchmode(False)
    long("relu5_3")
    yield from begun(doc)
    yield settled(doc)
    facts: dict[str, Any] = {"file": str(path)}

    def wait_for_the_result(box: Any, looks: int = 600) -> None:
        runs = docker()._controller._runs
        if runs and not runs[0]._dream.placing and looks:
            QtCore.QTimer.singleShot(50, lambda: wait_for_the_result(box, looks - 1))
            return
        facts["waits"] = [busy(), len(dreams_of(doc))]
        box.reject()

    facts["seen"] = answered(wait_for_the_result)
    K.action("file_save_as").trigger()
    yield lambda: not busy()
    yield settled(doc)
    return facts | {"message": message(), "dreams": len(dreams_of(doc))}


@case("unwatched")
def _() -> Iterator[Any]:
    yield from started()
    names = [one.objectName() for one in window().actions()]
    writing = [name for name in names if name.startswith(("file_", "save_"))]
    return {"checkable": [name for name in writing if K.action(name).isCheckable()]}
