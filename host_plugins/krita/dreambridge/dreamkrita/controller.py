"""From the button to the finished layer: one dream at a time, and never a GUI that waits.

Work on the document is cut into steps (generators of `Pause`) that a timer drives in between the
GUI's own events; the server is the courier's affair. One for all of Krita's windows.
"""

from __future__ import annotations

import random
from pathlib import Path

from bridgeclient import BridgeError, Cancelled, Preview, Result
from bridgeclient.looks import Json
from bridgeclient.region import Rect
from dreamkrita import footprint, memory, pictures, source, story
from dreamkrita.choices import SEED_MOST, Choices, title
from dreamkrita.courier import Courier, Ended, Errand, News, Seen
from dreamkrita.dreaming import Dreaming
from dreamkrita.history import Dream, region_now
from dreamkrita.layer import DreamLayer, Pause, Work
from dreamkrita.parcel import Picture
from dreamkrita.qt import QtCore
from dreamkrita.scratch import Scratch
from dreamkrita.sentences import Refused
from dreamkrita.shape import Shape
from dreamkrita.story import Server, Told
from dreamkrita.turns import Turns
from krita import Document, Krita, Node

_GROUP, _ALONE = "dreambridge", "hide_earlier"


class Controller(QtCore.QObject):
    """See the module. `told` and `server` are what the dockers show."""

    changed = QtCore.pyqtSignal()
    remembered = QtCore.pyqtSignal()
    measured = QtCore.pyqtSignal(object, object)
    _posted = QtCore.pyqtSignal()

    def __init__(self, here: Path, choices: Choices) -> None:
        super().__init__()
        self.choices = choices
        self.told, self.server = Told(), story.ASLEEP
        self._dream: Dreaming | None = None
        self._count = 0
        self._front: Document | None = None
        self._turns = Turns(self, self._failed)
        self._courier = Courier(here / "bridge.json", self._posted.emit)
        self._posted.connect(self._hear)
        notifier = Krita.instance().notifier()
        notifier.setActive(True)
        notifier.applicationClosing.connect(self._courier.close)
        notifier.imageClosed.connect(self._look_after_document)
        notifier.imageSaved.connect(self._note_saved)

    def look(self) -> None:
        """Ask how the server is, unless a dream tells it anyway."""
        if self._dream is None:
            self._courier.look()

    def face(self) -> None:
        """Take back what was said of another document than the one in front."""
        front = Krita.instance().activeDocument()
        if self._dream is None and front != self._front and self.told != _GONE:
            self._tell(Told())
        self._front = front

    def dream(self, guide: str = "", *, draft: bool = False) -> None:
        """Dream with the choices as they are; `guide` is the unique id of a layer."""
        self._start(self.choices.wanted(guided=bool(guide)), guide=guide, draft=draft)

    def again(self) -> None:
        """Dream with the last settings of the document and a new seed, from the same layer."""
        settings, node = self.choices.settings, None
        document = Krita.instance().activeDocument()
        if document is not None and (dreams := memory.recall(document)):
            settings = dreams[0].settings
            node = source.node_with_id(document, dreams[0].source)
        settings = self._plain(settings) | {"seed": random.randrange(SEED_MOST)}
        self._start(settings, node=node)

    def cancel(self) -> None:
        """Stop the dream; its layer goes."""
        dream = self._dream
        if dream is None or dream.finished:
            return
        self._courier.cancel(dream.number)
        self._stop(dream, story.CANCELLED)

    def dreams(self) -> list[Dream]:
        """What the active document remembers, the newest first."""
        document = Krita.instance().activeDocument()
        return memory.recall(document) if document is not None else []

    def place(self, dream: Dream) -> None:
        """Put an earlier dream of the active document into it again, as a new layer."""
        document = Krita.instance().activeDocument()
        if self._dream is None and document is not None:
            self._turns.do(self._place_or_tell(document, dream))

    @property
    def alone(self) -> bool:
        """Whether a new dream hides the earlier ones of its layer."""
        return Krita.instance().readSetting(_GROUP, _ALONE, "false") == "true"

    def leave_alone(self, alone: bool) -> None:
        """Choose whether a new dream hides the earlier ones; Krita keeps it."""
        Krita.instance().writeSetting(_GROUP, _ALONE, "true" if alone else "false")

    def _plain(self, settings: Json) -> Json:
        """Remembered settings without the guide, which may have changed or gone."""
        return Choices(self.choices.schema, settings).wanted(guided=False)

    def _start(
        self, settings: Json, guide: str = "", node: Node | None = None, draft: bool = False
    ) -> None:
        if self._dream is not None:
            return
        schema = self.choices.schema
        try:
            found = source.find(settings, schema, node, self.choices.edge)
        except Refused as refusal:
            self._tell(Told(str(refusal), wrong=True))
            return
        self._count += 1
        layer = DreamLayer(
            found.document,
            title(settings, schema) + " (draft)" * draft,
            found.space,
            found.region,
            found.shape,
            found.id,
        )
        self._dream = Dreaming(self._count, found, settings, layer, guide, draft)
        self._tell(story.CAPTURING)
        self._turns.do(self._send(self._dream))

    def _send(self, dream: Dreaming) -> Work:
        yield from dream.capture()
        parcel = dream.parcel
        if dream is self._dream and parcel is not None:
            self._courier.dream(Errand(dream.number, parcel.pack, parcel.unpack, dream.wants))
            self._tell(story.WAKING)

    def _show(self, dream: Dreaming, picture: Picture) -> Work:
        yield from dream.layer.show(picture.pixels, picture.space, dream.scratch)
        dream.showing = False

    def _finish(self, dream: Dreaming, result: Result, picture: Picture) -> Work:
        picture = yield from dream.finished_picture(picture)
        yield from dream.layer.show(picture.pixels, picture.space, dream.scratch)
        if dream.layer.gone:
            self._over(dream, _GONE)
            return
        self.measured.emit(dream, result)
        yield Pause.BREATH
        dream.layer.keep(alone=self.alone)
        memory.remember(dream.source.document, dream.remembered(result, picture), picture.block)
        dream.source.document.setModified(True)  # the pixels alone don't tell Krita so
        self._over(dream, Told(f"Done in {result.seconds:.1f} s."))
        self.remembered.emit()

    def _place_or_tell(self, document: Document, dream: Dream) -> Work:
        try:
            yield from self._place(document, dream)
            told = Told(f"“{dream.name}” is placed again.")
        except (Refused, ValueError) as error:
            told = Told(str(error), wrong=True)
        if self._dream is None:  # else there is something newer to tell
            self._tell(told)

    def _place(self, document: Document, dream: Dream) -> Work:
        pixels, mask = memory.pixels(document, dream)
        node = source.node_with_id(document, dream.source)
        region = _region_now(document, dream, node)
        above = node or source.layer_of(document.activeNode())
        space, of = source.space_of(above), source.id_of(above)
        del node, above
        with Scratch() as scratch:
            if (region.width, region.height) != (dream.region.width, dream.region.height):
                pixels = scratch.scaled(pixels, dream.region, region, dream.space)
                was, now = dream.region, region
                mask = mask and pictures.resized_greys(
                    mask, (was.width, was.height), (now.width, now.height)
                )
            shape = Shape(region, mask) if mask is not None else None
            layer = DreamLayer(document, dream.name, space, region, shape, of)
            yield from layer.show(pixels, dream.space, scratch)
        if not layer.gone:
            layer.keep(alone=self.alone)

    def _stop(self, dream: Dreaming, told: Told) -> None:
        """End a dream without a result: its layer goes, whatever was done meanwhile stays."""
        dream.finished = True
        self._turns.clear()
        self._tell(story.CANCELLING)
        self._turns.do(self._withdraw(dream, told))

    def _withdraw(self, dream: Dreaming, told: Told) -> Work:
        yield from dream.layer.withdraw()
        if dream.saved and source.is_open(dream.source.document):
            dream.source.document.setModified(True)
        self._over(dream, told)

    def _note_saved(self, path: str) -> None:
        """Krita has written a file; what was under way in it is half a dream there."""
        dream = self._dream
        if dream is not None and dream.source.document.fileName() == path:
            dream.saved = dream.layer.begun

    def _over(self, dream: Dreaming, told: Told) -> None:
        if dream.saved:
            told = story.saved_halfway(told)
        dream.layer.let_go()
        dream.scratch.close()
        self._dream = None
        self._tell(told)
        self._courier.look()

    def _hear(self) -> None:
        """What the courier posted."""
        for post in self._courier.posts():
            if isinstance(post, Seen):
                self._set_server(post)
            elif self._dream is not None and post.number == self._dream.number:
                self._hear_of(self._dream, post)

    def _hear_of(self, dream: Dreaming, post: News | Ended) -> None:
        if dream.finished:
            return
        if dream.layer.gone:
            self._courier.cancel(dream.number)
            self._stop(dream, _GONE)
        elif isinstance(post, Ended):
            self._stop(dream, _ending(post.error))
        elif isinstance(post.event, Result):
            dream.finished = True
            self._turns.do(self._finish(dream, post.event, post.picture))
        elif isinstance(post.event, Preview):
            if dream.wants():
                dream.showing = True
                self._turns.do(self._show(dream, post.picture))
        else:
            self._tell(story.told(post.event, self.told))

    def _look_after_document(self, *_: object) -> None:
        dream = self._dream
        if dream is not None and not dream.finished and dream.layer.gone:
            self._courier.cancel(dream.number)
            self._stop(dream, _GONE)

    def _set_server(self, seen: Seen) -> None:
        state = seen.state
        server = (
            story.server_error(state) if isinstance(state, BridgeError) else story.server(state)
        )
        if server != self.server:
            self.server = server
            self.changed.emit()

    def _tell(self, told: Told) -> None:
        if told != self.told:
            self.told = told
            if told.busy:
                self.server = Server("Dreaming")
            self.changed.emit()

    def _failed(self, refusal: Refused) -> None:
        if (dream := self._dream) is not None:
            self._courier.cancel(dream.number)
            self._stop(dream, Told(str(refusal), wrong=True))


_GONE = Told("The dream's layer or document was closed or removed, so the dream was cancelled.")


def _region_now(document: Document, dream: Dream, node: Node | None) -> Rect:
    canvas = source.canvas_of(document)
    size = canvas.width, canvas.height
    region = region_now(dream, size, footprint.at(node) if node is not None else None)
    if region is None:
        raise Refused(
            f"The canvas was cropped and the layer of “{dream.name}” is gone, so there is no "
            "telling where it belongs."
        )
    return region


def _ending(error: BridgeError | Refused) -> Told:
    if isinstance(error, Cancelled):
        return Told("The server cancelled the dream; dream again.", wrong=True)
    return Told(str(error), wrong=True)
