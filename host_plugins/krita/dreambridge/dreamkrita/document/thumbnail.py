"""A small picture of a layer, for the document's history. GUI thread."""

from __future__ import annotations

from bridgeclient.region import Rect
from dreamkrita.document.images import THUMBNAIL, jpeg, shrunk
from krita import Node

_SAMPLED = 3  # Krita takes single pixels for a thumbnail; so take more and smooth them


def thumbnail_of(node: Node | None, region: Rect) -> bytes:
    """A small JPEG of a layer that covers the region."""
    if node is None:
        return b""
    scale = min(1.0, _SAMPLED * THUMBNAIL / max(region.width, region.height))
    width, height = (max(1, round(side * scale)) for side in (region.width, region.height))
    return jpeg(shrunk(node.thumbnail(width, height), THUMBNAIL))
