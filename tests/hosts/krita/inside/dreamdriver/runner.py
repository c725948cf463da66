"""Runs the cases of a script in Krita's event loop.

A case is a generator: it yields a condition to wait for, or None to let Krita go through its
events once. Nothing sleeps; a condition that does not come true in time fails the case. Documents
stay open until the end: Krita 5.2 crashes by itself when many are opened and closed quickly.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from krita import Krita

if "PyQt6.QtCore" in sys.modules:
    from PyQt6.QtCore import QTimer
else:
    from PyQt5.QtCore import QTimer

Case = Callable[[], Iterator[Any]]
PATIENCE_S = 150.0
_TICK_MS = 10
_QUIT_MS = 30_000
SIZE = (1000, 760)
"""Of the window: most of what a large one does is painting its canvas."""

CASES: dict[str, Case] = {}
PARAMETERS: dict[str, Any] = {}
FINDINGS: dict[str, Any] = {}
UNHANDLED: list[str] = []


def case(name: str) -> Callable[[Case], Case]:
    def keep(function: Case) -> Case:
        CASES[name] = function
        return function

    return keep


def start(folder: Path) -> None:
    faulthandler.enable()
    PARAMETERS.update(json.loads((folder / "parameters.json").read_text("utf-8")))
    sys.excepthook = lambda *error: UNHANDLED.append("".join(traceback.format_exception(*error)))
    sys.modules["runner"] = sys.modules[__name__]
    waiting = QTimer(Krita.instance())

    def look() -> None:
        if Krita.instance().activeWindow() is None or Krita.instance().action("file_quit") is None:
            return
        waiting.stop()
        _run(folder)

    waiting.timeout.connect(look)
    waiting.start(200)


def _run(folder: Path) -> None:
    Krita.instance().activeWindow().qwindow().resize(*SIZE)
    importlib.import_module(PARAMETERS["script"])
    chosen = PARAMETERS.get("cases") or list(CASES)
    turns = _turns(chosen)

    def turn() -> None:
        try:
            next(turns)
            QTimer.singleShot(_TICK_MS, turn)
        except StopIteration:
            _finish(folder)
        except BaseException:
            UNHANDLED.append(traceback.format_exc())
            _finish(folder)

    turn()


def _turns(names: list[str]) -> Iterator[None]:
    for name in names:
        print("CASE", name, flush=True)
        started = time.monotonic()
        try:
            FINDINGS[name] = {}
            yield from _case(CASES[name], FINDINGS[name])
        except Exception:
            FINDINGS[name]["traceback"] = traceback.format_exc()
        FINDINGS[name]["took_s"] = round(time.monotonic() - started, 2)


def _case(function: Case, facts: dict[str, Any]) -> Iterator[None]:
    steps, sent = function(), None
    while True:
        try:
            wanted = steps.send(sent)
        except StopIteration as done:
            facts.update(done.value or {})
            return
        deadline = time.monotonic() + PATIENCE_S
        yield
        while callable(wanted) and not wanted():
            if time.monotonic() > deadline:
                steps.throw(TimeoutError("waited in vain"))
            yield
        sent = None


def _finish(folder: Path) -> None:
    found = {"cases": FINDINGS, "unhandled": UNHANDLED, "krita": Krita.instance().version()}
    (folder / "findings.json").write_text(json.dumps(found), "utf-8")
    for document in Krita.instance().documents():
        document.setModified(False)
    QTimer.singleShot(_QUIT_MS, lambda: os._exit(1))  # where it asks whether to save
    Krita.instance().action("file_quit").trigger()
