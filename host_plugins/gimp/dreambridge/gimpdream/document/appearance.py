"""What a layer shows: at full size as a plain layer, or small, as a frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gi.repository import Gimp

from bridgeclient.protocol import ImageFrame
from bridgeclient.region import GUIDE_SIDE, Rect
from gimpdream.document import pixels
from gimpdream.document.frames import is_clear, masked
from gimpdream.document.passthrough import blends_through, seen_through
from gimpdream.document.source import bounds_of, offset_of
from gimpdream.errors import UserError


@contextmanager
def flattened(layer: Gimp.Layer, rect: Rect) -> Iterator[Gimp.Layer]:
    """What the layer shows within `rect`, as a plain layer of a temporary image.

    A group is merged, filters are applied, and the layer's mask becomes transparency. A group that
    blends with what is below it shows that, too.
    """
    if blends_through(layer):
        with seen_through(layer, rect) as seen:
            yield seen
    else:
        with _merged_copy(layer, rect) as copy:
            yield copy


@contextmanager
def _merged_copy(layer: Gimp.Layer, rect: Rect) -> Iterator[Gimp.Layer]:
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
    """How far merging a group moved its corner; a plain layer stays where it is."""
    (x, y), (copy_x, copy_y) = offset_of(layer), offset_of(copy)
    return (copy_x - x, copy_y - y)


def _apply_mask(layer: Gimp.Layer) -> None:
    if layer.get_mask() is None:
        return
    applied = layer.get_apply_mask()
    layer.remove_mask(Gimp.MaskApplyMode.APPLY if applied else Gimp.MaskApplyMode.DISCARD)


def small_frame(layer: Gimp.Layer, rect: Rect, side: int) -> ImageFrame:
    """What the layer shows within `rect`, in 8 bits, with no side longer than `side` pixels."""
    if blends_through(layer):
        with seen_through(layer, rect) as seen:
            return pixels.read_small(seen, bounds_of(seen), side)
    frame, mask = pixels.read_small(layer, rect, side), layer.get_mask()
    if mask is None or not layer.get_apply_mask():
        return frame
    return masked(frame, pixels.read_small(mask, rect, side))


def layer_fingerprint(layer: Gimp.Layer) -> object:
    """A value that changes with the layer's place, size, mask, or what one sees of it."""
    bounds, mask = bounds_of(layer), layer.get_mask()
    applied = layer.get_apply_mask() if mask else False
    drawables = [layer, *([mask] if mask else [])]
    return offset_of(layer), bounds, applied, [pixels.fingerprint(one) for one in drawables]


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
