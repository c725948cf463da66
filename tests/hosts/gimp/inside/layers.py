"""Layers of special kinds."""

from __future__ import annotations

from gi.repository import Gimp, Gio

from inside.harness import painted, picture, rectangle


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


def animation(photo: str, step: int, count: int = 4) -> tuple[Gimp.Image, list[Gimp.Layer]]:
    """A camera that moves over a photograph by so many pixels a frame; frames from the bottom up.

    The lowest layer has no alpha, like a background, and the third frame is shown longer.
    """
    image = picture(160, 120)
    for number in range(count):
        file = Gio.File.new_for_path(photo)
        whole = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
        whole.scale(whole.get_width() // 2, whole.get_height() // 2)
        whole.crop(160, 120, 40 + step * number, 30)
        frame = Gimp.Layer.new_from_drawable(whole.get_layers()[0], image)
        whole.delete()
        frame.set_name(f"Frame {number + 1} ({300 if number == 2 else 100}ms)")
        image.insert_layer(frame, None, 0)
        if number:
            frame.add_alpha()
    return image, image.get_layers()[::-1]
