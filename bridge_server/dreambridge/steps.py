"""A request in the engine's terms: the same in a worker's process and in the command line's own.

Loads torch.
"""

from __future__ import annotations

from collections.abc import Iterator

from bridgeclient.request import DreamRequest
from dreambridge.arrays import to_array
from dreamcore import Dreamer, DreamSettings, Previous, Progress, Result


def steps(dreamer: Dreamer, request: DreamRequest) -> Iterator[Progress | Result]:
    """The dream that is asked for, step by step; see `Dreamer.dream`."""
    mask, guide, frame = request.mask, request.guide, request.previous
    previous = None if frame is None else Previous(to_array(frame.image), to_array(frame.dream))
    return dreamer.dream(
        to_array(request.image),
        DreamSettings.from_json(request.settings),
        mask=None if mask is None else to_array(mask)[:, :, 0],
        guide=None if guide is None else to_array(guide),
        previous=previous,
        sketch=request.sketch,
    )
