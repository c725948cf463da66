"""Krita is started and quits and writes its configuration; our plug-in need not be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner import case

from krita import Krita


@case("visit")
def _() -> Iterator[Any]:
    yield
    return {"dockers": [docker.objectName() for docker in Krita.instance().dockers()]}
