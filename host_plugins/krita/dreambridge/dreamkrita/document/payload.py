"""A dream's pixels on the way to the server and back, in the bridge thread.

Plain data only: an object of Krita's in another thread, or one that outlives its document, would
bring Krita down.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bridgeclient import DreamRequest, ImageFrame, Preview, PreviousFrame, Result
from bridgeclient.region import GUIDE_SIDE, Rect, cut
from dreamkrita.document import images
from dreamkrita.document.colour_space import BYTES, DTYPES, SRGB8, ColourSpace
from dreamkrita.document.history import pack
from dreamkrita.document.pixels import half_transparent, opaque_somewhere, support, swapped
from dreamkrita.document.shape import Shape
from dreamkrita.errors import UserError

PREVIEW_SIDE = 640
"""Longest side of a preview on the wire, in pixels."""

_EVERYWHERE = b"\xff"


@dataclass(frozen=True)
class LayerPixels:
    """The region's pixels for its layer; `block` is what the history keeps of a finished dream.

    `soft`: the source is half transparent somewhere in the region.
    """

    pixels: bytes
    space: ColourSpace
    block: bytes = b""
    soft: bool = False


@dataclass(frozen=True)
class GuidePixels:
    """A guide's 8-bit pixels in Krita's order of channels, in strips."""

    parts: list[bytes]
    bounds: Rect


@dataclass(frozen=True)
class Payload:
    """What was captured: strips of the context in the space that travels, and what goes with it."""

    parts: list[bytes]
    wire: ColourSpace
    context: Rect
    region: Rect
    shape: Shape | None
    settings: dict[str, Any]
    guide: GuidePixels | None = None
    previous: PreviousFrame | None = None

    def pack(self) -> DreamRequest:
        """What to submit.

        Raises:
            UserError: there is nothing to be seen in the region.
        """
        pixels, wire = b"".join(self.parts), self.wire
        inner = cut(pixels, self.context, self.region, wire.pixel_bytes)
        if not opaque_somewhere(inner, wire.channels, BYTES[wire.depth]):
            raise UserError("The layer is empty here: dream where something is painted.")
        return DreamRequest.frame(
            self.image,
            self.settings,
            previous=self.previous,
            mask=self._mask(),
            guide=self.guide_frame(),
            preview_side=PREVIEW_SIDE,
        )

    @cached_property
    def image(self) -> ImageFrame:
        """What is dreamed of, as it travels."""
        pixels, wire = b"".join(self.parts), self.wire
        if wire.swaps:
            pixels = swapped(pixels, wire.depth)
        size = self.context.width, self.context.height
        return ImageFrame(*size, wire.channels, DTYPES[wire.depth], pixels)

    def unpack(self, event: Preview | Result) -> LayerPixels:
        """The region of what came back, for the layer."""
        if isinstance(event, Preview):
            preview = images.enlarged(event.image, self.context, self.region)
            return LayerPixels(preview, SRGB8, soft=self._soft)
        wire = self.wire
        pixels = cut(bytes(event.image.pixels), self.context, self.region, wire.pixel_bytes)
        if wire.swaps:
            pixels = swapped(pixels, wire.depth)
        greys = self.shape.greys(self.region) if self.shape is not None else None
        return LayerPixels(pixels, wire, pack(pixels, greys), self._soft)

    @cached_property
    def _soft(self) -> bool:
        wire, greys = self.wire, None
        if self.shape is not None:
            greys = self.shape.greys(self.region)
        inner = cut(b"".join(self.parts), self.context, self.region, wire.pixel_bytes)
        return half_transparent(inner, wire.channels, wire.depth, greys)

    def _mask(self) -> ImageFrame | None:
        if self.shape is None:
            return None
        values = support(self.shape.greys(self.context))
        if not values.strip(_EVERYWHERE):
            return None
        return ImageFrame(self.context.width, self.context.height, 1, "uint8", values)

    def guide_frame(self) -> ImageFrame | None:
        """The guide as it travels."""
        if self.guide is None:
            return None
        rgba, bounds = swapped(b"".join(self.guide.parts), "U8"), self.guide.bounds
        small = images.shrunk(images.image_of(rgba, bounds.width, bounds.height), GUIDE_SIDE)
        return ImageFrame(small.width(), small.height(), 4, "uint8", images.bytes_of(small))
