"""Servers that die in the middle of a dream, answer wrongly, aren't there, can't be started."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab import (
    activate,
    all_nodes,
    busy,
    click,
    docker,
    document,
    dream,
    message,
    painted,
    quick,
    raw,
    select,
    settled,
    shown,
    tree,
    undoing,
    widget,
)
from runner import PARAMETERS, case

from krita import Node


def prepared() -> Iterator[Any]:
    doc = yield from document(width=160, height=120)
    source = painted(doc)
    yield from shown()
    select(doc, 30, 20, 100, 80)
    yield from activate(doc, source)
    yield settled(doc)
    return doc


def dreams_of(doc: Any) -> list[Node]:
    return [node for node in all_nodes(doc.rootNode()) if node.name().startswith("Dream")]


@case("server missing")
def _() -> Iterator[Any]:
    doc = yield from prepared()
    yield lambda: "Asleep" in widget("server").text()
    quick()
    yield from dream()
    yield settled(doc)
    return {"message": message(), "layers": len(dreams_of(doc))}


@case("something unexpected")
def _() -> Iterator[Any]:
    doc = yield from prepared()
    before = tree(doc.rootNode())
    quick("relu4_3", iterations=100, octaves=30)
    click("dream_button")
    yield lambda: bool(dreams_of(doc)) or not busy()
    layer = docker()._controller._runs[0]._dream.layer
    layer.show = None  # whatever is called next with it is an error that nobody thought of
    yield lambda: not busy()
    yield settled(doc)
    facts: dict[str, Any] = {"message": message(), "same_layers": tree(doc.rootNode()) == before}
    quick()
    yield from dream()
    return facts | {"next": message()}


@case("server killed in the middle")
def _() -> Iterator[Any]:
    doc = yield from prepared()
    quick("relu3_1", iterations=60, octaves=3)
    before = tree(doc.rootNode())
    click("dream_button")
    yield lambda: bool(dreams_of(doc)) or not busy()
    facts: dict[str, Any] = {"developing": busy()}
    server_process = int(Path(PARAMETERS["pid_file"]).read_text().split('"pid": ')[1].split(",")[0])
    os.kill(server_process, signal.SIGKILL)
    yield lambda: not busy()
    yield settled(doc)
    facts |= {"message": message(), "same_layers": tree(doc.rootNode()) == before}
    facts |= yield from undoing(doc)
    quick()
    yield from dream()
    return facts | {"next": message(), "layers": len(dreams_of(doc))}


@contextmanager
def bridge_to(connection_file: str) -> Iterator[None]:
    """The plug-in finds another server meanwhile."""
    bridge = Path(PARAMETERS["bridge_json"])
    kept = bridge.read_bytes()
    changed = json.loads(kept) | {"connection_file": connection_file}
    bridge.write_text(json.dumps(changed), "utf-8")
    try:
        yield
    finally:
        bridge.write_bytes(kept)


def looks(doc: Any) -> Any:
    """All that a document shows: its layers, their pixels, the canvas."""
    canvas = bytes(doc.pixelData(0, 0, doc.width(), doc.height()))
    return tree(doc.rootNode()), [raw(node, doc) for node in all_nodes(doc.rootNode())], canvas


def served_wrongly(connection_file: str) -> Iterator[Any]:
    doc = yield from prepared()
    quick()
    before = looks(doc)
    with bridge_to(connection_file):
        yield from dream()
    yield settled(doc)
    facts = {"message": message(), "untouched": looks(doc) == before}
    yield from dream()
    return facts | {"next": message(), "layers": len(dreams_of(doc))}


for behaviour, file in PARAMETERS["wrong"].items():
    case(behaviour)(lambda file=file: served_wrongly(file))


@case("plug-in without its bridge")
def _() -> Iterator[Any]:
    doc = yield from prepared()
    bridge = Path(PARAMETERS["bridge_json"])
    kept = bridge.read_bytes()
    bridge.unlink()
    quick()
    before = tree(doc.rootNode())
    yield from dream()
    facts = {"message": message(), "same_layers": tree(doc.rootNode()) == before}
    yield lambda: "Not installed" in widget("server").text()
    facts["server"] = widget("server").text()
    bridge.write_bytes(kept)
    return facts
