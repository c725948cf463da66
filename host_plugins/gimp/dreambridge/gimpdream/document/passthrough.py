"""Groups that pass through and blend their layers with what lies below the group.

What such a group shows is not in the group alone: a Multiply layer in it multiplies the background.
So its dream is made of what one sees down to the bottom, where the group has anything to show.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gi.repository import Gimp

from bridgeclient.region import Rect
from gimpdream.document.identity import all_layers
from gimpdream.document.pixels import read_alpha, read_values, write_values
from gimpdream.document.source import offset_of

_SHOWS = bytes([0] + [255] * 255)
_PLAIN = (Gimp.LayerMode.NORMAL, Gimp.LayerMode.NORMAL_LEGACY)


def blends_through(layer: Gimp.Layer) -> bool:
    """Whether the layer is a group that shows something else over another background."""
    if not layer.is_group() or layer.get_mode() != Gimp.LayerMode.PASS_THROUGH:
        return False
    return any(
        child.get_visible() and (blends_through(child) if _passes(child) else not _is_over(child))
        for child in layer.get_children()
    )


def _passes(layer: Gimp.Layer) -> bool:
    return bool(layer.get_mode() == Gimp.LayerMode.PASS_THROUGH)


def _is_over(layer: Gimp.Layer) -> bool:
    """Whether the layer looks the same whatever lies below it."""
    over = (Gimp.LayerCompositeMode.AUTO, Gimp.LayerCompositeMode.UNION)
    return layer.get_mode() in _PLAIN and layer.get_composite_mode() in over


@contextmanager
def seen_through(group: Gimp.Layer, rect: Rect) -> Iterator[Gimp.Layer]:
    """What one sees within `rect` of the group and all below it, as a plain layer.

    It is transparent where the group has nothing to show.
    """
    (x, y), image = offset_of(group), group.get_image().duplicate()
    try:
        image.undo_disable()
        copy = _counterpart(group, image)
        _hide_others(copy)
        image.resize(rect.width, rect.height, -(x + rect.x), -(y + rect.y))
        seen = Gimp.Layer.new_from_visible(image, image, group.get_name())
        image.insert_layer(seen, None, 0)
        seen.add_alpha()
        mask = seen.create_mask(Gimp.AddMaskType.BLACK)
        seen.add_mask(mask)
        _draw_extent(mask, copy, rect)
        seen.remove_mask(Gimp.MaskApplyMode.APPLY)
        yield seen
    finally:
        image.delete()


def _draw_extent(mask: Gimp.Drawable, group: Gimp.Layer, rect: Rect) -> None:
    """Make the mask white wherever the group's layers have anything, whatever their modes."""
    for layer in all_layers([group]):
        layer.set_mode(Gimp.LayerMode.NORMAL)
        layer.set_composite_mode(Gimp.LayerCompositeMode.AUTO)
    values = read_alpha(group, rect)
    if group.get_mask() is not None and group.get_apply_mask():
        values = bytes(map(min, values, read_values(group.get_mask(), rect)))
    write_values(mask, Rect(0, 0, rect.width, rect.height), values.translate(_SHOWS))


def _counterpart(layer: Gimp.Layer, duplicate: Gimp.Image) -> Gimp.Layer:
    """The same layer of an image's duplicate."""
    parent, position = layer.get_parent(), layer.get_image().get_item_position(layer)
    siblings = _counterpart(parent, duplicate).get_children() if parent else duplicate.get_layers()
    return siblings[position]


def _hide_others(layer: Gimp.Layer) -> None:
    """Hide all but the layer and what is below it, down to the nearest group that isolates it."""
    layer.set_visible(True)
    isolated = False
    while layer is not None:
        parent = layer.get_parent()
        siblings = parent.get_children() if parent else layer.get_image().get_layers()
        position = layer.get_image().get_item_position(layer)
        for sibling in siblings if isolated else siblings[:position]:
            sibling.set_visible(sibling.get_id() == layer.get_id())
        isolated = isolated or (parent is not None and not _passes(parent))
        if parent is not None and isolated:
            _make_plain(parent)
        layer = parent


def _make_plain(group: Gimp.Layer) -> None:
    group.set_visible(True)
    group.set_mode(Gimp.LayerMode.NORMAL)
    group.set_composite_mode(Gimp.LayerCompositeMode.AUTO)
    group.set_opacity(100.0)
    if group.get_mask() is not None:
        group.remove_mask(Gimp.MaskApplyMode.DISCARD)
