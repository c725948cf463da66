"""The words of the wire: message types with their fields, image frames, and the fixed times.

docs/protocol.md is the authority; a test holds this module to it. How messages become bytes is in
`bridgeclient.codec`. This module knows neither sockets nor pixels' meaning.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

PROTOCOL = 1
"""Version of the wire; the first frame of every message."""

PING_INTERVAL_S = 2.0
"""A client with an unfinished job sends something at least this often."""

SILENCE_S = 10.0
"""Silence after which the server cancels a client's jobs, and a client gives its server up."""

ROLES = ("image", "mask", "guide", "previous_image", "previous_dream")
"""What an image frame can be; a message holds each at most once."""

PREVIOUS_ROLES = ROLES[3:]
"""The frame before and its dream; a message holds both or neither."""

DTYPES = {"uint8": 1, "uint16": 2, "float16": 2, "float32": 4}
"""Bytes per channel value; values are little-endian."""

WORKER_STATES = ("starting", "warm", "idle", "failed")
"""What the engine is doing: loading, ready, resting with its memory freed, or unable to start."""

Fields = dict[str, Any]


@dataclass(frozen=True)
class ImageFrame:
    """Pixels on the wire: rows from top to bottom without padding, channels interleaved.

    `channels`: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. Integers span their whole range,
    floats 0 to 1; colours are sRGB-encoded; alpha is not premultiplied. A mask has one channel.

    Raises:
        ValueError: a size, channel count, dtype or the number of bytes is impossible.
    """

    width: int
    height: int
    channels: int
    dtype: str
    pixels: bytes | memoryview

    def __post_init__(self) -> None:
        for name in ("width", "height", "channels"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ValueError(f"{name} is {value!r} and must be a whole number from 1 up")
        if self.channels > 4:
            raise ValueError(f"channels is {self.channels} and must be 1, 2, 3 or 4")
        if self.dtype not in DTYPES:
            raise ValueError(f"dtype is {self.dtype!r} and must be one of {', '.join(DTYPES)}")
        given = memoryview(self.pixels).nbytes
        if given != self.nbytes:
            raise ValueError(f"pixels has {given} bytes where {self.nbytes} are needed")

    @property
    def nbytes(self) -> int:
        """Bytes that the pixels take."""
        return self.width * self.height * self.channels * DTYPES[self.dtype]


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and type(value) is not bool and math.isfinite(value)


_JOB = re.compile(r"[0-9A-Za-z_-]{1,64}")

KINDS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "job": lambda value: isinstance(value, str) and _JOB.fullmatch(value) is not None,
    "count": _is_count,
    "number": _is_number,
    "flag": lambda value: isinstance(value, bool),
    "map": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
}
"""Kinds of header fields, each with the test that a value has to pass."""


@dataclass(frozen=True)
class MessageSpec:
    """The header fields of a message type (a kind, with "?" if it may be missing or nil) and the
    roles of its image frames (with "?" if one may be missing).
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    images: tuple[str, ...] = ()


FROM_CLIENT: dict[str, MessageSpec] = {
    "hello": MessageSpec({"name": "text", "version": "text", "warm": "flag?"}),
    "submit": MessageSpec(
        {"job": "job", "settings": "map", "preview_side": "count?", "sketch": "flag?"},
        ("image", "mask?", "guide?", "previous_image?", "previous_dream?"),
    ),
    "inspect": MessageSpec(
        {"job": "job", "layer": "text?", "count": "count?", "picture_side": "count?"},
        ("image", "mask?"),
    ),
    "credit": MessageSpec({"job": "job"}),
    "cancel": MessageSpec({"job": "job"}),
    "ping": MessageSpec(),
    "status": MessageSpec(),
    "shutdown": MessageSpec(),
}

_FACTS = {
    "version": "text",
    "server": "text",
    "worker": "text",
    "device": "text?",
    "precision": "text?",
}

FROM_SERVER: dict[str, MessageSpec] = {
    "welcome": MessageSpec({**_FACTS, "schema": "map", "limits": "map"}),
    "accepted": MessageSpec({"job": "job", "ahead": "count"}),
    "started": MessageSpec({"job": "job"}),
    "progress": MessageSpec(
        {
            "job": "job",
            "octave": "count",
            "octaves": "count",
            "iteration": "count",
            "iterations": "count",
            "fraction": "number",
            "remaining_s": "number?",
        }
    ),
    "preview": MessageSpec({"job": "job", "fraction": "number"}, ("image",)),
    "result": MessageSpec(
        {
            "job": "job",
            "seconds": "number",
            "octaves": "count",
            "device": "text",
            "precision": "text",
        },
        ("image",),
    ),
    "inspected": MessageSpec({"job": "job", "channels": "list"}, ("image?",)),
    "error": MessageSpec(
        {
            "job": "job?",
            "code": "text",
            "message": "text",
            "hint": "text",
            "retryable": "flag",
            "field": "text?",
            "limit": "text?",
            "retry_after_s": "number?",
        }
    ),
    "cancelled": MessageSpec({"job": "job"}),
    "pong": MessageSpec(),
    "status": MessageSpec(
        {
            **_FACTS,
            "pid": "count",
            "log": "text",
            "uptime_s": "number",
            "clients": "count",
            "queued": "count",
            "running": "count",
            "workers": "list?",
        }
    ),
    "closing": MessageSpec({"reason": "text"}),
}

TERMINAL = frozenset({"result", "inspected", "error", "cancelled"})
"""Exactly one of these ends a job."""
