"""A dream's request at a small size, for the preview: the dream itself, without its finest octaves.

A dream begins with its smallest octave. So the picture is shrunk to exactly the size of one of the
dream's own octaves, with the same surroundings, seed and jitter, and what the preview shows is what
the dream has come to at that octave.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bridgeclient.estimate import octave_sizes
from bridgeclient.looks import Json
from bridgeclient.protocol import ImageFrame
from bridgeclient.region import Rect, context_margin, intersection, middle_square, with_context
from bridgeclient.request import DreamRequest
from bridgeclient.sketch import difference
from gimpdream.arguments import Parameters
from gimpdream.document.appearance import guide_frame, small_frame
from gimpdream.document.source import SourceRegion, bounds_of, context_of

_MOST_EVER = 600_000
"""Pixels that a preview has at most, even where the dream's smallest octave has more."""

_SIDE_MOST = 1024
"""GIMP gives no larger picture of a layer."""

_PART_MARGIN = 128
"""What a part at full size sees of its surroundings, in pixels, at most."""


@dataclass(frozen=True)
class Sketch:
    """A request, the rectangle of the layer that its picture covers, and the part to be seen.

    `difference` says how the dream will differ from it.
    """

    request: DreamRequest
    covers: Rect
    part: Rect
    scale: float
    difference: str


def frame_of(source: SourceRegion) -> Rect:
    """The source with surroundings that no setting changes, so that the preview's frame stays."""
    region = source.region
    margin = max(region.width, region.height) // 2
    return with_context(region, bounds_of(source.layer), margin)


def sketch(source: SourceRegion, parameters: Parameters, schema: Json, most: int) -> Sketch:
    """The source's dream, with about `most` pixels at most.

    Raises:
        UserError: the guide is empty.
    """
    settings, context = (
        parameters.settings,
        context_of(source.region, bounds_of(source.layer), parameters, schema),
    )
    size = context.width, context.height
    octaves = len(octave_sizes(*size, settings, schema["x-layers"]))
    lost = _octaves_to_leave_out(size, settings["octave_scale"], octaves, most)
    scale = settings["octave_scale"] ** -lost
    reduced = settings | {"octaves": max(1, settings["octaves"] - lost)}
    side = round(max(size) * scale)
    request = _request(source, context, side, reduced, parameters, exact=not lost)
    return Sketch(
        request, context, source.region, scale, difference(lost, octaves, ": 100 % shows them")
    )


def _octaves_to_leave_out(
    size: tuple[int, int], octave_scale: float, octaves: int, most: int
) -> int:
    def needed(pixels: int) -> int:
        shrink = max(math.sqrt(size[0] * size[1] / pixels), max(size) / _SIDE_MOST)
        return max(0, math.ceil(math.log(shrink) / math.log(octave_scale) - 1e-9))

    return max(min(needed(most), octaves - 1), needed(_MOST_EVER))


def sketch_of_part(
    source: SourceRegion, visible: Rect, parameters: Parameters, schema: Json
) -> Sketch | None:
    """The dream of a visible part at full size; None where nothing of it is to be dreamed.

    Raises:
        UserError: the guide is empty.
    """
    part = intersection(visible, source.region)
    if part is None:
        return None
    margin = min(_PART_MARGIN, context_margin(part, parameters.settings, schema["x-layers"]))
    context = with_context(part, bounds_of(source.layer), margin)
    side = max(context.width, context.height)
    request = _request(source, context, side, parameters.settings, parameters)
    words = "A part at full size, without features larger than itself."
    return Sketch(request, context, part, 1.0, words)


def small_sketch(source: SourceRegion, side: int, parameters: Parameters) -> Sketch:
    """The middle of the source, square and tiny, for a picture that stands for a look.

    Raises:
        UserError: the guide is empty.
    """
    region, settings = source.region, parameters.settings
    square = middle_square(region)
    scale = min(1.0, side / square.width)
    lost = round(-math.log(scale) / math.log(settings["octave_scale"]))
    reduced = settings | {
        "octaves": max(1, settings["octaves"] - lost),
        "jitter": round(settings["jitter"] * scale),
    }
    image = small_frame(source.layer, square, side)
    guide = guide_frame(parameters.guide)
    request = DreamRequest.still(image, reduced, guide=guide, sketch=True)
    return Sketch(request, square, square, scale, "")


def _request(
    source: SourceRegion,
    context: Rect,
    side: int,
    settings: Json,
    parameters: Parameters,
    *,
    exact: bool = False,
) -> DreamRequest:
    """`exact` where the preview is the dream itself, so that it is computed as that will be."""
    image = small_frame(source.layer, context, side)
    mask, size = None, (image.width, image.height)
    if source.mask is not None:
        greys = source.mask.sampled(source.in_image(context), size)
        mask = ImageFrame(*size, 1, "uint8", greys)
    guide = guide_frame(parameters.guide)
    return DreamRequest.still(
        image, settings, mask=mask, guide=guide, preview_side=side, sketch=not exact
    )
