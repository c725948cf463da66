"""Dreams of different lengths, and the request for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridgeclient.request import DreamRequest
from dreambridge.arrays import Array, to_frame

QUICK = {"layers": {"relu2_1": 1.0}, "octaves": 1, "iterations": 1}
SHORT = {"layers": {"relu3_1": 1.0}, "octaves": 2, "iterations": 6}
ENDLESS = {"octaves": 1, "iterations": 1000}


def dream_of(
    image: Array,
    settings: Mapping[str, Any],
    mask: Array | None = None,
    guide: Array | None = None,
    preview_side: int = 0,
) -> DreamRequest:
    """A request with these arrays as its pixels."""
    return DreamRequest.still(
        to_frame(image),
        settings,
        mask=None if mask is None else to_frame(mask),
        guide=None if guide is None else to_frame(guide),
        preview_side=preview_side,
    )
