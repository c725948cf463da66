"""What the network sees in the selection: asked beside dreams, answered with pictures of channels.

One for all of Krita's windows. It looks again when the selection, the layer or the document became
another one and then stayed so for a moment; nothing waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bridgeclient import Inspected
from dreamkrita.bridge.question_thread import Answer, Question, QuestionThread
from dreamkrita.document.images import picture_of
from dreamkrita.document.seen_part import capture
from dreamkrita.document.watched import state_now
from dreamkrita.document.work_queue import Work, WorkQueue
from dreamkrita.errors import UserError
from dreamkrita.qt import QtCore, QtGui
from dreamkrita.settings_model import SettingsModel
from krita import Krita

Channel = tuple[str, int]
"""A layer's name and the channel's number."""

_LOOKING = "Looking…"
_NOTHING = "Nothing of this kind is seen here."


@dataclass(frozen=True)
class Seen:
    """The channels that respond most, strongest first; what is under way or went wrong."""

    channels: tuple[Channel, ...] = ()
    text: str = ""
    wrong: bool = False


class Seeing(QtCore.QObject):
    """Asks and keeps the answer; `layer` is which of the network's is asked, "" for all."""

    changed = QtCore.pyqtSignal()
    _posted = QtCore.pyqtSignal()

    def __init__(self, here: Path, model: SettingsModel) -> None:
        super().__init__()
        self.seen, self.layer = Seen(), ""
        self.pictures: dict[Channel, QtGui.QImage] = {}
        self._model, self._count = model, 0
        self._asked: object = None
        self._glimpsed: object = None
        self._work = WorkQueue(self, self._refused)
        self._thread = QuestionThread(here / "bridge.json", self._posted.emit)
        self._posted.connect(self._on_answers)
        Krita.instance().notifier().applicationClosing.connect(self._thread.close)

    def watch(self) -> None:
        """Look again if there is something else to be seen, and has been for two calls."""
        now = state_now(visible=self._model.visible), self.layer
        if now != self._asked and now == self._glimpsed:
            self.look()
        self._glimpsed = now

    def look(self) -> None:
        """Look now."""
        self._asked = self._glimpsed = state_now(visible=self._model.visible), self.layer
        self._count += 1
        self._tell(Seen(self.seen.channels, _LOOKING))
        self._work.clear()
        self._work.do(self._ask(self._count))

    def choose_layer(self, layer: str) -> None:
        """Ask this layer of the network, "" for all, and look now."""
        if layer != self.layer:
            self.layer = layer
            self.look()

    def _ask(self, number: int) -> Work:
        model = self._model
        pixels = yield from capture(model.settings, model.schema, self.layer, visible=model.visible)
        self._thread.ask(Question(number, pixels.pack))

    def _on_answers(self) -> None:
        for answer in self._thread.answers():
            if answer.number == self._count:
                self._take(answer)

    def _take(self, answer: Answer) -> None:
        found = answer.found
        if not isinstance(found, Inspected):
            self._tell(Seen((), str(found), wrong=True))
            return
        channels = tuple((str(one["layer"]), int(one["channel"])) for one in found.channels)
        for channel, picture in zip(channels, found.pictures, strict=True):
            self.pictures[channel] = picture_of(picture)
        self._tell(Seen(channels, "" if channels else _NOTHING))

    def _refused(self, refusal: UserError) -> None:
        self._tell(Seen((), str(refusal), wrong=True))

    def _tell(self, seen: Seen) -> None:
        if seen != self.seen:
            self.seen = seen
            self.changed.emit()
