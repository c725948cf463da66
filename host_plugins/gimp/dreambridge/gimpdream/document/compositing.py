"""How a dream is composited with its source, so that one sees its change and nothing else.

A plain copy above the source is right where that is opaque and Normal. Above a translucent source
it would double the density, above a Multiply layer hide what lies below. There the dream only
colours what its source shows (GIMP's "clip to backdrop"), and where other layers lie below, a group
of the two keeps them apart: it takes over the source's mode and opacity.
"""

from __future__ import annotations

import enum

from gi.repository import Gimp

from gimpdream.document.passthrough import blends_through

_NORMAL = (Gimp.LayerMode.NORMAL, Gimp.LayerMode.NORMAL_LEGACY)
_OVER = (Gimp.LayerCompositeMode.AUTO, Gimp.LayerCompositeMode.UNION)


class Placement(enum.Enum):
    """A copy above, a copy in the place of a hidden source, or colour for what the source shows."""

    ABOVE = enum.auto()
    REPLACING = enum.auto()
    CLIPPED = enum.auto()


def placement_for(source: Gimp.Layer, *, binary_alpha: bool) -> Placement:
    """Where a dream of this source goes; `binary_alpha` if nothing in it is half transparent."""
    if not source.get_visible():
        return Placement.REPLACING
    if blends_through(source):
        return Placement.ABOVE if binary_alpha else Placement.CLIPPED
    plain = source.get_mode() in _NORMAL or source.get_mode() == Gimp.LayerMode.PASS_THROUGH
    over = source.get_composite_mode() in _OVER
    if binary_alpha and plain and over and source.get_opacity() == 100.0:
        return Placement.ABOVE
    return Placement.CLIPPED


def is_alone(source: Gimp.Layer) -> bool:
    """Whether a dream clipped to the source colours nothing else: no layer lies below.

    Of a group that blends with those below it, the dream is of all of them.
    """
    if blends_through(source):
        return True
    parent = source.get_parent()
    if parent is not None and parent.get_mode() == Gimp.LayerMode.PASS_THROUGH:
        return False
    siblings = parent.get_children() if parent else source.get_image().get_layers()
    return bool(siblings[-1].get_id() == source.get_id())


def wrap_in_group(image: Gimp.Image, source: Gimp.Layer) -> None:
    """Put the source into a group of its own that looks as the source did."""
    name = f"{source.get_name()}, dreamed"
    group = Gimp.GroupLayer.new(image, name)
    image.insert_layer(group, source.get_parent(), image.get_item_position(source))
    locked = source.get_lock_position()
    source.set_lock_position(False)
    image.reorder_item(source, group, 0)
    source.set_lock_position(locked)
    if source.get_mode() == Gimp.LayerMode.PASS_THROUGH:
        group.set_mode(image.get_default_new_layer_mode())
        group.set_opacity(source.get_opacity())
    else:
        copy_blending(group, source)
        source.set_mode(image.get_default_new_layer_mode())
        source.set_composite_mode(Gimp.LayerCompositeMode.AUTO)
    source.set_opacity(100.0)


def copy_blending(layer: Gimp.Layer, source: Gimp.Layer) -> None:
    """Let a layer blend with those below as the source does."""
    layer.set_mode(source.get_mode())
    layer.set_opacity(source.get_opacity())
    layer.set_blend_space(source.get_blend_space())
    layer.set_composite_space(source.get_composite_space())
    layer.set_composite_mode(source.get_composite_mode())


def clip(layer: Gimp.Layer) -> None:
    """Let a layer colour what is below it and leave its shape."""
    layer.set_composite_mode(Gimp.LayerCompositeMode.CLIP_TO_BACKDROP)


def is_clipped(layer: Gimp.Layer) -> bool:
    """Whether the layer only colours what is below it."""
    return bool(layer.get_composite_mode() == Gimp.LayerCompositeMode.CLIP_TO_BACKDROP)
