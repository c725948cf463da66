"""A server that speaks an older protocol gives way if it has nothing to do.

Of all that travels, this much is the same in every version: a version frame and a header frame, the
messages `status` and `shutdown`, and `running` and `queued` in the answer.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgpack

from bridgeclient.connection import Connection
from bridgeclient.errors import ServerError
from bridgeclient.lock import find_holder
from bridgeclient.protocol import PROTOCOL
from bridgeclient.transport import Transport, open_transport

_ANSWER_S = 5.0
_END_S = 10.0
_POLL_S = 0.05


def stop_if_outdated_and_idle(connection: Connection, lock_file: Path, python: str) -> bool:
    """Whether the server there spoke an older protocol, had no dreams, and has stopped.

    `python` is the bridge's, for a relay. Only a server on this machine is stopped, which holds the
    lock.
    """
    if connection.protocol >= PROTOCOL or find_holder(lock_file) is None:
        return False
    try:
        transport = open_transport(connection, python)
        try:
            return _stopped_if_idle(transport, connection.protocol, lock_file)
        finally:
            transport.close()
    except ServerError:
        return find_holder(lock_file) is None


def _stopped_if_idle(transport: Transport, protocol: int, lock_file: Path) -> bool:
    transport.send(_message(protocol, "status"))
    status = _answer(transport, "status")
    if status.get("running") != 0 or status.get("queued") != 0:
        return False
    transport.send(_message(protocol, "shutdown"))
    deadline = time.monotonic() + _END_S
    while find_holder(lock_file) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _message(protocol: int, type: str) -> list[bytes]:
    return [msgpack.packb(protocol), msgpack.packb({"type": type})]


def _answer(transport: Transport, type: str) -> dict[str, Any]:
    """The header of the next message of this type, {} if none comes in time."""
    deadline = time.monotonic() + _ANSWER_S
    while (left := deadline - time.monotonic()) > 0:
        frames = transport.receive(left)
        header = _header(frames[1]) if frames and len(frames) > 1 else {}
        if header.get("type") == type:
            return header
    return {}


def _header(frame: bytes | memoryview) -> dict[str, Any]:
    try:
        header = msgpack.unpackb(frame)
    except (ValueError, TypeError, msgpack.UnpackException):
        return {}
    return header if isinstance(header, dict) else {}
