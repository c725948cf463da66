"""Which pixels of which layer are dreamed: what the layer shows, around what is selected.

Only the region and its context are read, never the whole document; nothing in it is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp

from bridgeclient.looks import Json
from bridgeclient.protocol import ImageFrame
from bridgeclient.region import Rect, context_margin, moved, with_context
from gimpdream import pixels
from gimpdream.arguments import AUTOMATIC, Wish
from gimpdream.selection import Shape, read_shape
from gimpdream.sentences import Refused
from gimpdream.tracking import SIDE, Piece


@dataclass(frozen=True)
class Source:
    """A layer to dream of and the part of it that changes.

    `region` and `context` are in the layer's own coordinates, `shape` in the image's; without a
    shape the whole layer changes.
    """

    layer: Gimp.Layer
    region: Rect
    context: Rect
    shape: Shape | None

    @property
    def offset(self) -> tuple[int, int]:
        """Where the layer's own coordinates begin in the image."""
        return offset_of(self.layer)

    @property
    def size(self) -> tuple[int, int]:
        """The layer's width and height."""
        return self.layer.get_width(), self.layer.get_height()

    def piece(self) -> Piece:
        """The region as it is now, to be found again later."""
        return Piece(self.size, self.region, self.look(self.region))

    def look(self, rect: Rect) -> bytes:
        """The patch of a rectangle of the layer."""
        return pixels.read_patch(self.layer, rect, SIDE)

    def in_image(self, rect: Rect) -> Rect:
        """A rectangle of the layer in the image's coordinates."""
        return moved(rect, *self.offset)


@dataclass(frozen=True)
class Plan:
    """What to dream: the sources, and what is asked for."""

    wish: Wish
    sources: Sequence[Source]


def sources(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], wish: Wish, schema: Json
) -> list[Source]:
    """The selected layers as sources of dreams.

    Raises:
        Refused: something in the document doesn't allow it.
    """
    layers = check_layers(image, drawables)
    for layer in layers:
        check_locks(layer)
    shape = read_shape(image, wish.edge)
    return [_source(layer, shape, wish, schema) for layer in layers]


def check_layers(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> list[Gimp.Layer]:
    """The drawables if they are layers that can be dreamed of.

    Raises:
        Refused: they are not, with what to do.
    """
    if image is None or not image.is_valid():
        raise Refused("There is no image: open one, then dream.")
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        raise Refused(
            "This image has indexed colours: choose Image ▸ Mode ▸ RGB first, dream, and convert "
            "back if you need to."
        )
    if not drawables:
        raise Refused("No layer is selected: click a layer in the Layers dialog, then dream.")
    for drawable in drawables:
        if not drawable.is_valid():
            raise Refused("The layer is not in the image any more: select another one.")
        if drawable.get_image().get_id() != image.get_id():
            raise Refused(
                f"“{drawable.get_name()}” is in another image: choose a layer of this one."
            )
        _check_layer(drawable)
    return list(drawables)


def _check_layer(drawable: Gimp.Drawable) -> None:
    name = drawable.get_name()
    if drawable.is_layer_mask():
        raise Refused(f"“{name}” is a layer mask: click the picture of its layer, then dream.")
    if not drawable.is_layer():
        raise Refused(f"“{name}” is a channel: click a layer in the Layers dialog, then dream.")
    if drawable.is_floating_sel():
        raise Refused("The layer is a floating selection: anchor it first (Layer ▸ Anchor Layer).")
    if drawable.is_group() and not drawable.get_children():
        raise Refused(f"The layer group “{name}” is empty: put a layer into it, then dream.")


def check_locks(layer: Gimp.Layer, *, itself: bool = False) -> None:
    """Let a layer pass above which, or `itself` into which, GIMP lets pixels be put.

    Raises:
        Refused: its pixels or those of a group around it are locked, which of them.
    """
    locked: Gimp.Layer | None = layer if itself else layer.get_parent()
    while locked is not None and not locked.get_lock_content():
        locked = locked.get_parent()
    if locked is not None:
        what = "group" if locked.is_group() else "layer"
        raise Refused(
            f"The pixels of the {what} “{locked.get_name()}” are locked: unlock them, then dream."
        )


def _source(layer: Gimp.Layer, shape: Shape | None, wish: Wish, schema: Json) -> Source:
    canvas = bounds_of(layer)
    part = None
    if shape is not None:
        part = shape.within(moved(canvas, *offset_of(layer)))
        if part is None:
            raise Refused(
                f"The selection misses the layer “{layer.get_name()}”: select a part of it, or "
                "nothing for the whole layer."
            )
    region = canvas
    if part is not None:
        x, y = offset_of(layer)
        region = moved(part.bounds, -x, -y)
    return Source(layer, region, context_of(region, canvas, wish, schema), part)


def context_of(region: Rect, canvas: Rect, wish: Wish, schema: Json) -> Rect:
    """The region with the surroundings that the dream sees."""
    margin = wish.context
    if margin == AUTOMATIC:
        known: dict[str, Any] = schema["x-layers"]
        layers = {name: w for name, w in wish.settings["layers"].items() if name in known}
        settings = {**wish.settings, "layers": layers}
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
def shown(layer: Gimp.Layer, rect: Rect) -> Iterator[Gimp.Layer]:
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
        _fold_mask(copy)
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


def _fold_mask(layer: Gimp.Layer) -> None:
    if layer.get_mask() is None:
        return
    applied = layer.get_apply_mask()
    layer.remove_mask(Gimp.MaskApplyMode.APPLY if applied else Gimp.MaskApplyMode.DISCARD)


def guide_frame(guide: Gimp.Layer | None) -> ImageFrame | None:
    """What the guide layer shows, 8-bit, no side longer than the network can use.

    Raises:
        Refused: the guide is empty.
    """
    if guide is None:
        return None
    with shown(guide, bounds_of(guide)) as layer:
        if pixels.is_transparent(layer, bounds_of(layer)):
            raise Refused(f"The guide “{guide.get_name()}” is empty: choose another layer.")
        return pixels.read_small(layer, GUIDE_SIDE)


GUIDE_SIDE = 1024
"""Longest side of a guide on the wire, in pixels: its features matter, not its size."""
