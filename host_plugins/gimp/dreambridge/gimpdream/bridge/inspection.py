"""What the engine is shown to tell which channels respond: the source, or its selected part."""

from __future__ import annotations

from bridgeclient.protocol import ImageFrame
from bridgeclient.region import with_context
from bridgeclient.request import InspectRequest
from gimpdream.document.appearance import small_frame
from gimpdream.document.source import SourceRegion, bounds_of

CHANNELS = 12
"""How many channels are asked for."""

_SIDE = 512
"""More than this the engine doesn't look at."""


def inspection(source: SourceRegion, layer: str, picture_side: int) -> InspectRequest:
    """The question for the channels of a layer of the network, "" for any; with their pictures."""
    seen, mask = source.region, source.mask
    if mask is not None:
        margin = max(seen.width, seen.height) // 4
        seen = with_context(seen, bounds_of(source.layer), margin)
    images = {"image": small_frame(source.layer, seen, _SIDE)}
    if mask is not None:
        size = images["image"].width, images["image"].height
        greys = mask.sampled(source.in_image(seen), size)
        images["mask"] = ImageFrame(*size, 1, "uint8", greys)
    return InspectRequest(images, layer, CHANNELS, picture_side)
