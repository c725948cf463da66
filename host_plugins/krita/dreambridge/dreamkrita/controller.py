"""What the dockers and the actions ask for: dreams, one after the other. One for all windows.

How a dream goes is `dream_run`; here is which ones there are, and what of them and of the server is
told. They wait in the server's queue, each with what it was asked for.
"""

from __future__ import annotations

import random
from dataclasses import replace
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
from dreamkrita.document.extras import NOTHING, Extras
from dreamkrita.document.history import HistoryEntry
from dreamkrita.document.saving import SaveWatch
from dreamkrita.document.work_queue import Work, WorkQueue
from dreamkrita.dream_run import DreamRun
from dreamkrita.errors import UserError
from dreamkrita.qt import QtCore
from dreamkrita.settings_model import SEED_MOST, SettingsModel
from krita import Document, Krita, Node

_MOST = 8
"""Dreams that are under way or wait at most: each keeps its picture in memory."""

_TOO_MANY = f"{_MOST} dreams are under way or wait: cancel some, or wait for one to be done."

_GROUP, _HIDE_EARLIER = "dreambridge", "hide_earlier"


class Controller(QtCore.QObject):
    """Runs dreams; `status` and `server` are what the dockers show."""

    changed = QtCore.pyqtSignal()
    remembered = QtCore.pyqtSignal()
    measured = QtCore.pyqtSignal(object, object)
    _posted = QtCore.pyqtSignal()

    def __init__(self, here: Path, model: SettingsModel) -> None:
        super().__init__()
        self.model = model
        self.status, self.server = StatusText(), status_text.ASLEEP
        self._runs: list[DreamRun] = []
        self._count, self._complaint = 0, ""
        self._bridge_json = here / "bridge.json"
        self._front: Document | None = None
        self._work, self._saves = WorkQueue(self, self._failed), SaveWatch(self)
        self._saves.about_to_save.connect(self._before_saving)
        self._saves.over.connect(self._after_saving)
        self._bridge = BridgeThread(self._bridge_json, self._posted.emit)
        self._posted.connect(self._on_messages)
        notifier = Krita.instance().notifier()
        notifier.setActive(True)
        notifier.applicationClosing.connect(self._leave_server)
        notifier.imageClosed.connect(self._on_document_closed)
        notifier.imageSaved.connect(self._on_saved)

    def check_server(self) -> None:
        """Ask how the server is, unless a dream tells it anyway."""
        if not self._runs:
            self._bridge.check_server()

    def on_document_changed(self) -> None:
        """Take back what was said of another document than the one in front."""
        front = Krita.instance().activeDocument()
        if not self._runs and front != self._front and self.status != status_text.GONE:
            self._set_status(StatusText())
        self._front = front

    def dream(
        self, extras: Extras = NOTHING, *, draft: bool = False, span: Span | None = None
    ) -> None:
        """Dream with the settings as they are.

        With a `span`, of the active layer's frames at these times, into a new animated layer.
        """
        try:
            settings = self.model.wanted(guided=bool(extras.guide))
        except ValueError as error:
            self._complain(str(error))
            return
        self._start(settings, extras, draft=draft, span=span)

    def offered_frames(self) -> Span | None:
        """The frames that can be dreamed of now; None, and a sentence why, if there are none."""
        try:
            return frames_to_dream()
        except UserError as refusal:
            self._complain(str(refusal))
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
        """Stop the dream that was asked for first; its layer goes, and the next one begins."""
        if self._runs:
            self._runs[0].cancel()

    def dreams(self) -> list[HistoryEntry]:
        """What the active document remembers, the newest first."""
        document = Krita.instance().activeDocument()
        return storage.load(document) if document is not None else []

    def place(self, dream: HistoryEntry) -> None:
        """Put an earlier dream of the active document into it again, as a new layer."""
        document = Krita.instance().activeDocument()
        if not self._runs and document is not None:
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
        extras: Extras = NOTHING,
        node: Node | None = None,
        draft: bool = False,
        span: Span | None = None,
    ) -> None:
        if len(self._runs) >= _MOST:
            self._set_status(replace(self.status, text=_TOO_MANY))
            return
        self._count += 1
        what = self._count, settings, self.model
        try:
            dream = begin(*what, extras, node=node, draft=draft, span=span)
        except UserError as refusal:
            self._complain(str(refusal))
            return
        bridge = BridgeThread(self._bridge_json, self._posted.emit)
        run = DreamRun(self, dream, bridge, lambda: self.hide_earlier, self._is_behind)
        run.told.connect(lambda *_: self._show_status())
        run.ended.connect(self._on_ended)
        run.measured.connect(self.measured)
        run.remembered.connect(self.remembered)
        self._complaint = ""
        self._runs.append(run)
        if len(self._runs) == 1:
            self._saves.start()
        run.start()

    def _is_behind(self, run: DreamRun) -> bool:
        """Whether a dream that was asked for before goes into the same document."""
        before = self._runs[: self._runs.index(run)] if run in self._runs else []
        return any(other.document == run.document for other in before)

    def _complain(self, text: str) -> None:
        """Say what went wrong; beside the progress of other dreams, if there are any."""
        self._complaint = text
        if self._runs:
            self._show_status()
        else:
            self._set_status(StatusText(text, wrong=True))

    def _show_status(self) -> None:
        """Show how the first dream goes, and how many wait."""
        status = status_text.of_several(self._runs[0].status, len(self._runs) - 1, self._complaint)
        self._set_status(status)

    def _place_or_tell(self, document: Document, dream: HistoryEntry) -> Work:
        try:
            yield from place(document, dream, hide_earlier=self.hide_earlier)
            status = StatusText(f"“{dream.name}” is placed again.")
        except (UserError, ValueError) as error:
            status = StatusText(str(error), wrong=True)
        if not self._runs:  # else there is something newer to tell
            self._set_status(status)

    def _leave_server(self) -> None:
        self._bridge.close()
        for run in self._runs:
            run.leave_server()

    def _before_saving(self, everything: bool) -> None:
        for run in list(self._runs):
            run.before_saving(everything)

    def _after_saving(self) -> None:
        for run in self._runs:
            run.after_saving()

    def _on_saved(self, path: str) -> None:
        for run in self._runs:
            run.on_saved(path)

    def _on_ended(self, run: DreamRun) -> None:
        self._runs.remove(run)
        run.deleteLater()
        if not self._runs:
            self._saves.stop()
            self._set_status(run.status)
            self._bridge.check_server()
        elif run.status.wrong:
            self._complain(run.status.text)
        else:
            self._show_status()

    def _on_messages(self) -> None:
        """Take what the bridge threads have sent."""
        for message in self._bridge.messages():
            if isinstance(message, ServerStatus):
                self._set_server(message)
        for run in list(self._runs):
            run.take_messages()

    def _on_document_closed(self, *_: object) -> None:
        for run in list(self._runs):
            run.look_whether_gone()

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
        self._complain(str(refusal))
