"""One dream: its source's pixels on the way out, and what comes back on the way in.

`pack` and `unpack` run in the courier's thread and touch no Krita object; `capture` prepares what
they need in the GUI's thread, a strip at a time.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from bridgeclient import ImageFrame, Preview, Result
from bridgeclient.region import Rect, cut
from dreamkrita import pictures
from dreamkrita.convert import SCREEN, Converter
from dreamkrita.courier import Request
from dreamkrita.history import Dream, packed
from dreamkrita.layer import DreamLayer, Pause, Work
from dreamkrita.pixels import opaque_somewhere, support, swapped
from dreamkrita.sentences import Refused
from dreamkrita.source import Source, check_layer, read, space_of
from dreamkrita.spaces import BYTES, DTYPES, Space, wire_space
from krita import Krita, Node

PREVIEW_SIDE = 640
"""Longest side of a preview on the wire, in pixels."""

GUIDE_SIDE = 1024
"""Longest side of a guide on the wire: its features matter, not its size."""

_EVERYWHERE = b"\xff"


@dataclass(frozen=True)
class Picture:
    """The region's pixels for its layer; `block` is what the history keeps of a finished dream."""

    pixels: bytes
    space: Space
    block: bytes = b""


@dataclass
class Dreaming:
    """A dream under way; `number` tells it from earlier ones."""

    number: int
    source: Source
    settings: dict[str, Any]
    layer: DreamLayer
    guide: Node | None = None
    converter: Converter = field(default_factory=Converter)
    finished: bool = False
    showing: bool = False
    _parts: list[bytes] = field(default_factory=list)
    _guide: tuple[list[bytes], Rect] | None = None
    _greys: tuple[bytes | None, bytes | None] = (None, None)

    def capture(self) -> Work:
        """Read the source, the selection and the guide.

        Raises:
            Refused: they can't be dreamed of.
        """
        source = self.source
        self._greys = source.greys(source.context), source.greys(source.region)
        for part in read(source.node, source.context):
            converted = self.converter.convert(part, source.context.width, source.space, self.wire)
            self._parts.append(converted)
            yield Pause.BREATH
        if self.guide is not None:
            yield from self._capture_guide(self.guide)

    def _capture_guide(self, guide: Node) -> Work:
        check_layer(guide)
        bounds, space = guide.bounds(), space_of(guide)
        if bounds.isEmpty():
            raise Refused(f"The guide “{guide.name()}” is empty: choose another layer.")
        rect = Rect(bounds.x(), bounds.y(), bounds.width(), bounds.height())
        parts: list[bytes] = []
        for part in read(guide, rect):
            parts.append(self.converter.convert(part, rect.width, space, SCREEN))
            yield Pause.BREATH
        self._guide = parts, rect

    @property
    def wire(self) -> Space:
        """The space that the pixels travel in."""
        space = self.source.space
        model = "GRAYA" if space.model == "GRAYA" else "RGBA"
        return wire_space(space, Krita.instance().profiles(model, space.depth))

    def packer(self) -> Any:
        """`pack` for an errand, with what it needs of Krita looked up already."""
        wire = self.wire
        return lambda: self._pack(wire)

    def _pack(self, wire: Space) -> Request:
        source, context = self.source, self.source.context
        pixels = b"".join(self._parts)
        self._parts = []
        inner = cut(pixels, context, source.region, wire.pixel_bytes)
        if not opaque_somewhere(inner, wire.channels, BYTES[wire.depth]):
            raise Refused("The layer is empty here: dream where something is painted.")
        if wire.swaps:
            pixels = swapped(pixels, wire.depth)
        size = context.width, context.height
        image = ImageFrame(*size, wire.channels, DTYPES[wire.depth], pixels)
        return Request(image, self.settings, self._mask(), self._guide_frame(), PREVIEW_SIDE)

    def _mask(self) -> ImageFrame | None:
        greys = self._greys[0]
        if greys is None:
            return None
        values = support(greys)
        if not values.strip(_EVERYWHERE):
            return None
        return ImageFrame(self.source.context.width, self.source.context.height, 1, "uint8", values)

    def _guide_frame(self) -> ImageFrame | None:
        if self._guide is None:
            return None
        parts, rect = self._guide
        whole = pictures.image_of(swapped(b"".join(parts), "U8"), rect.width, rect.height)
        small = pictures.shrunk(whole, GUIDE_SIDE)
        return ImageFrame(small.width(), small.height(), 4, "uint8", pictures.bytes_of(small))

    def unpacker(self) -> Any:
        """`unpack` for an errand."""
        wire = self.wire
        return lambda event: self._unpack(event, wire)

    def _unpack(self, event: Preview | Result, wire: Space) -> Picture:
        context, region = self.source.context, self.source.region
        if isinstance(event, Preview):
            return Picture(pictures.enlarged(event.image, context, region), SCREEN)
        pixels = cut(bytes(event.image.pixels), context, region, wire.pixel_bytes)
        if wire.swaps:
            pixels = swapped(pixels, wire.depth)
        return Picture(pixels, wire, packed(pixels, self._greys[1]))

    def remembered(self, result: Result, picture: Picture) -> Dream:
        """The finished dream for the document's history."""
        return Dream(
            id=uuid.uuid4().hex,
            name=self.layer.name,
            settings=self.settings,
            region=self.source.region,
            space=picture.space,
            source=self.source.node.uniqueId().toString(),
            masked=self._greys[1] is not None,
            nbytes=len(picture.block),
            picture=self.layer.thumbnail(),
            device=result.device,
            seconds=result.seconds,
        )
