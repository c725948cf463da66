"""Sketches of what Dream would do now: small dreams beside the document, none of it in the canvas.

One is begun when settings and selection have been left alone for a moment, and ended by the next
change. The document is read in between the GUI's own events; a thread of its own talks to the
server, so that a sketch never waits behind a dream in this program. GUI thread.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridgeclient import BridgeError, Cancelled, Preview, Result
from bridgeclient.looks import Json
from bridgeclient.sketch import sketch_of
from dreamkrita.bridge.bridge_thread import BridgeThread, JobEnded, JobUpdate, Task
from dreamkrita.document.beginning import begin_sketch
from dreamkrita.document.earlier_dream import look
from dreamkrita.document.extras import Extras
from dreamkrita.document.history import HistoryEntry
from dreamkrita.document.running_dream import RunningDream
from dreamkrita.document.sketch_payload import Pictures, SketchPayload
from dreamkrita.document.source import id_of, ready
from dreamkrita.document.watched import state_now
from dreamkrita.document.work_queue import Pause, Work, WorkQueue
from dreamkrita.errors import UserError
from dreamkrita.qt import QtCore, QtGui, QtWidgets
from dreamkrita.settings_model import SettingsModel
from krita import Document, Krita

_GROUP, _LIVE = "dreambridge", "live_sketch"
_TICK_MS = 100
_SETTLED_S, _SETTLED_SELECTION_S = 0.3, 0.2
"""How long nothing must have changed; of a selection's change one learns a little later."""

_LOOK_SHARE = 20
"""Looking for that takes no more than one part in these of the time."""

_ASLEEP = "The dream server sleeps: change a setting, and it wakes for a sketch."


_SMALL_SHARE = 0.3
"""How much of a sketch's work a small picture takes."""


@dataclass(frozen=True)
class Wish:
    """A small picture to be made when there is time: what differs from the settings, for whom."""

    changes: Json
    show: Callable[[Any], None]


class Sketcher(QtCore.QObject):
    """`pictures` is the sketch, None while there is none; `words` is what to say of it.

    `wanted` tells what a dream is given besides, None where nobody would see a sketch; `may_work`
    whether the server has nothing more important to do; `affordable` how many multiply-adds to
    spend.
    """

    changed = QtCore.pyqtSignal()
    _posted = QtCore.pyqtSignal()

    def __init__(
        self,
        here: Path,
        model: SettingsModel,
        wanted: Callable[[], Extras | None],
        may_work: Callable[[], bool],
        affordable: Callable[[], float],
    ) -> None:
        super().__init__()
        self.pictures: Pictures | None = None
        self.words = ""
        self._model, self._wanted = model, wanted
        self._may_work, self._affordable = may_work, affordable
        self._live = Krita.instance().readSetting(_GROUP, _LIVE, "true") == "true"
        self._state: object = None
        self._look_at = 0.0
        self._front = ""
        self._due: float | None = None
        self._wakes = False
        self._number, self._running = 0, False
        self._difference = ""
        self._sketched: Json = {}
        self._wishes: deque[Wish] = deque()
        self._wish: Wish | None = None
        self._work = WorkQueue(self, self._failed)
        self._bridge = BridgeThread(here / "bridge.json", self._posted.emit)
        self._posted.connect(self._on_messages)
        Krita.instance().notifier().applicationClosing.connect(self._bridge.close)
        model.listen(self._on_settings)
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(_TICK_MS)

    @property
    def live(self) -> bool:
        """Whether sketches are made."""
        return self._live

    @property
    def of_now(self) -> QtGui.QImage | None:
        """The sketch, if it is there and of the settings as they are."""
        if self.pictures is None or self._sketched != self._model.settings:
            return None
        return self.pictures.after

    def set_live(self, live: bool) -> None:
        """Make sketches or none; Krita keeps it."""
        Krita.instance().writeSetting(_GROUP, _LIVE, "true" if live else "false")
        self._live, self._wakes, self._state = live, live, None
        if not live:
            self._stop()
            self._due, self.pictures, self.words = None, None, ""
        self.changed.emit()

    def ask(self, wishes: Iterable[tuple[Json, Callable[[Any], None]]]) -> None:
        """Make small pictures of what is wanted, with these settings, and hand each over.

        Those asked for before and not made yet are forgotten.
        """
        if self._wish is not None:
            self._stop()
        self._wishes = deque(Wish(*wish) for wish in wishes)
        self._wish, self._wakes = None, True

    def show_earlier(self, dream: HistoryEntry) -> None:
        """Show an earlier dream of the document in front, until the next sketch."""
        document = Krita.instance().activeDocument()
        if document is not None:
            self._stop()
            self._due = None
            self._work.do(self._show_earlier(document, dream))

    def on_document_changed(self) -> None:
        """Another document may be in front: nothing of the former is shown."""
        document = Krita.instance().activeDocument()
        front = id_of(document.rootNode()) if document is not None else ""
        if front != self._front:
            self._front = front
            self._show(None, "")

    def _show_earlier(self, document: Document, dream: HistoryEntry) -> Work:
        try:
            pictures = yield from look(document, dream)
        except ValueError as error:
            self._show(None, str(error))
            return
        self._show(pictures, f"{dream.name}, seed {dream.settings.get('seed')}")

    def _on_settings(self) -> None:
        self._wakes = True
        self._again(_SETTLED_S)

    def _again(self, after_s: float) -> None:
        """Something is another than what is sketched."""
        self._stop()
        if self._live:
            self._due = time.monotonic() + after_s

    def _stop(self) -> None:
        if self._running:
            self._bridge.cancel(self._number)
            self._running = False
        self._work.clear()
        if self._wish is not None:
            self._wishes.appendleft(self._wish)
            self._wish = None

    def _tick(self) -> None:
        asked_for = self._live or self._wishes or self._wish is not None
        if not asked_for or (extras := self._wanted()) is None:
            return
        if not self._may_work():
            if self._running:
                self._again(0.0)
            return
        document = Krita.instance().activeDocument()
        if document is not None and not ready(document):
            return
        self._look(extras)
        if self._due is not None:
            if time.monotonic() >= self._due:
                self._begin(document, extras)
        elif self._wishes and not self._running:
            self._begin(document, extras, self._wishes.popleft())

    def _look(self, extras: Extras) -> None:
        """See whether the user has chosen another part of the picture, and doesn't just do it."""
        pressed = QtWidgets.QApplication.mouseButtons() != QtCore.Qt.MouseButton.NoButton
        started = time.monotonic()
        if pressed or started < self._look_at:
            return
        state = state_now(visible=self._model.visible), extras
        self._look_at = started + _LOOK_SHARE * (time.monotonic() - started)
        if state != self._state:
            self._state = state
            self._again(_SETTLED_SELECTION_S)

    def _begin(self, document: Document | None, extras: Extras, wish: Wish | None = None) -> None:
        self._due, self._wish = None, wish
        self._number += 1
        if document is None:
            self._refuse("")
            return
        model = self._model
        try:
            settings = model.wanted(guided=bool(extras.guide)) | (wish.changes if wish else {})
            dream = begin_sketch(self._number, settings, model, extras)
        except (UserError, ValueError) as refusal:
            self._refuse(str(refusal))
            return
        self._running = True
        self._work.do(self._send(dream))

    def _send(self, dream: RunningDream) -> Work:
        try:
            yield from dream.read()
        finally:
            dream.close()
        yield Pause.YIELD
        source = dream.payload
        if source is None or dream.number != self._number:
            return
        size = source.context.width, source.context.height
        layers = self._model.schema["x-layers"]
        share = 1.0 if self._wish is None else _SMALL_SHARE
        sketch = sketch_of(size, dream.settings, layers, share * self._affordable())
        self._difference = sketch.difference
        payload = SketchPayload(source, sketch)
        task = Task(dream.number, payload.pack, payload.unpack, lambda: True, self._wakes)
        self._bridge.fetch(task)

    def _on_messages(self) -> None:
        for message in self._bridge.messages():
            if not isinstance(message, JobUpdate | JobEnded) or message.number != self._number:
                continue
            if not self._running:
                continue
            if isinstance(message, JobEnded):
                self._running = False
                self._on_end(message.error)
            elif isinstance(message.event, Result):
                self._running = False
                self._on_result(message.picture)
            elif isinstance(message.event, Preview) and self._wish is None:
                self._show(message.picture, self.words)

    def _on_result(self, pictures: Pictures) -> None:
        if self._wish is None:
            self._show(pictures, self._difference)
            self._sketched = self._model.settings
            return
        wish, self._wish = self._wish, None
        wish.show(pictures.after)

    def _on_end(self, error: BridgeError | UserError) -> None:
        asleep = isinstance(error, BridgeError) and error.code == "server.unreachable"
        if not isinstance(error, Cancelled):
            self._refuse(_ASLEEP if asleep and not self._wakes else str(error))

    def _failed(self, refusal: UserError) -> None:
        self._refuse(str(refusal))

    def _refuse(self, words: str) -> None:
        """Nothing can be sketched now; nor can what was asked for besides."""
        self._running, self._wish = False, None
        self._wishes.clear()
        self._show(None, words)

    def _show(self, pictures: Any, words: str) -> None:
        self.pictures, self.words, self._sketched = pictures, words, {}
        self.changed.emit()
