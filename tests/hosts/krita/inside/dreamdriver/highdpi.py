"""The docker on a screen with twice the pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab import QtCore, docker
from pictures import cut_off, grab, turns
from runner import case


@case("high dpi")
def _() -> Iterator[Any]:
    docker().setFloating(True)
    docker().resize(QtCore.QSize(220, 860))
    yield from turns()
    grab("docker-high-dpi", docker())
    facts = {"ratio": docker().devicePixelRatioF(), "width": docker().width(), "cut": cut_off()}
    docker().setFloating(False)
    return facts
