"""How messages travel over a pair of pipes between a relay and the program that started it.

A message is its kind and number of frames, then each frame's length and bytes; all numbers are
little-endian. The relay is this user's own child process, so lengths are trusted. Knows neither
sockets nor processes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import IO

FRAMES = 0
"""A message to or from the server."""

FAILURE = 1
"""The relay lost the server: one frame, the error's fields as JSON."""

_HEAD = struct.Struct("<BI")
_LENGTH = struct.Struct("<Q")


def write_message(stream: IO[bytes], kind: int, frames: Sequence[bytes | memoryview]) -> None:
    """Write one message and flush it.

    Raises:
        OSError: nobody reads the pipe any more.
    """
    stream.write(_HEAD.pack(kind, len(frames)))
    for frame in frames:
        stream.write(_LENGTH.pack(memoryview(frame).nbytes))
        stream.write(frame)
    stream.flush()


def read_message(stream: IO[bytes]) -> tuple[int, list[bytes]] | None:
    """The next message's kind and frames, None when the pipe ended between or inside messages."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, count = _HEAD.unpack(head)
    frames = [_read_frame(stream) for _ in range(count)]
    whole = [frame for frame in frames if frame is not None]
    return (kind, whole) if len(whole) == count else None


def _read_frame(stream: IO[bytes]) -> bytes | None:
    size = stream.read(_LENGTH.size)
    if len(size) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(size)
    frame = stream.read(length)
    return frame if len(frame) == length else None
