"""Layers of special kinds."""

from __future__ import annotations

from gi.repository import Gimp

from inside.harness import painted, rectangle


def with_mask(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    width, height = layer.get_width(), layer.get_height()
    buffer = mask.get_buffer()
    slope = bytes(255 * x // (width - 1) for x in range(width))
    buffer.set(rectangle(0, 0, width, height), "Y u8", slope * height)
    buffer.flush()
    mask.update(0, 0, width, height)
    layer.set_edit_mask(False)
    return layer


def group_of_two(image: Gimp.Image) -> Gimp.Layer:
    group = Gimp.GroupLayer.new(image, "source")
    image.insert_layer(group, None, 0)
    painted(image, name="first", parent=group, size=(40, 40), at=(4, 4), seed=7)
    painted(image, name="second", parent=group, size=(30, 30), at=(25, 12), alpha=True, seed=8)
    return group


def text(image: Gimp.Image, words: str) -> Gimp.Layer:
    """A text layer, on top."""
    font = Gimp.Font.get_by_name("Sans-serif") or Gimp.context_get_font()
    layer = Gimp.TextLayer.new(image, words, font, 40.0, Gimp.Unit.pixel())
    image.insert_layer(layer, None, 0)
    return layer
