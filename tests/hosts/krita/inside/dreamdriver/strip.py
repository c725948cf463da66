"""The strip *It sees here*: folded, and what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab import K, click, settled, widget


def opened(path: str) -> Iterator[Any]:
    """A picture file as a document in front."""
    doc = K.openDocument(path)
    K.activeWindow().addView(doc)
    yield lambda: K.activeDocument() == doc and doc.activeNode() is not None
    yield settled(doc)
    return doc


def fold(wanted: bool) -> None:
    if widget("seen").isChecked() != wanted:
        click("seen")


def channels() -> list[str]:
    """What is shown, as layer:number."""
    grid = widget("seen_channels")
    return [grid.key(grid.item(row)) for row in range(grid.count())]


def answered(besides: list[str]) -> Iterator[Any]:
    """Wait for an answer that isn't this one."""
    yield lambda: channels() != besides and not widget("seen_message").isVisible()
