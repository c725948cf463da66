"""The docker on a screen with twice the pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab import K, QtCore, click_item, docker, select, shown
from pictures import REGION, cut_off, grab, turns
from runner import PARAMETERS, case
from strip import answered, fold, opened


@case("high dpi")
def _() -> Iterator[Any]:
    K.activeWindow().qwindow().resize(1366, 768)
    doc = yield from opened(PARAMETERS["photo"])
    select(doc, *REGION)
    yield from shown()
    docker().setFloating(True)
    docker().resize(QtCore.QSize(220, 960))
    click_item("looks", 6)
    fold(True)
    yield from answered([])
    for row in (0, 2):
        click_item("seen_channels", row)
    yield from turns()
    grab("krita-docker-high-dpi", docker())
    facts = {"ratio": docker().devicePixelRatioF(), "width": docker().width(), "cut": cut_off()}
    docker().setFloating(False)
    yield from turns()
    grab("window-high-dpi", K.activeWindow().qwindow())
    return facts | {"cut_docked": cut_off()}
