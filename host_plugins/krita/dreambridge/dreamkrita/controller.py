"""What the dockers and the actions ask for: one dream at a time. One for all of Krita's windows.

How a dream goes is `dream_run`; here is which one runs, and what of it and of the server is told.
"""

from __future__ import annotations

import random
from pathlib import Path

from bridgeclient import BridgeError
from bridgeclient.looks import Json, defaults
from bridgeclient.validation import completed
from dreamkrita.bridge import status_text
from dreamkrita.bridge.bridge_thread import BridgeThread, ServerStatus
from dreamkrita.bridge.status_text import ServerText, StatusText
from dreamkrita.document import source, storage
from dreamkrita.document.animation import Span
from dreamkrita.document.beginning import begin, frames_to_dream
from dreamkrita.document.earlier_dream import place
from dreamkrita.document.history import HistoryEntry
from dreamkrita.document.saving import SaveWatch
from dreamkrita.document.work_queue import Work, WorkQueue
from dreamkrita.dream_run import DreamRun
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
        self._run: DreamRun | None = None
        self._count = 0
        self._front: Document | None = None
        self._work, self._saves = WorkQueue(self, self._failed), SaveWatch(self)
        self._saves.about_to_save.connect(self._before_saving)
        self._saves.over.connect(self._after_saving)
        self._bridge = BridgeThread(here / "bridge.json", self._posted.emit)
        self._posted.connect(self._on_messages)
        notifier = Krita.instance().notifier()
        notifier.setActive(True)
        notifier.applicationClosing.connect(self._bridge.close)
        notifier.imageClosed.connect(self._on_document_closed)
        notifier.imageSaved.connect(self._on_saved)

    def check_server(self) -> None:
        """Ask how the server is, unless a dream tells it anyway."""
        if self._run is None:
            self._bridge.check_server()

    def on_document_changed(self) -> None:
        """Take back what was said of another document than the one in front."""
        front = Krita.instance().activeDocument()
        if self._run is None and front != self._front and self.status != status_text.GONE:
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
        if self._run is not None:
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
        if self._run is not None:
            self._run.cancel()

    def dreams(self) -> list[HistoryEntry]:
        """What the active document remembers, the newest first."""
        document = Krita.instance().activeDocument()
        return storage.load(document) if document is not None else []

    def place(self, dream: HistoryEntry) -> None:
        """Put an earlier dream of the active document into it again, as a new layer."""
        document = Krita.instance().activeDocument()
        if self._run is None and document is not None:
            self._work.do(self._place_or_tell(document, dream))

    def copy(self, dream: HistoryEntry) -> None:
        """Take an earlier dream's settings and seed."""
        self.model.replace(self._plain(dream.settings))

    def delete(self, dream: HistoryEntry) -> None:
        """Forget an earlier dream of the active document; its layer stays."""
        document = Krita.instance().activeDocument()
        if document is not None:
            storage.remove(document, dream)
            self.remembered.emit()

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
        if self._run is not None:
            return
        self._count += 1
        what = self._count, settings, self.model
        try:
            dream = begin(*what, node=node, guide=guide, draft=draft, span=span)
        except UserError as refusal:
            self._set_status(StatusText(str(refusal), wrong=True))
            return
        self._run = run = DreamRun(self, dream, self._bridge, lambda: self.hide_earlier)
        run.told.connect(self._on_told)
        run.ended.connect(self._on_ended)
        run.measured.connect(self.measured)
        run.remembered.connect(self.remembered)
        self._saves.start()
        run.start()

    def _place_or_tell(self, document: Document, dream: HistoryEntry) -> Work:
        try:
            yield from place(document, dream, hide_earlier=self.hide_earlier)
            status = StatusText(f"“{dream.name}” is placed again.")
        except (UserError, ValueError) as error:
            status = StatusText(str(error), wrong=True)
        if self._run is None:  # else there is something newer to tell
            self._set_status(status)

    def _before_saving(self, everything: bool) -> None:
        run = self._run
        if run is not None:
            run.before_saving(everything)

    def _after_saving(self) -> None:
        if self._run is not None:
            self._run.after_saving()

    def _on_saved(self, path: str) -> None:
        if self._run is not None:
            self._run.on_saved(path)

    def _on_told(self, run: DreamRun) -> None:
        self._set_status(run.status)

    def _on_ended(self, run: DreamRun) -> None:
        self._saves.stop()
        self._run = None
        run.deleteLater()
        self._set_status(run.status)
        self._bridge.check_server()

    def _on_messages(self) -> None:
        """Take what the bridge thread has sent."""
        for message in self._bridge.messages():
            if isinstance(message, ServerStatus):
                self._set_server(message)
            elif self._run is not None and message.number == self._run.number:
                self._run.on_message(message)

    def _on_document_closed(self, *_: object) -> None:
        if self._run is not None:
            self._run.look_whether_gone()

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
        if self._run is None:
            self._set_status(StatusText(str(refusal), wrong=True))
