"""How long a dream will take, from the speed of earlier ones, which GIMP keeps for the plug-in."""

from __future__ import annotations

from gi.repository import Gimp

from bridgeclient import DreamRequest, Result
from bridgeclient.estimate import Speeds, about, work
from bridgeclient.looks import Json
from gimpdream.bridge.draft import draft_settings, half_size
from gimpdream.document.plan import Plan

_PARASITE = "dreambridge-speeds"
_PERSISTENT = 1


class DurationEstimate:
    """What dreams cost, for settings of this schema."""

    def __init__(self, schema: Json) -> None:
        self._layers = schema["x-layers"]

    def record(self, request: DreamRequest, result: Result) -> None:
        """Record how long a dream took."""
        size = request.image.width, request.image.height
        cost = work(*size, request.settings, self._layers)
        done = cost, result.seconds, result.device, result.precision
        text = _speeds().with_dream(*done).to_text()
        Gimp.attach_parasite(Gimp.Parasite.new(_PARASITE, _PERSISTENT, text.encode()))

    def expected(self, plan: Plan) -> str:
        """How long the plan will take, in a sentence; "" while nothing is known."""
        settings, draft = plan.parameters.settings, plan.parameters.draft
        if not settings["layers"] or not settings["layers"].keys() <= self._layers.keys():
            return ""
        sizes = [(source.context.width, source.context.height) for source in plan.sources]
        if draft:
            settings, sizes = draft_settings(settings), [half_size(size) for size in sizes]
        total = sum(work(*size, settings, self._layers) for size in sizes)
        seconds = _speeds().seconds(total)
        return f"The {'draft' if draft else 'dream'} will take {about(seconds)}." if seconds else ""


def _speeds() -> Speeds:
    parasite = Gimp.get_parasite(_PARASITE)
    text = bytes(parasite.get_data()).decode("utf-8", "replace") if parasite else ""
    return Speeds.from_text(text)
