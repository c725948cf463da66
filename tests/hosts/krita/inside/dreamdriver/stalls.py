"""How long the GUI stands still while a large document is dreamed of."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

from lab import (
    activate,
    all_nodes,
    busy,
    click,
    large_document,
    message,
    quick,
    select,
    settled,
    shown,
    widget,
)
from runner import case

from krita import Krita

if "PyQt6.QtCore" in sys.modules:
    from PyQt6.QtCore import Qt, QTimer
else:
    from PyQt5.QtCore import Qt, QTimer


class Watch:
    """A timer that notices when it is not called in time: gaps in seconds, when, what was told."""

    def __init__(self) -> None:
        self.started = self.last = time.monotonic()
        self.gaps: list[tuple[float, float, str]] = []
        self._timer = QTimer(Krita.instance())
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(2)

    def stop(self) -> list[tuple[float, float, str]]:
        self._timer.stop()
        return sorted(self.gaps, reverse=True)[:8]

    def _tick(self) -> None:
        now = time.monotonic()
        since = round(now - self.started, 2)
        self.gaps.append((round(now - self.last, 4), since, widget("message").text()))
        self.last = now


@case("stall")
def _() -> Iterator[Any]:
    doc, source = yield from large_document(4000, 3000)
    yield from shown()
    select(doc, 1500, 1000, 1024, 1024)
    yield from activate(doc, source)
    yield settled(doc)
    quick("relu4_3", iterations=1, octaves=2)
    for _ in range(30):
        yield None
    idle = Watch()
    for _ in range(200):
        yield None
    facts: dict[str, Any] = {"idle": idle.stop()}
    watch = Watch()
    click("dream_button")
    yield lambda: not busy()
    yield settled(doc)
    for _ in range(50):
        yield None
    facts["took"] = round(time.monotonic() - watch.started, 2)
    layers = [n for n in all_nodes(doc.rootNode()) if n.name().startswith("Dream")]
    return facts | {"dreaming": watch.stop(), "message": message(), "layers": len(layers)}
