"""One dream under way: its source, its layer, and reading what the server needs. GUI thread."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import Any

from bridgeclient import PreviousFrame, Result
from bridgeclient.region import Rect, cut, relative
from dreamkrita.document.colour_space import SRGB8, ColourSpace, wire_model, wire_space
from dreamkrita.document.difference import added
from dreamkrita.document.draft_payload import DraftPayload
from dreamkrita.document.dream_layer import DreamLayer
from dreamkrita.document.extras import NOTHING, Extras, path_of
from dreamkrita.document.guide_file import guide_pixels
from dreamkrita.document.hidden_document import HiddenDocument
from dreamkrita.document.history import HistoryEntry, PixelPacker
from dreamkrita.document.payload import GuidePixels, LayerPixels, Payload
from dreamkrita.document.source import (
    Source,
    canvas_of,
    check_picture,
    node_with_id,
    read,
    space_of,
    strips,
)
from dreamkrita.document.strength import strengthened
from dreamkrita.document.tracking import at
from dreamkrita.document.work_queue import Pause, Work, WorkQueue
from dreamkrita.errors import UserError
from krita import Krita

_SLICE = 1 << 14
"""Pixels that are added up at a time: some milliseconds."""


class OriginalPixels:
    """The region as the layer has it and as it was sent, for a layer whose colours don't travel."""

    def __init__(self, source: Source, wire: ColourSpace, raw: bytes, sent: bytes) -> None:
        self._source, self._wire = source, wire
        self._raw = cut(raw, source.context, source.region, source.space.pixel_bytes)
        self._sent = cut(sent, source.context, source.region, wire.pixel_bytes)

    def changed(
        self, dreamed: bytes, hidden: HiddenDocument
    ) -> Generator[Pause, None, LayerPixels]:
        """The region in the layer's own colour space, with what the dream changed."""
        source, wire = self._source, self._wire
        parts, packer = [], PixelPacker()
        for strip in strips(source.region, _SLICE):
            rows = relative(strip, source.region)
            in_layer, on_wire = (
                slice(rows.y * rows.width * size, rows.bottom * rows.width * size)
                for size in (source.space.pixel_bytes, wire.pixel_bytes)
            )
            sent, came = (
                hidden.convert(pixels[on_wire], rows.width, wire, source.space)
                for pixels in (self._sent, dreamed)
            )
            parts.append(added(self._raw[in_layer], sent, came, source.space.depth))
            packer.add(parts[-1])
            yield Pause.YIELD
        greys = source.shape.greys(source.region) if source.shape is not None else None
        return LayerPixels(b"".join(parts), source.space, packer.block(greys))


@dataclass
class RunningDream:
    """A dream under way; `number` tells it from earlier ones.

    `settings` are those of the whole dream, also for its draft; `placing` when the result is
    there; `aside` while the document is written without it, `saved` when its file was written with
    the dream half done; `into`: it goes into its source, `merged` when it has.
    """

    number: int
    source: Source
    settings: dict[str, Any]
    layer: DreamLayer
    extras: Extras = NOTHING
    draft: bool = False
    payload: Payload | None = None
    hidden: HiddenDocument = field(default_factory=HiddenDocument)
    finished: bool = False
    stopping: bool = False
    showing: bool = False
    placing: bool = False
    aside: bool = False
    saved: bool = False
    original: OriginalPixels | None = None
    into: bool = False
    merged: bool = False

    remembers = True
    """Whether the document remembers it among its earlier dreams."""

    @property
    def last(self) -> bool:
        """Whether nothing is to be dreamed after the next result."""
        return True

    def wants_preview(self) -> bool:
        """Whether a preview would be shown now; the bridge thread asks, too."""
        return not self.showing and self.layer.due()

    def capture(self) -> Work:
        """Read the source, the selection and the guide into `payload`.

        Raises:
            UserError: they can't be dreamed of.
        """
        self.hidden.open()
        yield Pause.YIELD
        yield from self.read()

    def read(self) -> Work:
        """The same, with a hidden document only where one is needed."""
        source, wire = self.source, self._wire()
        parts, raw = [], []
        readable = yield from self.hidden.readable(source.document, source.id)
        for part in read(*readable, source.context):
            width = source.context.width
            raw.append(part)
            parts.append(self.hidden.convert(part, width, source.space, wire))
            yield Pause.YIELD
        self.layer.before.check_still()
        if self.extras.strength:
            shape = yield from strengthened(source, self.extras.strength, self.hidden)
            self.source, self.layer.shape = replace(source, shape=shape), shape
        guide = (yield from self._capture_guide()) if self.extras.guide else None
        self._hold(parts, raw, guide)

    def _hold(
        self,
        parts: list[bytes],
        raw: list[bytes],
        guide: GuidePixels | None,
        previous: PreviousFrame | None = None,
    ) -> None:
        """Keep what was read, as it is and as it travels."""
        source, wire = self.source, self._wire()
        if source.space != wire:
            self.original = OriginalPixels(source, wire, b"".join(raw), b"".join(parts))
        kind = DraftPayload if self.draft else Payload
        where = source.context, source.region, source.shape
        self.payload = kind(parts, wire, *where, self.settings, guide, previous)

    def _capture_guide(self) -> Generator[Pause, None, GuidePixels]:
        if (path := path_of(self.extras.guide)) is not None:
            return guide_pixels(path)
        node = node_with_id(self.source.document, self.extras.guide)
        if node is None:
            raise UserError("The guide layer is gone: choose another.")
        check_picture(node)
        bounds, space, name = node.bounds(), space_of(node), node.name()
        del node
        readable = yield from self.hidden.readable(self.source.document, self.extras.guide)
        if bounds.isEmpty():
            raise UserError(f"The guide “{name}” is empty: choose another layer.")
        rect = Rect(bounds.x(), bounds.y(), bounds.width(), bounds.height())
        parts = []
        for part in read(*readable, rect):
            parts.append(self.hidden.convert(part, rect.width, space, SRGB8))
            yield Pause.YIELD
        return GuidePixels(parts, rect)

    def settle(self, work: WorkQueue) -> None:
        """Make the document fit to be written: a dream that is done is in it, half a dream isn't.

        `work` is what the dream still has to do; the next preview brings its layer back.
        """
        if not (self.placing or self.stopping or self.layer.begun):
            self.aside = True
            return
        if not (self.placing or self.stopping):
            work.clear()
            work.do(self.layer.stand_aside())
        document = self.source.document
        modified = document.modified() or self.placing
        self.showing = True  # no preview meanwhile, though Krita may handle events while it waits
        self.aside = work.complete(document.waitForDone)
        self.showing = False
        document.setModified(modified)  # or Krita asks whether to save what isn't there any more

    def receive(
        self, result: Result, picture: LayerPixels
    ) -> Generator[Pause, None, LayerPixels | None]:
        """The result as the layer gets it; None while more has to be dreamed first."""
        return (yield from self.finished_picture(picture))

    def close(self) -> None:
        """Let go of everything of Krita's."""
        self.layer.release()
        self.hidden.close()

    def finished_picture(self, picture: LayerPixels) -> Generator[Pause, None, LayerPixels]:
        """The result as the layer gets it."""
        if self.original is None:
            return picture
        changed = yield from self.original.changed(picture.pixels, self.hidden)
        return replace(changed, soft=picture.soft)

    def _wire(self) -> ColourSpace:
        if self.draft:
            return SRGB8
        space = self.source.space
        return wire_space(space, Krita.instance().profiles(wire_model(space), space.depth))

    def remembered(self, result: Result, picture: LayerPixels) -> HistoryEntry:
        """The finished dream for the document's history."""
        canvas = canvas_of(self.source.document)
        node = node_with_id(self.source.document, self.source.id)
        return HistoryEntry(
            id=uuid.uuid4().hex,
            name=self.layer.name,
            settings=self.settings,
            region=self.layer.region,
            space=picture.space,
            source=self.source.id,
            masked=self.source.shape is not None,
            nbytes=len(picture.block),
            picture=self.layer.thumbnail(),
            device=result.device,
            seconds=result.seconds,
            canvas=(canvas.width, canvas.height),
            at=at(node) if node is not None else (0, 0),
        )
