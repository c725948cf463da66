"""How long a dream will take, from the speed of earlier ones, which GIMP keeps for the plug-in."""

from __future__ import annotations

from gi.repository import Gimp

from bridgeclient import DreamRequest, Result
from bridgeclient.draft import draft_of
from bridgeclient.estimate import Speeds, about, masked_work
from bridgeclient.looks import Json
from bridgeclient.octaves import every_layer
from gimpdream.bridge.draft import half_mask, half_size
from gimpdream.bridge.transfer import mask_frame
from gimpdream.document.plan import Plan
from gimpdream.document.source import SourceRegion

_PARASITE = "dreambridge-speeds"
_PERSISTENT = 1
_CARRIED = 0.35
"""The work of a frame that begins from the one before it, against a frame of its own."""


class DurationEstimate:
    """What dreams cost, for settings of this schema."""

    def __init__(self, schema: Json) -> None:
        self._layers = schema["x-layers"]

    def record(self, request: DreamRequest, result: Result) -> None:
        """Record how long a dream took, unless it was begun from the frame before."""
        if request.previous is not None:
            return
        mask = bytes(request.mask.pixels) if request.mask else None
        size = request.image.width, request.image.height
        cost = masked_work(*size, mask, request.settings, self._layers)
        done = cost, result.seconds, result.device, result.precision
        text = _speeds().with_dream(*done, sketch=request.sketch).to_text()
        Gimp.attach_parasite(Gimp.Parasite.new(_PARASITE, _PERSISTENT, text.encode()))

    def expected(self, plan: Plan) -> str:
        """How long the plan will take, in a sentence; "" while nothing is known."""
        settings, draft = plan.parameters.settings, plan.parameters.draft
        if not settings["layers"] or not set(every_layer(settings)) <= self._layers.keys():
            return ""
        works = [self._work(source, settings, draft) for source in plan.sources]
        carried = _CARRIED if plan.parameters.coherent and settings["coherence"] else 1.0
        total = works[0] + carried * sum(works[1:])
        seconds = _speeds().seconds(total)
        return f"The {'draft' if draft else 'dream'} will take {about(seconds)}." if seconds else ""

    def _work(self, source: SourceRegion, settings: Json, draft: bool) -> float:
        mask = mask_frame(source)
        size = source.context.width, source.context.height
        if draft:
            settings, size = draft_of(settings), half_size(size)
            mask = half_mask(mask) if mask else None
        pixels = bytes(mask.pixels) if mask else None
        return masked_work(*size, pixels, settings, self._layers)


def _speeds() -> Speeds:
    parasite = Gimp.get_parasite(_PARASITE)
    text = bytes(parasite.get_data()).decode("utf-8", "replace") if parasite else ""
    return Speeds.from_text(text)
