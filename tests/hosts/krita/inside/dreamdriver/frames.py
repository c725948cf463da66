"""The frames of an animation dreamed of in Krita, and stills of animated layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from animations import (
    HEIGHT,
    LENGTH,
    SELECTED,
    TIMES,
    WIDTH,
    animate,
    animation,
    asked,
    canvas,
    changed,
    dreams_of,
    exported,
    inside,
    keys,
    layer_in,
    outside,
    over,
    show_time,
)
from lab import (
    K,
    QtCore,
    QtWidgets,
    activate,
    busy,
    click,
    docker,
    document,
    dream,
    message,
    press,
    pressed,
    quick,
    select,
    settled,
    shown,
    tree,
    undo_steps,
    widget,
)
from runner import PARAMETERS, case


@case("twelve frames")
def _() -> Iterator[Any]:
    doc, _source = yield from animation()
    select(doc, *SELECTED)
    before = yield from canvas(doc)
    steps, told = undo_steps(), []
    facts: dict[str, Any] = {"offered": (yield from asked())}
    while busy():
        told.append(message())
        yield None
    yield settled(doc)
    facts |= {"message": message(), "steps": undo_steps() - steps, "told": sorted(set(told))}
    layer = dreams_of(doc)[0]
    facts |= {"keys": keys(layer), "tree": tree(doc.rootNode()), "time": doc.currentTime()}
    yield from pressed("edit_undo", lambda: not dreams_of(doc))
    yield settled(doc)
    facts["undone"] = (yield from canvas(doc)) == before
    return facts


@case("saved and exported")
def _() -> Iterator[Any]:
    doc, _source = yield from animation()
    select(doc, *SELECTED)
    before = yield from canvas(doc)
    yield from asked()
    yield over
    after = yield from canvas(doc)
    facts: dict[str, Any] = {
        "inside": changed(before, after, inside),
        "outside": changed(before, after, outside),
        "held": [after[0] == after[1], after[3] == after[6], after[7] == after[8]],
        "differ": len({inside(after[time]) for time in TIMES}),
    }
    K.activeWindow().qwindow().grab().save(PARAMETERS["folder"] + "/window.png")
    path = PARAMETERS["folder"] + "/frames.kra"
    doc.setBatchmode(True)
    facts["saved"] = doc.saveAs(path)
    opened = K.openDocument(path)
    K.activeWindow().addView(opened)
    yield lambda: K.activeDocument() == opened
    facts["keys"] = keys(dreams_of(opened)[0])
    facts["same"] = (yield from canvas(opened)) == after
    facts["files"] = []
    for time in range(LENGTH):
        same = (yield from exported(opened, time)) == after[time]
        facts["files"].append(same)
    return facts


@case("some frames, twice, another document meanwhile")
def _() -> Iterator[Any]:
    doc, source = yield from animation()
    before = yield from canvas(doc)
    yield from asked(3, 8)
    other = yield from document()
    yield over
    K.activeWindow().addView(doc)
    yield lambda: K.activeDocument() == doc
    yield settled(doc)
    after = yield from canvas(doc)
    facts: dict[str, Any] = {"message": message(), "changed": changed(before, after, bytes)}
    facts["other"] = len(other.topLevelNodes())
    facts["keys"] = keys(dreams_of(doc)[0])
    yield from activate(doc, source)
    widget("seed").setValue(4)
    yield from asked(3, 8)
    yield over
    again = yield from canvas(doc)
    facts |= {"count": len(dreams_of(doc)), "again": changed(after, again, bytes)}
    return facts | {"source": keys(source)}


@case("cancel")
def _() -> Iterator[Any]:
    doc, _source = yield from animation()
    quick("relu4_3", iterations=100, octaves=3)
    before, steps, layers = (yield from canvas(doc)), undo_steps(), tree(doc.rootNode())
    yield from asked()
    yield lambda: message().startswith("Frame 1 of 5")
    click("cancel_button")
    yield over
    facts = {"message": message(), "steps": undo_steps() - steps}
    facts |= {"same_layers": tree(doc.rootNode()) == layers, "notes": doc.annotationTypes()}
    return facts | {"same_canvas": (yield from canvas(doc)) == before}


@case("a still of one hold")
def _() -> Iterator[Any]:
    doc, _source = yield from animation()
    before = yield from canvas(doc)
    yield from show_time(doc, 4)
    yield from dream()
    yield settled(doc)
    after = yield from canvas(doc)
    return {"message": message(), "changed": changed(before, after, bytes)}


@case("a group")
def _() -> Iterator[Any]:
    doc = yield from document(width=WIDTH, height=HEIGHT)
    doc.setFullClipRangeEndTime(LENGTH - 1)
    group = doc.createGroupLayer("group")
    doc.rootNode().addChildNode(group, None)
    yield settled(doc)
    source = layer_in(doc, group)
    layer_in(doc, group, "still").setOpacity(90)
    yield from shown()
    yield from animate(doc, source)
    quick()
    yield from activate(doc, group)
    before = yield from canvas(doc)
    yield from asked()
    yield over
    yield settled(doc)
    after = yield from canvas(doc)
    facts = {"message": message(), "changed": changed(before, after, bytes)}
    return facts | {"keys": keys(dreams_of(doc)[0])}


@case("half transparent")
def _() -> Iterator[Any]:
    doc, _source = yield from animation(alpha=120)
    before = yield from canvas(doc)
    yield from asked()
    yield over
    yield settled(doc)
    after = yield from canvas(doc)
    alphas = [was[3::4] == now[3::4] for was, now in zip(before, after, strict=True)]
    facts = {"message": message(), "tree": tree(doc.rootNode()), "alphas": all(alphas)}
    return facts | {"changed": changed(before, after, bytes), "keys": keys(dreams_of(doc)[0])}


@case("selected in the timeline")
def _() -> Iterator[Any]:
    doc, _source = yield from animation()
    timeline = next(one for one in K.dockers() if one.objectName() == "TimelineDocker")
    timeline.setVisible(True)
    timeline.raise_()
    yield lambda: timeline.isVisible()
    view = timeline.findChild(QtWidgets.QTableView)
    yield lambda: view.model().rowCount() > 0
    model = view.model()
    chosen = QtCore.QItemSelection(model.index(0, 2), model.index(0, 5))
    view.selectionModel().select(chosen, QtCore.QItemSelectionModel.SelectionFlag.ClearAndSelect)
    yield lambda: doc.playBackStartTime() == 2
    offered = yield from asked()
    yield over
    return {"offered": offered, "keys": keys(dreams_of(doc)[0]), "message": message()}


@case("not animated")
def _() -> Iterator[Any]:
    doc = yield from document(width=WIDTH, height=HEIGHT)
    source = layer_in(doc)
    yield from shown()
    yield from activate(doc, source)
    press("dreambridge_frames")
    yield lambda: "isn't animated" in message()
    docker().grab().save(PARAMETERS["folder"] + "/docker.png")
    return {"message": message()}
