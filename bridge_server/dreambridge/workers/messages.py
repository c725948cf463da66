"""Typed messages between a pool and its processes as frames: a header, then each image's pixels.

Both ends belong to one installation, so a message is its class's name and fields; pixels travel as
they lie in memory and are never copied. Knows no sockets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, get_args

import msgpack

from bridgeclient.errors import BridgeError, Cancelled, error_from_fields
from bridgeclient.protocol import ImageFrame
from bridgeclient.request import DreamRequest, InspectRequest
from dreambridge.workers.interface import Engine, EngineEvent, EngineState

Buffer = bytes | memoryview


@dataclass(frozen=True)
class Credit:
    """The job may make one more preview."""

    job: str


@dataclass(frozen=True)
class Cancel:
    """The job shall stop."""

    job: str


@dataclass(frozen=True)
class Ready:
    """The engine is warm; `devices` is how many of its kind this machine has."""

    device: str
    precision: str
    devices: int


@dataclass(frozen=True)
class StartFailed:
    """The engine can't start, and its process ends."""

    error: BridgeError


@dataclass(frozen=True)
class Warm:
    """To a cluster's driver: engines that rest shall get ready."""


@dataclass(frozen=True)
class Joined:
    """A cluster's driver has joined it."""


@dataclass(frozen=True)
class Engines:
    """A cluster's engines as they are now, each as a map of `Engine`'s fields."""

    engines: list[dict[str, Any]]

    def typed(self) -> list[Engine]:
        """The engines."""
        return [
            Engine(**{**engine, "state": EngineState(engine["state"])}) for engine in self.engines
        ]


ToWorker = DreamRequest | InspectRequest | Credit | Cancel
FromWorker = Ready | StartFailed | EngineEvent
ToDriver = ToWorker | Warm
FromDriver = Joined | Engines | StartFailed | EngineEvent

_REQUESTS = DreamRequest.__name__, InspectRequest.__name__
_CLASSES = {
    kind.__name__: kind for kinds in (ToDriver, FromWorker, FromDriver) for kind in get_args(kinds)
}


def to_frames(message: ToDriver | FromWorker | FromDriver) -> list[Buffer]:
    """The message's frames; those of pixels share its memory."""
    values = {field.name: getattr(message, field.name) for field in fields(message)}
    images = _images(values)
    shapes = {name: _shape(image) for name, image in images.items()}
    if "error" in values:
        values["error"] = values["error"].to_fields()
    header = msgpack.packb((type(message).__name__, values, shapes))
    return [header, *(image.pixels for image in images.values())]


def from_frames(frames: Sequence[Buffer]) -> Any:
    """The message in the frames, one of these kinds; its pixels share their memory.

    Raises:
        ValueError: they are no such message.
    """
    try:
        name, values, shapes = msgpack.unpackb(frames[0])
        images = {
            role: ImageFrame(**shape, pixels=pixels)
            for (role, shape), pixels in zip(shapes.items(), frames[1:], strict=True)
        }
        if "error" in values:
            values["error"] = _error(values["error"])
        return _CLASSES[name](**values, **({"images": images} if name in _REQUESTS else images))
    except (ValueError, TypeError, KeyError, AttributeError, msgpack.UnpackException) as error:
        raise ValueError(f"not a message between a pool and its processes: {error}") from error


def _images(values: dict[str, Any]) -> dict[str, ImageFrame]:
    """Take the images out of a message's values: a request has several, an event one or none."""
    if "images" in values:
        return dict(values.pop("images"))
    image = values.pop("image", None)
    return {} if image is None else {"image": image}


def _shape(image: ImageFrame) -> dict[str, Any]:
    return {name: getattr(image, name) for name in ("width", "height", "channels", "dtype")}


def _error(values: dict[str, Any]) -> BridgeError:
    if values["code"] == "cancelled":
        return Cancelled(values.get("job") or "")
    return error_from_fields(values)
