"""What to dream: the selected layers' regions inside the selection, and the parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gi.repository import Gimp

from bridgeclient.looks import Json
from bridgeclient.region import moved
from gimpdream.arguments import ITSELF, Parameters
from gimpdream.document.animation import bottom_up, check_alike
from gimpdream.document.checks import check_layers, check_locks, check_overwritable
from gimpdream.document.selection import SelectionMask, read_selection, weighted
from gimpdream.document.source import SourceRegion, bounds_of, context_of, offset_of
from gimpdream.errors import UserError


@dataclass(frozen=True)
class Plan:
    """What to dream: the sources, and what is asked for."""

    parameters: Parameters
    sources: Sequence[SourceRegion]


def selected_sources(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], parameters: Parameters, schema: Json
) -> list[SourceRegion]:
    """The selected layers, or a copy of all that is visible, as sources of dreams.

    Coherent frames come in the order in which they play.

    Raises:
        UserError: something in the document doesn't allow it.
    """
    layers = list(drawables) if parameters.visible else check_layers(image, drawables)
    for layer in layers:
        if parameters.result == ITSELF:
            check_overwritable(layer)
        else:
            check_locks(layer)
    mask = read_selection(image, parameters.edge)
    if parameters.strength is not None:
        mask = weighted(mask, parameters.strength, image)
    if not parameters.coherent:
        return [_source(layer, mask, parameters, schema) for layer in layers]
    frames = [_source(layer, mask, parameters, schema) for layer in bottom_up(image, layers)]
    check_alike(frames)
    return frames


def _source(
    layer: Gimp.Layer, mask: SelectionMask | None, parameters: Parameters, schema: Json
) -> SourceRegion:
    canvas = bounds_of(layer)
    part = None
    if mask is not None:
        part = mask.within(moved(canvas, *offset_of(layer)))
        if part is None:
            raise UserError(
                f"The selection misses the layer “{layer.get_name()}”: select a part of it, or "
                "nothing for the whole layer."
            )
    region = canvas
    if part is not None:
        x, y = offset_of(layer)
        region = moved(part.bounds, -x, -y)
    return SourceRegion(layer, region, context_of(region, canvas, parameters, schema), part)
