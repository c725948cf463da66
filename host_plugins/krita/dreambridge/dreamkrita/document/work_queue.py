"""Drives work on the document in between the GUI's own events. GUI thread."""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from enum import Enum

from dreamkrita.errors import UserError, unexpected
from dreamkrita.qt import QtCore

_TURN_S = 0.012
"""How long a turn of work may take before the GUI has its own."""

_RETRY_MS = 50

_COMPLETE_S = 5.0
"""How long the GUI can be held up by work that has to be done at once."""


class Pause(Enum):
    """What a step of work asks for before it goes on."""

    YIELD = "let the GUI do its own work"
    RETRY = "the document is busy; try again soon"


Work = Iterator[Pause]


class WorkQueue(QtCore.QObject):
    """A queue of work, one after the other; `failed` is called with what work refuses."""

    def __init__(self, parent: QtCore.QObject, failed: Callable[[UserError], None]) -> None:
        super().__init__(parent)
        self._failed = failed
        self._turning = self._held = False
        self._work: deque[Work] = deque()
        self._timer = QtCore.QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._turn)

    def do(self, work: Work) -> None:
        """Do this after what is already to be done."""
        self._work.append(work)
        if not self._timer.isActive():
            self._timer.start(0)

    def complete(self, wait: Callable[[], None]) -> bool:
        """Do all of it now; `wait` lets the document get ready. Whether all was done.

        It isn't where it takes too long, or where Krita calls this from within the work.
        """
        if self._turning:
            return False
        self._turning, until = True, time.monotonic() + _COMPLETE_S
        try:
            while self._work and time.monotonic() < until:
                if self._some_work(until) is Pause.RETRY:
                    wait()
        finally:
            self._turning = False
        return not self._work

    def hold(self) -> None:
        """Do nothing until `go_on`."""
        self._held = True

    def go_on(self) -> None:
        """Do what is to be done again."""
        self._held = False
        self._timer.start(0)

    def clear(self) -> None:
        """Do nothing more of what was to be done."""
        self._work.clear()

    def _turn(self) -> None:
        """Some milliseconds of work; Krita may call this from within a call of that work."""
        if self._turning or self._held:
            return
        self._turning = True
        try:
            pause = self._some_work(time.monotonic() + _TURN_S)
        finally:
            self._turning = False
        if self._work and not self._held:
            self._timer.start(_RETRY_MS if pause is Pause.RETRY else 0)

    def _some_work(self, until: float) -> Pause:
        pause = Pause.YIELD
        while self._work and pause is Pause.YIELD and time.monotonic() < until:
            work = self._work[0]
            try:
                pause = next(work)
            except StopIteration:
                self._drop(work)
            except UserError as error:
                self._drop(work)
                self._failed(error)
            except Exception as error:  # whatever it is, the docker must not stay busy
                traceback.print_exc()
                self._drop(work)
                self._failed(unexpected(error))
        return pause

    def _drop(self, work: Work) -> None:
        """Finished work goes, unless a cancel has emptied the queue already."""
        if self._work and self._work[0] is work:
            self._work.popleft()
