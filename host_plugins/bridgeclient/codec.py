"""Messages to frames and back, with every bound checked before anything large is allocated.

A message is `[version][header][image frame]…`, each frame one msgpack value. `pixels` is the last
entry of an image frame's map, so a receiver reads the few bytes before it, checks the arithmetic,
and then looks at the pixels where they lie, without a copy. Knows no sockets.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
_IMAGE_HEAD_BYTES = 512
_IMAGE_KEYS = {"role", "width", "height", "channels", "dtype"}
_BIN = {0xC4: (">B", 1), 0xC5: (">H", 2), 0xC6: (">I", 4)}


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
) -> list[bytes]:
    """The frames of a message; the pixels are copied once."""
    header = msgpack.packb({"type": type, **(fields or {})})
    frames = [_encode_image(role, image) for role, image in (images or {}).items()]
    return [msgpack.packb(PROTOCOL), header, *frames]


def _encode_image(role: str, image: ImageFrame) -> bytes:
    packer = msgpack.Packer(autoreset=False)
    packer.pack_map_header(6)
    for key in ("width", "height", "channels", "dtype"):
        packer.pack(key)
        packer.pack(getattr(image, key))
    for word in ("role", role, "pixels"):
        packer.pack(word)
    size = struct.pack(">BI", 0xC6, image.nbytes)
    return b"".join((packer.bytes(), size, memoryview(image.pixels).cast("B")))


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
    return Message(type_, fields, _images(type_, frames, specs[type_].images))


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
    header = _unpack(lambda: msgpack.unpackb(frame, **_HEADER_BOUNDS), "header")
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


def _images(type_: str, frames: Sequence[Buffer], roles: Sequence[str]) -> dict[str, ImageFrame]:
    images: dict[str, ImageFrame] = {}
    for frame in frames:
        role, image = _decode_image(memoryview(frame))
        if role not in [allowed.rstrip("?") for allowed in roles] or role in images:
            raise _malformed(f"{type_} can't carry this frame with the role {role[:40]!r}")
        images[role] = image
    missing = [role for role in roles if not role.endswith("?") and role not in images]
    if missing:
        raise _malformed(f"{type_} comes without its {missing[0]}")
    return images


def _decode_image(frame: memoryview) -> tuple[str, ImageFrame]:
    unpacker = msgpack.Unpacker(max_buffer_size=_IMAGE_HEAD_BYTES, max_bin_len=0, max_ext_len=0)
    unpacker.feed(frame[:_IMAGE_HEAD_BYTES])
    facts = _unpack(lambda: _image_facts(unpacker), "image frame")
    if not facts.keys() >= _IMAGE_KEYS or not isinstance(facts["role"], str):
        raise _malformed("an image frame lacks a field")
    pixels = _bin(frame, unpacker.tell())
    shape = {key: facts.get(key) for key in ("width", "height", "channels", "dtype")}
    try:
        return facts["role"], ImageFrame(pixels=pixels, **shape)
    except (ValueError, TypeError) as error:
        raise _malformed(f"its {facts['role'][:40]} is impossible: {error}") from error


def _image_facts(unpacker: msgpack.Unpacker) -> Fields:
    """The entries before `pixels`, which has to be the last one; leaves the unpacker behind it."""
    facts: Fields = {}
    for _ in range(unpacker.read_map_header() - 1):
        key = unpacker.unpack()
        facts[key] = unpacker.unpack()
    if unpacker.unpack() != "pixels":
        raise ValueError("pixels is not the last entry")
    return facts


def _bin(frame: memoryview, offset: int) -> memoryview:
    """The msgpack binary at `offset`, which has to reach exactly to the frame's end."""
    layout, width = _BIN.get(frame[offset] if offset < len(frame) else 0, ("", 0))
    start = offset + 1 + width
    if not layout or start > len(frame):
        raise _malformed("an image frame's pixels are not binary")
    (length,) = struct.unpack(layout, frame[offset + 1 : start])
    if start + length != len(frame):
        raise _malformed("an image frame is truncated or has bytes left over")
    return frame[start:]


def _unpack(read: Callable[[], Any], what: str) -> Any:
    try:
        return read()
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise _malformed(f"its {what} is not readable msgpack ({error})") from error


def _malformed(what: str) -> ProtocolError:
    return ProtocolError(
        "protocol.malformed",
        f"A message could not be read: {what}.",
        "Update the plug-in and the bridge to the same version.",
    )


def _too_large(message: str) -> ProtocolError:
    return ProtocolError("protocol.too_large", message, "Send a smaller region.")
