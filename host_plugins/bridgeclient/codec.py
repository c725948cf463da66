"""Messages to frames and back, with every bound checked before anything large is allocated.

A message is `[version][header][pixels]…`: two small msgpack values, then a raw frame for each image
that the header describes. A receiver checks the description against the frame's length and looks at
the pixels where they lie; a sender hands them over where they lie. Knows no sockets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgpack

from bridgeclient.errors import ProtocolError
from bridgeclient.protocol import KINDS, PROTOCOL, ROLES, Fields, ImageFrame, MessageSpec

Buffer = bytes | memoryview

MAX_HEADER_BYTES = 1 << 20
"""Longest header accepted; the longest one sent is `welcome` with the settings' schema."""

MAX_FRAMES = 2 + len(ROLES)
"""Version, header and the image frames."""

_VERSION_BYTES = 9
_HEADER_BOUNDS = {"max_array_len": 4096, "max_map_len": 4096, "max_bin_len": 0, "max_ext_len": 0}
_SHAPE = ("width", "height", "channels", "dtype")


@dataclass(frozen=True)
class Message:
    """A decoded message: its type, header fields, and image frames by role."""

    type: str
    fields: Fields
    images: dict[str, ImageFrame] = field(default_factory=dict)

    @property
    def job(self) -> str:
        """The job it belongs to, "" for none."""
        return self.fields.get("job") or ""


def encode(
    type: str, fields: Fields | None = None, images: Mapping[str, ImageFrame] | None = None
) -> list[Buffer]:
    """The frames of a message; the pixels are not copied and must not change until it is sent."""
    images = images or {}
    header = {"type": type, **(fields or {})}
    if images:
        header["images"] = [_description(role, image) for role, image in images.items()]
    pixels = [memoryview(image.pixels).cast("B") for image in images.values()]
    return [msgpack.packb(PROTOCOL), msgpack.packb(header), *pixels]


def _description(role: str, image: ImageFrame) -> Fields:
    return {"role": role, **{name: getattr(image, name) for name in _SHAPE}}


def decode(
    frames: Sequence[Buffer], specs: Mapping[str, MessageSpec], max_bytes: int = 1 << 32
) -> Message:
    """The message in the frames; the images' pixels are views into them.

    `specs` is `protocol.FROM_CLIENT` or `protocol.FROM_SERVER`. Unknown header fields are dropped.

    Raises:
        ProtocolError: `protocol.version`, `.malformed`, `.unknown_type` or `.too_large`; its `job`
            is set where the header named one.
    """
    total = sum(memoryview(frame).nbytes for frame in frames)
    if total > max_bytes:
        raise _too_large(f"The message has {total} bytes and may have {max_bytes}.")
    if not 2 <= len(frames) <= MAX_FRAMES:
        raise _malformed(f"a message has 2 to {MAX_FRAMES} frames and this one {len(frames)}")
    _check_version(frames[0])
    header = _header(frames[1])
    job = header.get("job")
    try:
        return _message(header, frames[2:], specs)
    except ProtocolError as error:
        error.job = str(job) if KINDS["job"](job) else ""
        raise


def _message(header: Fields, frames: Sequence[Buffer], specs: Mapping[str, MessageSpec]) -> Message:
    type_ = header.get("type")
    if not isinstance(type_, str):
        raise _malformed("its header has no type")
    if type_ not in specs:
        raise ProtocolError(
            "protocol.unknown_type",
            f"Messages of type {type_[:40]!r} are unknown here.",
            "Update the side that is older.",
        )
    fields = _checked(type_, header, specs[type_].fields)
    return Message(type_, fields, _images(header, frames, specs[type_].images))


def _check_version(frame: Buffer) -> None:
    try:
        version = msgpack.unpackb(memoryview(frame)[:_VERSION_BYTES])
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise _malformed("its first frame is not a version number") from error
    if type(version) is not int:
        raise _malformed("its first frame is not a version number")
    if version != PROTOCOL:
        raise ProtocolError(
            "protocol.version",
            f"The message speaks protocol {version} and this side speaks {PROTOCOL}.",
            "Run `dreambridge stop`, then install the plug-in again so that both are alike.",
        )


def _header(frame: Buffer) -> Fields:
    size = memoryview(frame).nbytes
    if size > MAX_HEADER_BYTES:
        raise _too_large(f"The header has {size} bytes and may have {MAX_HEADER_BYTES}.")
    try:
        header = msgpack.unpackb(frame, **_HEADER_BOUNDS)
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise _malformed(f"its header is not readable msgpack ({error})") from error
    if not isinstance(header, dict):
        raise _malformed("its header is not a map")
    return header


def _checked(type_: str, header: Fields, kinds: Mapping[str, str]) -> Fields:
    fields: Fields = {}
    for name, kind in kinds.items():
        value = header.get(name)
        if value is None and kind.endswith("?"):
            continue
        if not KINDS[kind.rstrip("?")](value):
            raise _malformed(f"the field {name} of {type_} is not a {kind.rstrip('?')}")
        fields[name] = value
    return fields


def _images(
    header: Fields, frames: Sequence[Buffer], roles: Sequence[str]
) -> dict[str, ImageFrame]:
    type_, descriptions = header["type"], header.get("images") or []
    if not isinstance(descriptions, list) or len(descriptions) != len(frames):
        raise _malformed(f"the images that the header of {type_} describes are not its frames")
    images: dict[str, ImageFrame] = {}
    for description, frame in zip(descriptions, frames, strict=True):
        role, image = _image(description, frame)
        if role not in [allowed.rstrip("?") for allowed in roles] or role in images:
            raise _malformed(f"{type_} can't carry this image with the role {role[:40]!r}")
        images[role] = image
    missing = [role for role in roles if not role.endswith("?") and role not in images]
    if missing:
        raise _malformed(f"{type_} comes without its {missing[0]}")
    return images


def _image(description: object, frame: Buffer) -> tuple[str, ImageFrame]:
    if not isinstance(description, dict) or not isinstance(description.get("role"), str):
        raise _malformed("an image has no role")
    role = description["role"]
    try:
        shape: Fields = {name: description.get(name) for name in _SHAPE}
        return role, ImageFrame(pixels=memoryview(frame), **shape)
    except (ValueError, TypeError) as error:
        raise _malformed(f"its {role[:40]} is impossible: {error}") from error


def _malformed(what: str) -> ProtocolError:
    return ProtocolError(
        "protocol.malformed",
        f"A message could not be read: {what}.",
        "Update the plug-in and the bridge to the same version.",
    )


def _too_large(message: str) -> ProtocolError:
    return ProtocolError("protocol.too_large", message, "Send a smaller region.")
