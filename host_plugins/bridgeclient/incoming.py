"""Messages from the server as the events that programs work with."""

from __future__ import annotations

from bridgeclient.codec import Message
from bridgeclient.errors import Cancelled, ProtocolError, error_from_fields
from bridgeclient.events import (
    Accepted,
    Event,
    Failed,
    Inspected,
    Preview,
    Progress,
    Result,
    Started,
    Status,
    Welcome,
)
from bridgeclient.protocol import ImageFrame

_PLAIN: dict[str, type[Accepted | Started | Progress | Status | Welcome]] = {
    "accepted": Accepted,
    "started": Started,
    "progress": Progress,
    "status": Status,
    "welcome": Welcome,
}


def event_of(message: Message) -> Event:
    """The event that a message tells of.

    Raises:
        ProtocolError: `protocol.unknown_type`.
    """
    if plain := _PLAIN.get(message.type):
        return plain(**message.fields)
    match message.type:
        case "preview":
            return Preview(image=_owned(message.images["image"]), **message.fields)
        case "result":
            return Result(image=_owned(message.images["image"]), **message.fields)
        case "inspected":
            pictures = message.images.get("image")
            owned = None if pictures is None else _owned(pictures)
            return Inspected(image=owned, **message.fields)
        case "cancelled":
            return Failed(message.job, Cancelled(message.job))
        case "error":
            return Failed(message.job, error_from_fields(message.fields))
    raise ProtocolError("protocol.unknown_type", f"The server sent {message.type!r}.")


def _owned(image: ImageFrame) -> ImageFrame:
    """The image with pixels that outlive the message they came in."""
    return ImageFrame(image.width, image.height, image.channels, image.dtype, bytes(image.pixels))
