"""From the button to the finished layer: one dream at a time, and never a GUI that waits.

Work on the document is cut into steps (generators of `Pause`) that a timer drives in between the
GUI's own events; the bridge thread talks to the server. One for all of Krita's windows.
"""

from __future__ import annotations

import random
from pathlib import Path

from bridgeclient import BridgeError, Preview, Result
from bridgeclient.looks import Json, defaults
from bridgeclient.validation import completed
from dreamkrita.bridge import status_text
from dreamkrita.bridge.bridge_thread import BridgeThread, JobEnded, JobUpdate, ServerStatus, Task
from dreamkrita.bridge.status_text import ServerText, StatusText
from dreamkrita.document import source, storage
from dreamkrita.document.animation import Span
from dreamkrita.document.beginning import begin, frames_to_dream, words
from dreamkrita.document.earlier_dream import place
from dreamkrita.document.history import HistoryEntry
from dreamkrita.document.payload import LayerPixels
from dreamkrita.document.running_dream import RunningDream
from dreamkrita.document.running_frames import RunningFrames
from dreamkrita.document.saving import SaveWatch
from dreamkrita.document.work_queue import Pause, Work, WorkQueue
from dreamkrita.errors import UserError
from dreamkrita.qt import QtCore
from dreamkrita.settings_model import SEED_MOST, SettingsModel
from krita import Document, Krita, Node

_GROUP, _HIDE_EARLIER = "dreambridge", "hide_earlier"


class Controller(QtCore.QObject):
    """Runs one dream at a time; `status` and `server` are what the dockers show."""

    changed = QtCore.pyqtSignal()
    remembered = QtCore.pyqtSignal()
    measured = QtCore.pyqtSignal(object, object)
    _posted = QtCore.pyqtSignal()

    def __init__(self, here: Path, model: SettingsModel) -> None:
        super().__init__()
        self.model = model
        self.status, self.server = StatusText(), status_text.ASLEEP
        self._dream: RunningDream | None = None
        self._count = 0
        self._front: Document | None = None
        self._work, self._saves = WorkQueue(self, self._failed), SaveWatch(self)
        self._saves.about_to_save.connect(self._before_saving)
        self._saves.over.connect(self._work.go_on)
        self._bridge = BridgeThread(here / "bridge.json", self._posted.emit)
        self._posted.connect(self._on_messages)
        notifier = Krita.instance().notifier()
        notifier.setActive(True)
        notifier.applicationClosing.connect(self._bridge.close)
        notifier.imageClosed.connect(self._on_document_closed)
        notifier.imageSaved.connect(self._on_saved)

    def check_server(self) -> None:
        """Ask how the server is, unless a dream tells it anyway."""
        if self._dream is None:
            self._bridge.check_server()

    def on_document_changed(self) -> None:
        """Take back what was said of another document than the one in front."""
        front = Krita.instance().activeDocument()
        if self._dream is None and front != self._front and self.status != status_text.GONE:
            self._set_status(StatusText())
        self._front = front

    def dream(self, guide: str = "", *, draft: bool = False) -> None:
        """Dream with the settings as they are; `guide` is the unique id of a layer."""
        try:
            settings = self.model.wanted(guided=bool(guide))
        except ValueError as error:
            self._set_status(StatusText(str(error), wrong=True))
            return
        self._start(settings, guide=guide, draft=draft)

    def frames(self, span: Span, guide: str = "") -> None:
        """Dream of the active layer's frames at these times, into a new animated layer."""
        try:
            settings = self.model.wanted(guided=bool(guide))
        except ValueError as error:
            self._set_status(StatusText(str(error), wrong=True))
            return
        self._start(settings, guide=guide, span=span)

    def offered_frames(self) -> Span | None:
        """The frames that can be dreamed of now; None, and a sentence why, if there are none."""
        if self._dream is not None:
            return None
        try:
            return frames_to_dream()
        except UserError as refusal:
            self._set_status(StatusText(str(refusal), wrong=True))
            return None

    def again(self) -> None:
        """Dream with the last settings of the document and a new seed, from the same layer."""
        settings, node = self.model.settings, None
        document = Krita.instance().activeDocument()
        if document is not None and (dreams := storage.load(document)):
            settings = dreams[0].settings
            node = source.node_with_id(document, dreams[0].source)
        settings = self._plain(settings) | {"seed": random.randrange(SEED_MOST)}
        self._start(settings, node=node)

    def cancel(self) -> None:
        """Stop the dream; its layer goes."""
        dream = self._dream
        if dream is None or dream.finished:
            return
        self._bridge.cancel(dream.number)
        self._stop(dream, status_text.CANCELLED)

    def dreams(self) -> list[HistoryEntry]:
        """What the active document remembers, the newest first."""
        document = Krita.instance().activeDocument()
        return storage.load(document) if document is not None else []

    def place(self, dream: HistoryEntry) -> None:
        """Put an earlier dream of the active document into it again, as a new layer."""
        document = Krita.instance().activeDocument()
        if self._dream is None and document is not None:
            self._work.do(self._place_or_tell(document, dream))

    @property
    def hide_earlier(self) -> bool:
        """Whether a new dream hides the earlier ones of its layer."""
        return Krita.instance().readSetting(_GROUP, _HIDE_EARLIER, "false") == "true"

    def set_hide_earlier(self, hide_earlier: bool) -> None:
        """Choose whether a new dream hides the earlier ones; Krita keeps it."""
        Krita.instance().writeSetting(_GROUP, _HIDE_EARLIER, "true" if hide_earlier else "false")

    def _plain(self, settings: Json) -> Json:
        """Remembered settings without the guide, which may have changed or gone."""
        schema = self.model.schema
        whole = completed(settings, schema)
        if whole["objective"] == "guide":
            whole["objective"] = defaults(schema)["objective"]
        return whole

    def _start(
        self,
        settings: Json,
        guide: str = "",
        node: Node | None = None,
        draft: bool = False,
        span: Span | None = None,
    ) -> None:
        if self._dream is not None:
            return
        self._count += 1
        what = self._count, settings, self.model.schema, self.model.edge
        try:
            self._dream = begin(*what, node=node, guide=guide, draft=draft, span=span)
        except UserError as refusal:
            self._set_status(StatusText(str(refusal), wrong=True))
            return
        self._saves.start()
        self._set_status(status_text.CAPTURING)
        self._work.do(self._send(self._dream))

    def _send(self, dream: RunningDream) -> Work:
        yield from dream.capture()
        self._fetch(dream)
        self._set_status(status_text.WAKING)

    def _fetch(self, dream: RunningDream) -> None:
        if (payload := dream.payload) is not None:
            self._bridge.fetch(
                Task(dream.number, payload.pack, payload.unpack, dream.wants_preview)
            )

    def _show(self, dream: RunningDream, picture: LayerPixels) -> Work:
        if not dream.layer.has_to_wait(picture):
            yield from dream.layer.show(picture, dream.hidden)
        dream.showing = False

    def _finish(self, dream: RunningDream, result: Result, picture: LayerPixels) -> Work:
        whole = yield from dream.receive(result, picture)
        if whole is None:
            self._fetch(dream)
            return
        yield from self._place(dream, whole)
        dream.finished = True
        if dream.layer.gone:
            self._end(dream, status_text.GONE)
            return
        dream.layer.keep(hide_earlier=self.hide_earlier)
        if dream.remembers:
            self.measured.emit(dream, result)
            yield Pause.YIELD
            storage.add(dream.source.document, dream.remembered(result, whole), whole.block)
        dream.source.document.setModified(True)  # the pixels alone don't tell Krita so
        self._end(dream, StatusText(words(dream, result.seconds)))
        self.remembered.emit()

    def _place(self, dream: RunningDream, picture: LayerPixels) -> Work:
        """Show the result; for a new group its document has to come to the front."""
        while True:
            if dream.layer.has_to_wait(picture):
                self._set_status(status_text.ELSEWHERE)
                yield Pause.RETRY
                continue
            yield from dream.layer.show(picture, dream.hidden)
            if dream.layer.begun or dream.layer.gone:
                return

    def _place_or_tell(self, document: Document, dream: HistoryEntry) -> Work:
        try:
            yield from place(document, dream, hide_earlier=self.hide_earlier)
            status = StatusText(f"“{dream.name}” is placed again.")
        except (UserError, ValueError) as error:
            status = StatusText(str(error), wrong=True)
        if self._dream is None:  # else there is something newer to tell
            self._set_status(status)

    def _stop(self, dream: RunningDream, status: StatusText) -> None:
        """End a dream without a result: its layer goes, whatever was done meanwhile stays."""
        dream.finished = dream.stopping = True
        self._work.clear()
        self._set_status(status_text.CANCELLING)
        self._work.do(self._withdraw(dream, status))

    def _withdraw(self, dream: RunningDream, status: StatusText) -> Work:
        yield from dream.layer.withdraw()
        if dream.saved and source.is_open(dream.source.document):
            dream.source.document.setModified(True)
        self._end(dream, status)

    def _before_saving(self, everything: bool) -> None:
        """Krita is about to write the document in front, or every one."""
        dream = self._dream
        if dream is not None and (everything or source.in_front(dream.source.document)):
            dream.settle(self._work)
            if self._dream is dream:
                self._work.hold()

    def _on_saved(self, path: str) -> None:
        """Krita has written a file; what was under way in it is half a dream there."""
        dream = self._dream
        if dream is not None and dream.source.document.fileName() == path:
            dream.saved = dream.layer.begun and not dream.aside
            dream.aside = False

    def _end(self, dream: RunningDream, status: StatusText) -> None:
        if dream.saved:
            status = status_text.saved_halfway(status)
        self._saves.stop()
        self._work.go_on()
        dream.close()
        self._dream = None
        self._set_status(status)
        self._bridge.check_server()

    def _on_messages(self) -> None:
        """Take what the bridge thread has sent."""
        for message in self._bridge.messages():
            if isinstance(message, ServerStatus):
                self._set_server(message)
            elif self._dream is not None and message.number == self._dream.number:
                self._on_job_message(self._dream, message)

    def _on_job_message(self, dream: RunningDream, message: JobUpdate | JobEnded) -> None:
        if dream.finished:
            return
        if dream.layer.gone:
            self._bridge.cancel(dream.number)
            self._stop(dream, status_text.GONE)
        elif isinstance(message, JobEnded):
            self._stop(dream, status_text.ending(message.error))
        elif isinstance(message.event, Result):
            dream.placing = dream.last
            self._work.do(self._finish(dream, message.event, message.picture))
        elif isinstance(message.event, Preview):
            if dream.wants_preview():
                dream.showing = True
                self._work.do(self._show(dream, message.picture))
        else:
            frames = dream.progress if isinstance(dream, RunningFrames) else None
            self._set_status(status_text.after_event(message.event, self.status, frames))

    def _on_document_closed(self, *_: object) -> None:
        dream = self._dream
        if dream is not None and not dream.finished and dream.layer.gone:
            self._bridge.cancel(dream.number)
            self._stop(dream, status_text.GONE)

    def _set_server(self, message: ServerStatus) -> None:
        state = message.state
        server = (
            status_text.server_error(state)
            if isinstance(state, BridgeError)
            else status_text.server(state)
        )
        if server != self.server:
            self.server = server
            self.changed.emit()

    def _set_status(self, status: StatusText) -> None:
        if status != self.status:
            self.status = status
            if status.busy:
                self.server = ServerText("Dreaming")
            self.changed.emit()

    def _failed(self, refusal: UserError) -> None:
        status, dream = StatusText(str(refusal), wrong=True), self._dream
        if dream is None:
            self._set_status(status)
        elif dream.stopping:  # and that has failed, too
            self._end(dream, status)
        else:
            self._bridge.cancel(dream.number)
            self._stop(dream, status)
