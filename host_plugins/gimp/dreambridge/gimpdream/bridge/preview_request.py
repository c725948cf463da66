"""A dream's request at a small size, for the preview: the same look, quickly.

Shrinking the picture takes away its largest octaves and nothing else, so the preview leaves those
out; features keep their share of the picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from gi.repository import Gimp

from bridgeclient.looks import Json
from bridgeclient.protocol import ImageFrame
from bridgeclient.region import Rect, with_context
from bridgeclient.request import DreamRequest
from gimpdream.arguments import Parameters
from gimpdream.document.appearance import guide_frame, small_frame
from gimpdream.document.pixels import read_small, write_values
from gimpdream.document.source import SourceRegion, bounds_of


def _framed(source: SourceRegion) -> SourceRegion:
    """The source with surroundings that no setting changes, so that the preview's frame stays."""
    region = source.region
    margin = max(region.width, region.height) // 2
    return replace(source, context=with_context(region, bounds_of(source.layer), margin))


def _small_mask(source: SourceRegion, side: int) -> ImageFrame | None:
    """The framed source's mask as its small picture is, None if all of it changes.

    It has the selection's own grey values, so that what comes back is what one will see.
    """
    if source.mask is None:
        return None
    width, height = source.context.width, source.context.height
    scratch = Gimp.Image.new(width, height, Gimp.ImageBaseType.GRAY)
    try:
        whole, selection = Rect(0, 0, width, height), scratch.get_selection()
        write_values(selection, whole, source.mask.greys(source.in_image(source.context)))
        return read_small(selection, whole, side)
    finally:
        scratch.delete()


@dataclass(frozen=True)
class SmallSource:
    """A framed source's picture and mask with no side longer than the preview's."""

    image: ImageFrame
    mask: ImageFrame | None
    scale: float


def small_source(source: SourceRegion, side: int) -> SmallSource:
    """What the preview of this source is dreamed of."""
    source = _framed(source)
    image = small_frame(source.layer, source.context, side)
    return SmallSource(image, _small_mask(source, side), image.width / source.context.width)


def preview_request(source: SmallSource, parameters: Parameters, side: int) -> DreamRequest:
    """The source's dream.

    Raises:
        UserError: the guide is empty.
    """
    settings = _smaller(parameters.settings, source.scale)
    guide = guide_frame(parameters.guide)
    return DreamRequest.still(
        source.image, settings, mask=source.mask, guide=guide, preview_side=side
    )


def _smaller(settings: Json, scale: float) -> Json:
    lost = round(-math.log(scale) / math.log(settings["octave_scale"]))
    return settings | {
        "octaves": max(1, settings["octaves"] - lost),
        "jitter": round(settings["jitter"] * scale),
    }
