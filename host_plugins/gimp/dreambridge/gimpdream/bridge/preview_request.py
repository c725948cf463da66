"""A dream's request at a small size, for the preview: the same look, quickly.

Shrinking the picture takes away its largest octaves and nothing else, so the preview leaves those
out; features keep their share of the picture.
"""

from __future__ import annotations

import math
from dataclasses import replace

from gi.repository import Gimp

from bridgeclient.looks import Json
from bridgeclient.protocol import ImageFrame
from bridgeclient.region import Rect, with_context
from bridgeclient.request import DreamRequest
from gimpdream.document.pixels import read_small, read_small_values, write_values
from gimpdream.document.plan import Plan
from gimpdream.document.source import SourceRegion, bounds_of, flattened, guide_frame


def preview_request(plan: Plan, side: int) -> DreamRequest:
    """The first source's dream with no side longer than `side` pixels.

    Its mask has the selection's own grey values, so that what comes back is what one will see.

    Raises:
        UserError: the document doesn't allow the dream.
    """
    source = _framed(plan.sources[0])
    with flattened(source.layer, source.context) as layer:
        image = read_small(layer, side)
        mask = _mask(source, layer.get_image(), side)
    scale = image.width / source.context.width
    return DreamRequest.still(
        image,
        _smaller(plan.parameters.settings, scale),
        mask=mask,
        guide=guide_frame(plan.parameters.guide),
        preview_side=side,
    )


def _framed(source: SourceRegion) -> SourceRegion:
    """With surroundings that no setting changes, so that the preview's frame stays."""
    region = source.region
    margin = max(region.width, region.height) // 2
    return replace(source, context=with_context(region, bounds_of(source.layer), margin))


def _mask(source: SourceRegion, scratch: Gimp.Image, side: int) -> ImageFrame | None:
    if source.mask is None:
        return None
    whole = Rect(0, 0, source.context.width, source.context.height)
    greys = source.mask.greys(source.in_image(source.context))
    write_values(scratch.get_selection(), whole, greys)
    return read_small_values(scratch.get_selection(), whole, side)


def _smaller(settings: Json, scale: float) -> Json:
    lost = round(-math.log(scale) / math.log(settings["octave_scale"]))
    return settings | {
        "octaves": max(1, settings["octaves"] - lost),
        "jitter": round(settings["jitter"] * scale),
    }
