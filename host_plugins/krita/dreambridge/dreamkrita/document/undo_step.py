"""A step of a document's undo history, known by what Krita's Undo says. GUI thread.

Krita tells plug-ins nothing else about the history, and takes a moment to say it.
"""

from __future__ import annotations

from collections.abc import Callable

from dreamkrita.document.source import in_front, ready
from dreamkrita.document.work_queue import Pause, Work
from krita import Document, Krita

_LOOKS = 40
"""How often to look whether Krita has undone it."""


class UndoStep:
    """What was recorded when a layer was added."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._texts: set[str] = set()

    def note(self) -> None:
        """What Undo says now is, or is about to be, this step."""
        self._texts.add(_text())

    def is_last(self) -> bool:
        """Whether Undo would take back this step, as far as its text tells."""
        return in_front(self._document) and _text() in self._texts

    def undo(self, done: Callable[[], bool], times: int = 1) -> Work:
        """Undo it, which is recorded as so many steps; redo if it wasn't this after all."""
        for _ in range(times):
            yield from self._press("edit_undo", done)
            if done():
                return
        for _ in range(times):
            yield from self._press("edit_redo", done)

    def _press(self, action: str, done: Callable[[], bool]) -> Work:
        Krita.instance().action(action).trigger()
        for _ in range(_LOOKS):
            yield Pause.RETRY
            if done() or ready(self._document):
                return


def _text() -> str:
    return str(Krita.instance().action("edit_undo").text())
