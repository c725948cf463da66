"""One dream from the button to the finished layer, and never a GUI that waits.

Work on the document is cut into steps (generators of `Pause`) that a timer drives in between the
GUI's own events; the bridge thread talks to the server. GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable

from bridgeclient import Preview, Result
from dreamkrita.bridge import status_text
from dreamkrita.bridge.bridge_thread import BridgeThread, JobEnded, JobUpdate, Task
from dreamkrita.bridge.status_text import StatusText
from dreamkrita.document import merging, source, storage
from dreamkrita.document.beginning import words
from dreamkrita.document.payload import LayerPixels
from dreamkrita.document.running_dream import RunningDream
from dreamkrita.document.running_frames import RunningFrames
from dreamkrita.document.work_queue import Pause, Work, WorkQueue
from dreamkrita.errors import UserError
from dreamkrita.qt import QtCore
from krita import Document


class DreamRun(QtCore.QObject):
    """Drives a dream through a bridge thread of its own.

    `status` is what to say of it, after `told` and `ended`.

    `is_behind` tells whether another dream goes into the same document first, so that the two don't
    make a group each. `hide_earlier` tells whether the finished dream hides the earlier ones of its
    layer.
    """

    told = QtCore.pyqtSignal(object)
    ended = QtCore.pyqtSignal(object)
    remembered = QtCore.pyqtSignal()
    measured = QtCore.pyqtSignal(object, object)

    def __init__(
        self,
        parent: QtCore.QObject,
        dream: RunningDream,
        bridge: BridgeThread,
        hide_earlier: Callable[[], bool],
        is_behind: Callable[[DreamRun], bool],
    ) -> None:
        super().__init__(parent)
        self.number, self.status = dream.number, status_text.CAPTURING
        self._dream, self._bridge, self._hide_earlier = dream, bridge, hide_earlier
        self._is_behind = is_behind
        self._work = WorkQueue(self, self._failed)

    @property
    def document(self) -> Document:
        """The document that the dream goes into."""
        return self._dream.source.document

    def take_messages(self) -> None:
        """Take what the bridge thread has sent."""
        for message in self._bridge.messages():
            if isinstance(message, JobUpdate | JobEnded):
                self._on_message(message)

    def start(self) -> None:
        """Begin to read what is dreamed of."""
        self._tell(status_text.CAPTURING)
        self._work.do(self._send())

    def leave_server(self) -> None:
        """Krita ends."""
        self._bridge.close()

    def cancel(self) -> None:
        """Stop the dream; its layer goes."""
        if not self._dream.finished:
            self._give_up(status_text.CANCELLED)

    def look_whether_gone(self) -> None:
        """A document was closed, perhaps its own."""
        if not self._dream.finished and self._dream.layer.gone:
            self._give_up(status_text.GONE)

    def before_saving(self, everything: bool) -> None:
        """Krita is about to write the document in front, or every one."""
        dream = self._dream
        if everything or source.in_front(dream.source.document):
            dream.settle(self._work)
            self._work.hold()

    def after_saving(self) -> None:
        """Krita has written it, or not after all."""
        self._work.go_on()

    def on_saved(self, path: str) -> None:
        """Krita has written a file; what was under way in it is half a dream there."""
        dream = self._dream
        if dream.source.document.fileName() == path:
            dream.saved = dream.layer.begun and not dream.aside
            dream.aside = False

    def _on_message(self, message: JobUpdate | JobEnded) -> None:
        dream = self._dream
        if dream.finished:
            return
        if dream.layer.gone:
            self._give_up(status_text.GONE)
        elif isinstance(message, JobEnded):
            self._stop(status_text.ending(message.error))
        elif isinstance(message.event, Result):
            dream.placing = dream.last
            self._work.do(self._finish(message.event, message.picture))
        elif isinstance(message.event, Preview):
            if dream.wants_preview():
                dream.showing = True
                self._work.do(self._show(message.picture))
        else:
            frames = dream.progress if isinstance(dream, RunningFrames) else None
            self._tell(status_text.after_event(message.event, self.status, frames))

    def _send(self) -> Work:
        yield from self._dream.capture()
        self._fetch()
        self._tell(status_text.WAKING)

    def _fetch(self) -> None:
        dream = self._dream
        if (payload := dream.payload) is not None:
            self._bridge.fetch(
                Task(dream.number, payload.pack, payload.unpack, dream.wants_preview)
            )

    def _show(self, picture: LayerPixels) -> Work:
        dream = self._dream
        if not (self._is_behind(self) or dream.layer.has_to_wait(picture)):
            yield from dream.layer.show(picture, dream.hidden)
        dream.showing = False

    def _finish(self, result: Result, picture: LayerPixels) -> Work:
        dream = self._dream
        whole = yield from dream.receive(result, picture)
        if whole is None:
            self._fetch()
            return
        yield from self._place(whole)
        dream.finished = True
        if dream.layer.gone:
            self._end(status_text.GONE)
            return
        dream.layer.keep(hide_earlier=self._hide_earlier())
        if dream.remembers:
            self.measured.emit(dream, result)
            yield Pause.YIELD
            storage.add(dream.source.document, dream.remembered(result, whole), whole.block)
        if dream.into:
            yield from self._merge(whole)
        if not source.is_open(dream.source.document):
            self._end(status_text.GONE)
            return
        dream.source.document.setModified(True)  # the pixels alone don't tell Krita so
        self._end(StatusText(words(dream, result.seconds)))
        self.remembered.emit()

    def _place(self, picture: LayerPixels) -> Work:
        """Show the result; for a new group its document has to come to the front."""
        dream = self._dream
        while self._is_behind(self):
            yield Pause.RETRY
        while True:
            if dream.layer.has_to_wait(picture):
                self._tell(status_text.ELSEWHERE)
                yield Pause.RETRY
                continue
            yield from dream.layer.show(picture, dream.hidden)
            if dream.layer.begun or dream.layer.gone:
                return

    def _merge(self, picture: LayerPixels) -> Work:
        """Put the dream into its source, where that leaves the picture as it is."""
        dream = self._dream
        what = dream.source.document, dream.layer.id, dream.source.id
        while merging.can_merge(*what, soft=picture.soft) and not source.in_front(what[0]):
            self._tell(status_text.ELSEWHERE)
            yield Pause.RETRY
        dream.merged = yield from merging.merged(*what, soft=picture.soft)

    def _give_up(self, status: StatusText) -> None:
        self._bridge.cancel(self.number)
        self._stop(status)

    def _stop(self, status: StatusText) -> None:
        """End the dream without a result: its layer goes, whatever was done meanwhile stays."""
        self._dream.finished = self._dream.stopping = True
        self._work.clear()
        self._tell(status_text.CANCELLING)
        self._work.do(self._withdraw(status))

    def _withdraw(self, status: StatusText) -> Work:
        dream = self._dream
        yield from dream.layer.withdraw()
        if dream.saved and source.is_open(dream.source.document):
            dream.source.document.setModified(True)
        self._end(status)

    def _end(self, status: StatusText) -> None:
        if self._dream.saved:
            status = status_text.saved_halfway(status)
        self._dream.close()
        self._bridge.leave()
        self.status = status
        self.ended.emit(self)

    def _tell(self, status: StatusText) -> None:
        self.status = status
        self.told.emit(self)

    def _failed(self, refusal: UserError) -> None:
        status = StatusText(str(refusal), wrong=True)
        if self._dream.stopping:  # and that has failed, too
            self._end(status)
        else:
            self._give_up(status)
