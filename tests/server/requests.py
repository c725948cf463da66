"""Dreams of two lengths, through the bridge and without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridgeclient import BridgeClient, DreamRequest, Event, Result
from dreambridge.arrays import Array, to_array, to_frame
from dreamcore import DreamSettings

if TYPE_CHECKING:
    from dreamcore import Dreamer

QUICK: dict[str, Any] = {"layers": {"relu3_1": 1.0}, "octaves": 2, "iterations": 2}
ENDLESS: dict[str, Any] = {"octaves": 1, "iterations": 1000}


def dream(client: BridgeClient, image: Array, settings: dict[str, Any], **more: Any) -> Array:
    job = client.submit(DreamRequest.still(to_frame(image), settings, **more))
    *_, last = client.events(job)
    assert isinstance(last, Result)
    return to_array(last.image)


def here(dreamer: Dreamer, image: Array, settings: dict[str, Any], **more: Any) -> Array:
    *_, last = dreamer.dream(image, DreamSettings.from_json(settings), **more)
    return last.image  # type: ignore[union-attr]


def wait_for(client: BridgeClient, job: str, kind: type[Event]) -> None:
    for event in client.events(job):
        if isinstance(event, kind):
            return
