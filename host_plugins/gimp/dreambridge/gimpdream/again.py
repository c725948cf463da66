"""Where an earlier dream's layer came from, for dreaming it anew from its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp

from bridgeclient.looks import Json
from bridgeclient.region import Rect, intersection
from gimpdream.arguments import STORED, Wish, complete, guided, read_settings, write_settings
from gimpdream.identity import find
from gimpdream.memory import Memory, recall
from gimpdream.pixels import GREY, read_alpha
from gimpdream.selection import Shape, shape_of
from gimpdream.sentences import Refused
from gimpdream.source import Source, bounds_of, check_layers, context_of


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
    if layer.get_lock_content():
        raise Refused(f"The pixels of “{name}” are locked: unlock them, then dream again.")
    return Remembered(layer, memory)


def prefill(image: Gimp.Image, found: Remembered, config: Any, schema: Json) -> None:
    """Set the arguments to what the layer remembers."""
    config.set_property("preset", STORED)
    write_settings(config, complete(found.memory.settings, schema), schema)
    config.set_property("guide", _guide(image, found.memory))


def read_wish(image: Gimp.Image, found: Remembered, config: Any, schema: Json) -> Wish:
    """What the arguments ask for, with what the layer remembers for those that are not set.

    Raises:
        Refused: an argument can't be read, or the guide is gone.
    """
    settings = read_settings(config, schema, complete(found.memory.settings, schema))
    memory, guide = found.memory, config.get_property("guide")
    if guide is None and config.get_property("preset") == STORED:
        guide = _guide(image, memory)
    guide = guided(settings, guide)
    return Wish(settings, guide, memory.context, memory.feather, memory.result)


def _guide(image: Gimp.Image, memory: Memory) -> Gimp.Layer | None:
    return find(image, memory.guide, memory.guide_name) if memory.guide else None


def source_of(image: Gimp.Image, found: Remembered, wish: Wish, schema: Json) -> Source:
    """The original source of a dream layer, with what shows now as the shape.

    Raises:
        Refused: the source is gone or no longer fits the layer.
    """
    layer, name = found.layer, found.layer.get_name()
    source = find(image, found.memory.source, found.memory.source_name)
    if source is None or source.get_id() == layer.get_id():
        raise Refused(f"The layer that “{name}” was dreamed from is gone: dream anew.")
    region, canvas = Rect(*found.memory.region), bounds_of(source)
    fits = (layer.get_width(), layer.get_height()) == (region.width, region.height)
    if not fits or intersection(region, canvas) != region:
        raise Refused(f"“{name}” or its source was resized: dream anew from the source.")
    source_without_shape = Source(source, region, context_of(region, canvas, wish, schema), None)
    shape = _shape(layer, source_without_shape.in_image(region))
    return Source(source, region, source_without_shape.context, shape)


def _shape(layer: Gimp.Layer, bounds: Rect) -> Shape:
    """What shows of the layer: its mask, else its transparency."""
    whole, mask = bounds_of(layer), layer.get_mask()
    if mask is not None:
        return shape_of(mask, whole, bounds)
    alpha = read_alpha(layer, whole)
    return Shape(bounds, alpha, alpha, GREY, 1)
