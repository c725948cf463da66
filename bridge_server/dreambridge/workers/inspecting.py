"""A question for channels in the engine's process, answered with their pictures from the atlas."""

from __future__ import annotations

import dataclasses
import logging

from bridgeclient.events import Failed, Inspected
from bridgeclient.request import InspectRequest
from dreambridge.arrays import to_array, to_frame
from dreambridge.atlas import pictures
from dreambridge.failures import as_bridge_error
from dreamcore import Dreamer

_log = logging.getLogger("dreambridge.worker")


def inspect_event(dreamer: Dreamer, request: InspectRequest) -> Inspected | Failed:
    """The answer to the question."""
    try:
        mask = None if request.mask is None else to_array(request.mask)[:, :, 0]
        image = to_array(request.image)
        found = dreamer.inspect(image, mask=mask, layer=request.layer, count=request.count)
        named = [(response.layer, response.channel) for response in found]
        side = request.picture_side
        shown = to_frame(pictures(named, side)) if side and named else None
        return Inspected(request.job, [dataclasses.asdict(response) for response in found], shown)
    except Exception as error:
        _log.exception("question %s failed", request.job)
        return Failed(request.job, as_bridge_error(error))
