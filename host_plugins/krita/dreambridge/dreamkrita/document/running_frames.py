"""The frames of an animation under way: which pictures there are, and each on its way. GUI thread.

What is shown for several times is one picture, dreamed once. Each picture goes to the server with
the one before and its dream, so that the dream moves with the picture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import Any, cast

from bridgeclient import PreviousFrame, Result
from bridgeclient.region import Rect, context_margin, intersection, with_context
from dreamkrita.document.animation import AnimationCopy, Span, has_keyframe
from dreamkrita.document.colour_space import BYTES
from dreamkrita.document.frames_file import Keyframe
from dreamkrita.document.frames_layer import FramesLayer
from dreamkrita.document.payload import GuidePixels, LayerPixels
from dreamkrita.document.pixels import half_transparent, opaque_somewhere
from dreamkrita.document.running_dream import RunningDream
from dreamkrita.document.source import canvas_of, ready, strips
from dreamkrita.document.work_queue import Pause, Work
from dreamkrita.errors import UserError
from krita import Node


@dataclass(frozen=True)
class Picture:
    """What is shown from this time on; `follows`: another picture is shown right before it."""

    time: int
    follows: bool


@dataclass
class RunningFrames(RunningDream):
    """The times of `span`; `network` is the schema's `x-layers`."""

    span: Span = field(default_factory=lambda: Span(0, 0))
    network: dict[str, Any] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    keyframes: list[Keyframe] = field(default_factory=list)
    done: int = 0
    seconds: float = 0.0
    _copy: AnimationCopy | None = None
    _guide: GuidePixels | None = None
    _previous: PreviousFrame | None = None
    _extent: Rect | None = None
    _soft: bool = False

    remembers = False

    def wants_preview(self) -> bool:
        """Never: nothing is in the document until all is dreamed."""
        return False

    def capture(self) -> Work:
        """Look at all the times, then read the first picture.

        Raises:
            UserError: they can't be dreamed of.
        """
        source = self.source
        self.hidden.open()
        while not ready(source.document):
            yield Pause.RETRY
        self._copy = AnimationCopy(source.document, source.id)
        digest = b""
        for time in range(self.span.first, self.span.last + 1):
            yield from self._copy.go_to(time)
            digest = yield from self._look(time, digest)
        if self._extent is None:
            raise UserError("The frames are empty here: dream where something is painted.")
        self._frame(self._extent)
        yield Pause.YIELD
        self._begin_layer()
        if self.extras.guide:
            self._guide = yield from self._capture_guide()
        yield from self._read()

    @property
    def last(self) -> bool:
        """Whether the next result is that of the last picture."""
        return self.done + 1 == len(self.pictures)

    @property
    def progress(self) -> tuple[int, int]:
        """How many pictures are dreamed, and of how many."""
        return self.done, len(self.pictures)

    def receive(
        self, result: Result, picture: LayerPixels
    ) -> Generator[Pause, None, LayerPixels | None]:
        """Keep a dreamed picture and read the next; after the last, what the layer is shown."""
        picture = yield from self.finished_picture(picture)
        layer = cast(FramesLayer, self.layer)
        yield from layer.add(self.done, picture, self.hidden)
        if self.payload is not None and not self.draft:
            self._previous = PreviousFrame(self.payload.image, result.image)
        self.done, self.seconds = self.done + 1, self.seconds + result.seconds
        if self.done < len(self.pictures):
            yield from self._read()
            return None
        layer.finish(self._with_ends())
        return LayerPixels(b"", self.source.space, soft=self._soft)

    def close(self) -> None:
        """Let go of everything of Krita's."""
        super().close()
        if self._copy is not None:
            self._copy.close()
        self._copy = None

    def _look(self, time: int, before: bytes) -> Generator[Pause, None, bytes]:
        """See what is shown at this time; what tells it from the picture at the time before."""
        node, area = self._node(), self._area(self._node())
        space, shape = self.source.space, self.source.shape
        digest, visible = hashlib.blake2b(repr(area).encode()), False
        for strip in strips(area) if area is not None else []:
            part = self._pixels(strip)
            digest.update(part)
            visible = visible or opaque_somewhere(part, space.channels, BYTES[space.depth])
            greys = shape.greys(strip) if shape is not None else None
            self._soft = self._soft or half_transparent(part, space.channels, space.depth, greys)
            yield Pause.YIELD
        now = digest.digest() if visible else b"empty"
        if time > self.span.first and now == before and not has_keyframe(node, time):
            return now
        if visible and now != before:
            follows = bool(self.keyframes) and self.keyframes[-1].picture is not None
            self.pictures.append(Picture(time, follows))
            self._extent = _union(self._extent, self._bounds(node))
        self.keyframes.append(Keyframe(time, len(self.pictures) - 1 if visible else None))
        return now

    def _frame(self, extent: Rect) -> None:
        """Settle what changes and what the dream sees, which is the same for all pictures."""
        shape = self.source.shape
        region = intersection(shape.bounds, extent) if shape is not None else extent
        if region is None:
            raise UserError("The frames are empty here: dream where something is painted.")
        margin = context_margin(region, self.settings, self.network)
        context = with_context(region, extent, margin)
        self.source = replace(self.source, region=region, context=context)

    def _begin_layer(self) -> None:
        layer = cast(FramesLayer, self.layer)
        layer.begin(self.source.region, soft=self._soft, hidden=self.hidden)

    def _read(self) -> Work:
        """Read the next picture into `payload`."""
        picture, source, wire = self.pictures[self.done], self.source, self._wire()
        if self._copy is not None:
            yield from self._copy.go_to(picture.time)
        parts, raw = [], []
        for strip in strips(source.context):
            raw.append(self._pixels(strip))
            parts.append(self.hidden.convert(raw[-1], strip.width, source.space, wire))
            yield Pause.YIELD
        self._hold(parts, raw, self._guide, self._previous if picture.follows else None)

    def _with_ends(self) -> list[Keyframe]:
        """The keyframes, and empty ones so that nothing is shown before and after the span."""
        before = [Keyframe(0, None)] if self.span.first > 0 else []
        after = [] if self.span.open else [Keyframe(self.span.last + 1, None)]
        return [*before, *self.keyframes, *after]

    def _node(self) -> Node:
        if self._copy is None:
            raise UserError("The frames can't be read any more: dream again.")
        return self._copy.node()

    def _pixels(self, rect: Rect) -> bytes:
        return bytes(self._node().projectionPixelData(rect.x, rect.y, rect.width, rect.height))

    def _bounds(self, node: Node) -> Rect | None:
        """Where on the canvas it shows something now; all of it where Krita can't say."""
        canvas, bounds = canvas_of(self.source.document), node.bounds()
        if bounds.isEmpty():
            return canvas
        shown = Rect(bounds.x(), bounds.y(), bounds.width(), bounds.height())
        return intersection(shown, canvas)

    def _area(self, node: Node) -> Rect | None:
        """The part of that which the selection is about."""
        bounds, shape = self._bounds(node), self.source.shape
        if bounds is None or shape is None:
            return bounds
        return intersection(bounds, shape.bounds)


def _union(one: Rect | None, other: Rect | None) -> Rect | None:
    if one is None or other is None:
        return one or other
    x, y = min(one.x, other.x), min(one.y, other.y)
    return Rect(x, y, max(one.right, other.right) - x, max(one.bottom, other.bottom) - y)
