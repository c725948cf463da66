"""A layer that was dreamed before: its source, and the arguments for dreaming it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp

from bridgeclient.looks import Json
from bridgeclient.protocol import ImageFrame
from bridgeclient.region import Rect, moved
from bridgeclient.validation import completed
from gimpdream.arguments import (
    DRAFT,
    STORED,
    Parameters,
    apply_guide,
    chosen_guide,
    read_settings,
    write_settings,
)
from gimpdream.document.appearance import layer_fingerprint
from gimpdream.document.checks import check_layers, check_locks
from gimpdream.document.identity import all_layers, find_layer
from gimpdream.document.metadata import DreamMetadata, read_metadata
from gimpdream.document.pixels import GREY, read_alpha
from gimpdream.document.selection import SelectionMask, mask_of
from gimpdream.document.source import SourceRegion, bounds_of, context_of, offset_of
from gimpdream.document.tracking import locate
from gimpdream.errors import UserError


@dataclass(frozen=True)
class DreamLayer:
    """A dream layer and what it remembers."""

    layer: Gimp.Layer
    metadata: DreamMetadata


def selected_dream_layer(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> DreamLayer:
    """The selected layer as a dream layer, or the topmost dream of the selected layer.

    Raises:
        UserError: there is none, several are selected, or its pixels can't be changed.
    """
    layers = check_layers(image, drawables)
    if len(layers) > 1:
        raise UserError("Several layers are selected: select the one to dream again.")
    found = _as_dream(layers[0]) or _topmost_dream_of(image, layers[0])
    if found is None:
        raise UserError(
            f"“{layers[0].get_name()}” was not dreamed yet: use DeepDream… for it, or select a "
            "layer that was."
        )
    check_locks(found.layer, itself=True)
    return found


def _as_dream(layer: Gimp.Layer) -> DreamLayer | None:
    metadata = read_metadata(layer)
    return None if metadata is None else DreamLayer(layer, metadata)


def _topmost_dream_of(image: Gimp.Image, source: Gimp.Layer) -> DreamLayer | None:
    for layer in all_layers(image.get_layers()):
        if (dream := _as_dream(layer)) is not None:
            original = find_layer(image, dream.metadata.source, dream.metadata.source_name)
            if original is not None and original.get_id() == source.get_id():
                return dream
    return None


def check_layer_unchanged(found: DreamLayer, pixels: ImageFrame) -> None:
    """Check that new pixels still fit the layer.

    Raises:
        UserError: the layer was removed, resized or locked while it was dreamed.
    """
    layer = found.layer
    if not layer.is_valid():
        raise UserError("The layer was removed while it was dreamed again, so the dream is lost.")
    if (layer.get_width(), layer.get_height()) != (pixels.width, pixels.height):
        raise UserError(f"“{layer.get_name()}” was resized while it was dreamed: dream again.")
    check_locks(layer, itself=True)


def prefill(image: Gimp.Image, found: DreamLayer, config: Any, schema: Json) -> Json:
    """Set the arguments to what the layer remembers; returns its settings."""
    stored = completed(found.metadata.settings, schema)
    config.set_property("preset", STORED)
    write_settings(config, stored, schema)
    config.set_property("guide", _guide(image, found.metadata))
    config.set_property(DRAFT, False)
    return stored


def read_parameters(image: Gimp.Image, found: DreamLayer, config: Any, schema: Json) -> Parameters:
    """What the arguments ask for, with what the layer remembers for those that are not set.

    Raises:
        UserError: an argument can't be read, or the guide is gone.
    """
    settings = read_settings(config, schema, completed(found.metadata.settings, schema))
    metadata, guide = found.metadata, chosen_guide(config)
    if guide is None and config.get_property("preset") == STORED:
        guide = _guide(image, metadata)
        if guide is None and metadata.guide is not None:
            raise UserError(
                f"The guide “{metadata.guide_name}” is not in this image: choose a guide again."
            )
    guide = apply_guide(settings, guide)
    own = metadata.context, metadata.edge, metadata.result
    return Parameters(settings, guide, *own, draft=config.get_property(DRAFT))


def _guide(image: Gimp.Image, metadata: DreamMetadata) -> Gimp.Layer | None:
    return find_layer(image, metadata.guide, metadata.guide_name) if metadata.guide else None


def source_of(
    image: Gimp.Image, found: DreamLayer, parameters: Parameters, schema: Json
) -> SourceRegion:
    """The original source of a dream layer, masked by what shows now.

    Whatever the image went through since, it is the same region of the same picture.

    Raises:
        UserError: the source is gone or no longer fits the layer.
    """
    layer = found.layer
    if not layer.is_valid():
        raise UserError("The layer is not in the image any more: select another one.")
    name = layer.get_name()
    original = find_layer(image, found.metadata.source, found.metadata.source_name)
    if original is None or original.get_id() == layer.get_id():
        raise UserError(
            f"The layer that “{name}” was dreamed from is not in this image: dream anew."
        )
    canvas, (x, y), (left, top) = bounds_of(original), offset_of(original), offset_of(layer)
    whole = SourceRegion(original, canvas, canvas, None)
    here = moved(bounds_of(layer), left - x, top - y)
    region = locate(found.metadata.tracked, whole.size, here, whole.patch)
    if region is None:
        raise UserError(
            f"“{name}” or its source was resized or changed: dream anew from the source."
        )
    context = context_of(region, canvas, parameters, schema)
    return SourceRegion(original, region, context, _shown_of(layer, whole.in_image(region)))


def fingerprint(image: Gimp.Image, found: DreamLayer) -> object:
    """A value that changes with what one sees of the dream layer and of its source."""
    if not image.is_valid() or not found.layer.is_valid():
        return None
    original = find_layer(image, found.metadata.source, found.metadata.source_name)
    source = layer_fingerprint(original) if original is not None else None
    return layer_fingerprint(found.layer), source


def _shown_of(layer: Gimp.Layer, bounds: Rect) -> SelectionMask:
    """What shows of the layer: its mask, else its transparency."""
    whole, mask = bounds_of(layer), layer.get_mask()
    if mask is not None:
        return mask_of(mask, whole, bounds)
    alpha = read_alpha(layer, whole)
    return SelectionMask(bounds, alpha, alpha, GREY, 1)
