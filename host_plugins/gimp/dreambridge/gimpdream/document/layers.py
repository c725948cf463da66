"""The dream as a new layer above its source, or as new pixels of an earlier dream's layer.

Called when everything has arrived, so that nothing can fail halfway; each is one undo step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gi.repository import Gimp

from bridgeclient.protocol import ImageFrame
from gimpdream.arguments import ALPHA, TOP, Parameters
from gimpdream.document.compositing import (
    Placement,
    clip,
    copy_blending,
    is_alone,
    is_clipped,
    placement_for,
    wrap_in_group,
)
from gimpdream.document.frames import has_binary_alpha, opaque, with_alpha_of
from gimpdream.document.identity import all_layers, id_of, set_id
from gimpdream.document.metadata import DreamMetadata, read_metadata, write_metadata
from gimpdream.document.pixels import PixelFormat, format_of, read, write, write_values
from gimpdream.document.source import SourceRegion, bounds_of
from gimpdream.document.undo import one_step, selection_kept
from gimpdream.document.visible import brought_in


@dataclass(frozen=True)
class FinishedDream:
    """A finished dream of a source: the region's pixels in their format, and its metadata."""

    source: SourceRegion
    parameters: Parameters
    pixels: ImageFrame
    format: PixelFormat
    metadata: DreamMetadata
    name: str


def insert_dreams(image: Gimp.Image, dreams: Sequence[FinishedDream]) -> list[Gimp.Layer]:
    """Insert each dream where it shows; all of them are one undo step.

    What was selected stays so, as after any filter: the next look is one of the same picture.
    """
    selected = image.get_selected_layers()
    with one_step(image):
        placed = [replace(dream, source=brought_in(image, dream.source)) for dream in dreams]
        layers = [_insert(image, dream) for dream in placed]
        image.set_selected_layers(selected)
    return layers


def _insert(image: Gimp.Image, dream: FinishedDream) -> Gimp.Layer:
    source, earlier = dream.source.layer, _earlier(dream.source.layer, dream.metadata.source)
    for old in earlier if dream.parameters.hide_earlier else ():
        old.set_visible(False)
    placement = Placement.ABOVE
    if dream.metadata.result != TOP:
        placement = placement_for(source, binary_alpha=has_binary_alpha(dream.pixels))
    shown = any(old.get_visible() for old in earlier)
    if placement is Placement.CLIPPED and not is_alone(source) and not shown:
        wrap_in_group(image, source)
        earlier = []  # they are hidden, above the group
    layer = _layer_of(image, dream, placement)
    _set_ids(dream)
    if dream.metadata.result == TOP:
        image.insert_layer(layer, None, 0)
    else:
        highest = image.get_item_position(earlier[0] if earlier else source)
        image.insert_layer(layer, source.get_parent(), highest)
    if placement is Placement.CLIPPED:
        clip(layer)
    elif placement is Placement.REPLACING and source.get_mode() != Gimp.LayerMode.PASS_THROUGH:
        copy_blending(layer, source)
    _add_mask(layer, dream)
    return layer


def _layer_of(image: Gimp.Image, dream: FinishedDream, placement: Placement) -> Gimp.Layer:
    """A layer with the dream's pixels and metadata at its place, not yet in the image."""
    source, size = dream.source, (dream.pixels.width, dream.pixels.height)
    kind = Gimp.ImageType.GRAYA_IMAGE if source.layer.is_gray() else Gimp.ImageType.RGBA_IMAGE
    mode = image.get_default_new_layer_mode()
    layer = Gimp.Layer.new(image, dream.name, *size, kind, 100.0, mode)
    pixels = opaque(dream.pixels) if placement is Placement.CLIPPED else dream.pixels
    write(layer, pixels, dream.format, shadow=False)
    write_metadata(layer, dream.metadata)
    region = source.in_image(source.region)
    layer.set_offsets(region.x, region.y)
    return layer


def _earlier(source: Gimp.Layer, source_id: str) -> list[Gimp.Layer]:
    """The layers and groups above the source that hold earlier dreams of it, from the top.

    Dreams of dreams count, and so do groups with such dreams in them: below any of these a new
    dream would not be seen.
    """
    parent = source.get_parent()
    siblings = parent.get_children() if parent else source.get_image().get_layers()
    above = siblings[: [layer.get_id() for layer in siblings].index(source.get_id())]
    ids, found = {source_id}, []
    for layer in reversed(above):
        inside = [one for one in all_layers([layer]) if _is_dream_of(one, ids)]
        ids.update(id_of(one) for one in inside)
        found += [layer] if inside else []
    ids.discard("")
    return found[::-1]


def _is_dream_of(layer: Gimp.Layer, ids: set[str]) -> bool:
    metadata = read_metadata(layer)
    return metadata is not None and metadata.source in ids


def _set_ids(dream: FinishedDream) -> None:
    """Attach to the source and the guide the ids by which the dream finds them again."""
    set_id(dream.source.layer, dream.metadata.source)
    if dream.metadata.guide:
        set_id(dream.parameters.guide, dream.metadata.guide)


def _add_mask(layer: Gimp.Layer, dream: FinishedDream) -> None:
    layer_mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(layer_mask)
    if (mask := dream.source.mask) is not None:
        write_values(layer_mask, bounds_of(layer), mask.values, mask.name)
    if dream.metadata.result == ALPHA:
        layer.remove_mask(Gimp.MaskApplyMode.APPLY)
    else:
        layer.set_edit_mask(False)


def replace_pixels(image: Gimp.Image, layer: Gimp.Layer, dream: FinishedDream) -> None:
    """Give an earlier dream's layer new pixels; mask, mode and opacity stay. One undo step.

    A layer without a mask keeps its transparency, which is its shape.
    """
    selected = image.get_selected_layers()
    old = None if layer.get_mask() else read(layer, bounds_of(layer))
    pixels = opaque(dream.pixels) if is_clipped(layer) else dream.pixels
    if old:
        pixels = with_alpha_of(old, dream.pixels)
    with one_step(image), selection_kept(image):
        Gimp.Selection.none(image)  # it would hold back the new pixels
        _set_ids(dream)
        write(layer, pixels, format_of(layer) if old else dream.format, shadow=True)
        write_metadata(layer, dream.metadata)
        layer.set_name(dream.name)
        image.set_selected_layers(selected)
