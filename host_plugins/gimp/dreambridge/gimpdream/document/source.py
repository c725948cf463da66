"""Which pixels of which layer are dreamed: what the layer shows, around what is selected.

Only the region and its context are read, never the whole document; nothing in it is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp

from bridgeclient.looks import Json
from bridgeclient.region import Rect, context_margin, moved, with_context
from gimpdream.arguments import AUTOMATIC, Parameters
from gimpdream.document import pixels
from gimpdream.document.selection import SelectionMask
from gimpdream.document.tracking import SIDE, TrackedRegion


@dataclass(frozen=True)
class SourceRegion:
    """A layer to dream of and the part of it that changes.

    `region` and `context` are in the layer's own coordinates, `mask` in the image's; without a
    mask the whole layer changes.
    """

    layer: Gimp.Layer
    region: Rect
    context: Rect
    mask: SelectionMask | None

    @property
    def offset(self) -> tuple[int, int]:
        """Where the layer's own coordinates begin in the image."""
        return offset_of(self.layer)

    @property
    def size(self) -> tuple[int, int]:
        """The layer's width and height."""
        return self.layer.get_width(), self.layer.get_height()

    def tracked(self) -> TrackedRegion:
        """The region as it is now, to be found again later."""
        return TrackedRegion(self.size, self.region, self.patch(self.region))

    def patch(self, rect: Rect) -> bytes:
        """The patch of a rectangle of the layer."""
        return pixels.read_patch(self.layer, rect, SIDE)

    def in_image(self, rect: Rect) -> Rect:
        """A rectangle of the layer in the image's coordinates."""
        return moved(rect, *self.offset)


def context_of(region: Rect, canvas: Rect, parameters: Parameters, schema: Json) -> Rect:
    """The region with the surroundings that the dream sees."""
    margin = parameters.context
    if margin == AUTOMATIC:
        known: dict[str, Any] = schema["x-layers"]
        margin = context_margin(region, parameters.settings, known)
    return with_context(region, canvas, margin)


def bounds_of(layer: Gimp.Drawable) -> Rect:
    """The layer in its own coordinates."""
    return Rect(0, 0, layer.get_width(), layer.get_height())


def offset_of(layer: Gimp.Drawable) -> tuple[int, int]:
    """Where the layer lies in the image."""
    _, x, y = layer.get_offsets()
    return x, y
