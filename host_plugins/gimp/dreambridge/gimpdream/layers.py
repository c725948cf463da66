"""The dream as a new layer above its source, or as new pixels of an earlier dream's layer.

Called when everything has arrived, so that nothing can fail halfway; each is one undo step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from gi.repository import Gimp

from bridgeclient.looks import Json, as_text, preset_of
from bridgeclient.protocol import ImageFrame
from bridgeclient.region import Rect, cut
from gimpdream.arguments import ALPHA, Wish
from gimpdream.change import is_crisp, opaque
from gimpdream.identity import all_layers, id_of, mark
from gimpdream.memory import Memory, recall, remember
from gimpdream.pixels import PixelFormat, format_of, read, write, write_values
from gimpdream.source import Source, bounds_of
from gimpdream.standing import Standing, clip, is_alone, is_clipped, standing_of, take_over, wrap

_BYTES = {"uint8": 1, "uint16": 2, "float16": 2, "float32": 4}


@dataclass(frozen=True)
class Dreamed:
    """A finished dream of a source: the region's pixels in their format, and its memory."""

    source: Source
    wish: Wish
    pixels: ImageFrame
    format: PixelFormat
    memory: Memory
    name: str


def region_of(image: ImageFrame, context: Rect, region: Rect) -> ImageFrame:
    """The region's part of pixels that came back with their context."""
    size = image.channels * _BYTES[image.dtype]
    data = cut(bytes(image.pixels), context, region, size)
    return ImageFrame(region.width, region.height, image.channels, image.dtype, data)


def title(settings: Json, schema: Json) -> str:
    """The new layer's name: the preset if the settings are one's, else the layers."""
    preset = preset_of(settings, schema)
    layers = as_text("layers", settings["layers"]).replace(",", " + ")
    return f"Dream · {schema['x-presets'][preset]['label'] if preset else layers}"


def place(image: Gimp.Image, dreams: Sequence[Dreamed]) -> list[Gimp.Layer]:
    """Insert each dream where it shows; all of them are one undo step."""
    with _one_step(image):
        layers = [_place(image, dreamed) for dreamed in dreams]
        image.set_selected_layers(layers)
    return layers


def _place(image: Gimp.Image, dreamed: Dreamed) -> Gimp.Layer:
    source, earlier = dreamed.source.layer, _earlier(dreamed.source.layer, dreamed.memory.source)
    standing = standing_of(source, crisp=is_crisp(dreamed.pixels))
    if standing is Standing.CLIPPED and not is_alone(source) and not earlier:
        wrap(image, source)
    layer = _layer_of(image, dreamed, standing)
    _remember_whose(dreamed)
    highest = image.get_item_position(earlier[0] if earlier else source)
    image.insert_layer(layer, source.get_parent(), highest)
    if standing is Standing.CLIPPED:
        clip(layer)
    elif standing is Standing.INSTEAD and source.get_mode() != Gimp.LayerMode.PASS_THROUGH:
        take_over(layer, source)
    for old in earlier if dreamed.wish.hide_earlier else ():
        old.set_visible(False)
    _mask(layer, dreamed)
    return layer


def _layer_of(image: Gimp.Image, dreamed: Dreamed, standing: Standing) -> Gimp.Layer:
    """A layer with the dream's pixels and memory at their place, not yet in the image."""
    source, size = dreamed.source, (dreamed.pixels.width, dreamed.pixels.height)
    kind = Gimp.ImageType.GRAYA_IMAGE if source.layer.is_gray() else Gimp.ImageType.RGBA_IMAGE
    mode = image.get_default_new_layer_mode()
    layer = Gimp.Layer.new(image, dreamed.name, *size, kind, 100.0, mode)
    pixels = opaque(dreamed.pixels) if standing is Standing.CLIPPED else dreamed.pixels
    write(layer, pixels, dreamed.format, shadow=False)
    remember(layer, dreamed.memory)
    region = source.in_image(source.region)
    layer.set_offsets(region.x, region.y)
    return layer


def _earlier(source: Gimp.Layer, mark: str) -> list[Gimp.Layer]:
    """What above the source holds earlier dreams of it, the topmost first.

    Dreams of dreams count, and so do groups with such dreams in them: below any of these a new
    dream would not be seen.
    """
    parent = source.get_parent()
    siblings = parent.get_children() if parent else source.get_image().get_layers()
    above = siblings[: [layer.get_id() for layer in siblings].index(source.get_id())]
    marks, found = {mark}, []
    for layer in reversed(above):
        inside = [one for one in all_layers([layer]) if _is_dream_of(one, marks)]
        marks.update(id_of(one) for one in inside)
        found += [layer] if inside else []
    marks.discard("")
    return found[::-1]


def _is_dream_of(layer: Gimp.Layer, marks: set[str]) -> bool:
    memory = recall(layer)
    return memory is not None and memory.source in marks


def _remember_whose(dreamed: Dreamed) -> None:
    """Let the source and the guide carry the ids by which the dream remembers them."""
    mark(dreamed.source.layer, dreamed.memory.source)
    if dreamed.memory.guide:
        mark(dreamed.wish.guide, dreamed.memory.guide)


def _mask(layer: Gimp.Layer, dreamed: Dreamed) -> None:
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    if (shape := dreamed.source.shape) is not None:
        write_values(mask, bounds_of(layer), shape.values, shape.name)
    if dreamed.memory.result == ALPHA:
        layer.remove_mask(Gimp.MaskApplyMode.APPLY)
    else:
        layer.set_edit_mask(False)


def replace(image: Gimp.Image, layer: Gimp.Layer, dreamed: Dreamed) -> None:
    """Give an earlier dream's layer new pixels; mask, mode and opacity stay. One undo step.

    A layer without a mask keeps its transparency, which is its shape.
    """
    selected = image.get_selected_layers()
    old = None if layer.get_mask() else read(layer, bounds_of(layer))
    pixels = opaque(dreamed.pixels) if is_clipped(layer) else dreamed.pixels
    if old:
        pixels = recoloured(old, dreamed.pixels)
    with _one_step(image), _nothing_selected(image):
        _remember_whose(dreamed)
        write(layer, pixels, format_of(layer) if old else dreamed.format, shadow=True)
        remember(layer, dreamed.memory)
        layer.set_name(dreamed.name)
        image.set_selected_layers(selected)


def recoloured(old: ImageFrame, new: ImageFrame) -> ImageFrame:
    """The new frame's colours with the old frame's alpha; both have one size and data type."""
    depth = _BYTES[old.dtype]
    old_size, new_size = old.channels * depth, new.channels * depth
    pixels, colours = bytearray(old.pixels), bytes(new.pixels)
    for byte in range(old_size - depth):
        pixels[byte::old_size] = colours[byte::new_size]
    return ImageFrame(old.width, old.height, old.channels, old.dtype, bytes(pixels))


@contextmanager
def _one_step(image: Gimp.Image) -> Iterator[None]:
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()


@contextmanager
def _nothing_selected(image: Gimp.Image) -> Iterator[None]:
    """Without the selection, which would hold back the new pixels; it is put back."""
    if Gimp.Selection.is_empty(image):
        yield
        return
    kept = Gimp.Selection.save(image)
    Gimp.Selection.none(image)
    try:
        yield
    finally:
        image.select_item(Gimp.ChannelOps.REPLACE, kept)
        image.remove_channel(kept)
