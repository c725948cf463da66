"""Where an earlier dream's layer came from, for dreaming it anew from its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp

from bridgeclient.looks import Json
from bridgeclient.protocol import ImageFrame
from bridgeclient.region import Rect, moved
from gimpdream.arguments import (
    DRAFT,
    STORED,
    Wish,
    complete,
    guided,
    read_settings,
    write_settings,
)
from gimpdream.identity import find
from gimpdream.memory import Memory, recall
from gimpdream.pixels import GREY, read_alpha
from gimpdream.selection import Shape, shape_of
from gimpdream.sentences import Refused
from gimpdream.source import Source, bounds_of, check_layers, check_locks, context_of, offset_of
from gimpdream.tracking import find_again


@dataclass(frozen=True)
class Remembered:
    """A dream layer and what it remembers."""

    layer: Gimp.Layer
    memory: Memory


def remembered(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> Remembered:
    """The selected layer as a dream layer.

    Raises:
        Refused: it is none, several are selected, or its pixels can't be changed.
    """
    layers = check_layers(image, drawables)
    if len(layers) > 1:
        raise Refused("Several layers are selected: select the one to dream again.")
    layer, memory = layers[0], recall(layers[0])
    name = layer.get_name()
    if memory is None:
        raise Refused(
            f"“{name}” was not dreamed: select a layer that DeepDream made, or use DeepDream… "
        )
    check_locks(layer, itself=True)
    return Remembered(layer, memory)


def check_meanwhile(found: Remembered, pixels: ImageFrame) -> None:
    """Let new pixels pass that still fit the layer.

    Raises:
        Refused: the layer was removed, resized or locked while it was dreamed.
    """
    layer = found.layer
    if not layer.is_valid():
        raise Refused("The layer was removed while it was dreamed again, so the dream is lost.")
    if (layer.get_width(), layer.get_height()) != (pixels.width, pixels.height):
        raise Refused(f"“{layer.get_name()}” was resized while it was dreamed: dream again.")
    check_locks(layer, itself=True)


def prefill(image: Gimp.Image, found: Remembered, config: Any, schema: Json) -> Json:
    """Set the arguments to what the layer remembers; its settings."""
    stored = complete(found.memory.settings, schema)
    config.set_property("preset", STORED)
    write_settings(config, stored, schema)
    config.set_property("guide", _guide(image, found.memory))
    config.set_property(DRAFT, False)
    return stored


def read_wish(image: Gimp.Image, found: Remembered, config: Any, schema: Json) -> Wish:
    """What the arguments ask for, with what the layer remembers for those that are not set.

    Raises:
        Refused: an argument can't be read, or the guide is gone.
    """
    settings = read_settings(config, schema, complete(found.memory.settings, schema))
    memory, guide = found.memory, config.get_property("guide")
    if guide is None and config.get_property("preset") == STORED:
        guide = _guide(image, memory)
        if guide is None and memory.guide is not None:
            raise Refused(
                f"The guide “{memory.guide_name}” is not in this image: choose a guide again."
            )
    guide = guided(settings, guide)
    draft = config.get_property(DRAFT)
    return Wish(settings, guide, memory.context, memory.edge, memory.result, draft=draft)


def _guide(image: Gimp.Image, memory: Memory) -> Gimp.Layer | None:
    return find(image, memory.guide, memory.guide_name) if memory.guide else None


def source_of(image: Gimp.Image, found: Remembered, wish: Wish, schema: Json) -> Source:
    """The original source of a dream layer, with what shows now as the shape.

    Whatever the image went through since, it is the same piece of the same picture.

    Raises:
        Refused: the source is gone or no longer fits the layer.
    """
    layer = found.layer
    if not layer.is_valid():
        raise Refused("The layer is not in the image any more: select another one.")
    name = layer.get_name()
    original = find(image, found.memory.source, found.memory.source_name)
    if original is None or original.get_id() == layer.get_id():
        raise Refused(f"The layer that “{name}” was dreamed from is not in this image: dream anew.")
    canvas, (x, y), (left, top) = bounds_of(original), offset_of(original), offset_of(layer)
    whole = Source(original, canvas, canvas, None)
    here = moved(bounds_of(layer), left - x, top - y)
    region = find_again(found.memory.piece, whole.size, here, whole.look)
    if region is None:
        raise Refused(f"“{name}” or its source was resized or changed: dream anew from the source.")
    context = context_of(region, canvas, wish, schema)
    return Source(original, region, context, _shape(layer, whole.in_image(region)))


def _shape(layer: Gimp.Layer, bounds: Rect) -> Shape:
    """What shows of the layer: its mask, else its transparency."""
    whole, mask = bounds_of(layer), layer.get_mask()
    if mask is not None:
        return shape_of(mask, whole, bounds)
    alpha = read_alpha(layer, whole)
    return Shape(bounds, alpha, alpha, GREY, 1)
