"""Which pixels of which layer are dreamed: what the layer shows, around what is selected.

Only the region and its context are read, never the whole document; nothing in it is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp

from bridgeclient.looks import Json
from bridgeclient.protocol import ImageFrame
from bridgeclient.region import Rect, context_margin, moved, with_context
from gimpdream.arguments import AUTOMATIC, Parameters
from gimpdream.document import pixels
from gimpdream.document.frames import is_clear, masked
from gimpdream.document.selection import SelectionMask
from gimpdream.document.tracking import SIDE, TrackedRegion
from gimpdream.errors import UserError


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
        layers = {name: w for name, w in parameters.settings["layers"].items() if name in known}
        settings = {**parameters.settings, "layers": layers}
        margin = context_margin(region, settings, known) if layers else 0
    return with_context(region, canvas, margin)


def bounds_of(layer: Gimp.Drawable) -> Rect:
    """The layer in its own coordinates."""
    return Rect(0, 0, layer.get_width(), layer.get_height())


def offset_of(layer: Gimp.Drawable) -> tuple[int, int]:
    """Where the layer lies in the image."""
    _, x, y = layer.get_offsets()
    return x, y


@contextmanager
def flattened(layer: Gimp.Layer, rect: Rect) -> Iterator[Gimp.Layer]:
    """What the layer shows within `rect`, as a plain layer of a passing image.

    A group is merged, filters are applied, and the layer's mask becomes transparency.
    """
    image = layer.get_image()
    size = rect.width, rect.height
    scratch = Gimp.Image.new_with_precision(*size, image.get_base_type(), image.get_precision())
    try:
        scratch.undo_disable()
        scratch.set_color_profile(image.get_effective_color_profile())
        copy = Gimp.Layer.new_from_drawable(layer, scratch)
        scratch.insert_layer(copy, None, 0)
        _unlock(copy)
        if copy.is_group():
            copy = copy.merge()
        left, top = _moved_by_merge(layer, copy)
        copy.merge_filters()
        Gimp.Layer.resize(copy, *size, left - rect.x, top - rect.y)  # text has another resize
        _apply_mask(copy)
        yield copy
    finally:
        scratch.delete()


def _unlock(copy: Gimp.Layer) -> None:
    copy.set_lock_content(False)
    copy.set_lock_position(False)
    copy.set_lock_alpha(False)


def _moved_by_merge(layer: Gimp.Layer, copy: Gimp.Layer) -> tuple[int, int]:
    """How far merging a group moved its corner; nothing for a plain layer."""
    (x, y), (copy_x, copy_y) = offset_of(layer), offset_of(copy)
    return (copy_x - x, copy_y - y)


def _apply_mask(layer: Gimp.Layer) -> None:
    if layer.get_mask() is None:
        return
    applied = layer.get_apply_mask()
    layer.remove_mask(Gimp.MaskApplyMode.APPLY if applied else Gimp.MaskApplyMode.DISCARD)


def small_frame(layer: Gimp.Layer, rect: Rect, side: int) -> ImageFrame:
    """What the layer shows within `rect`, in 8 bits, with no side longer than `side` pixels."""
    frame, mask = pixels.read_small(layer, rect, side), layer.get_mask()
    if mask is None or not layer.get_apply_mask():
        return frame
    return masked(frame, pixels.read_small(mask, rect, side))


def layer_fingerprint(layer: Gimp.Layer) -> object:
    """A value that changes with the layer's place, size, mask, or what one sees of it."""
    bounds, mask = bounds_of(layer), layer.get_mask()
    applied = layer.get_apply_mask() if mask else False
    frame = small_frame(layer, bounds, _FINGERPRINT_SIDE)
    shown = bytes(pixels.read_small(mask, bounds, _FINGERPRINT_SIDE).pixels) if mask else b""
    return offset_of(layer), bounds, applied, bytes(frame.pixels), shown


def guide_frame(guide: Gimp.Layer | None) -> ImageFrame | None:
    """What the guide layer shows, no side longer than the network can use.

    Raises:
        UserError: the guide is empty.
    """
    if guide is None:
        return None
    frame = small_frame(guide, bounds_of(guide), GUIDE_SIDE)
    if is_clear(frame):
        raise UserError(f"The guide “{guide.get_name()}” is empty: choose another layer.")
    return frame


_FINGERPRINT_SIDE = 96

GUIDE_SIDE = 1024
"""Longest side of a guide on the wire, in pixels: its features matter, not its size."""
