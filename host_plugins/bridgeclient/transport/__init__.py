"""How frames travel between a client and the server: one small interface, interchangeable ways.

`open_transport` picks the way that this Python can go. A transport knows frames and keys, never
what a message means.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from bridgeclient.connection import Connection

Buffer = bytes | memoryview

VARIABLE = "DREAMBRIDGE_TRANSPORT"
"""Environment variable that chooses the transport."""


class Transport(Protocol):
    """A connection to one server; used from one thread at a time."""

    def send(self, frames: Sequence[Buffer]) -> None:
        """Queue a message; never waits."""

    def receive(self, timeout_s: float) -> list[memoryview] | None:
        """The next message, None if none came within `timeout_s` (0 only looks).

        Raises:
            AuthError: `auth.refused`, the server does not know this client's key.
            ServerError: `server.unreachable` before the first message could travel,
                `server.lost` afterwards.
        """

    def fileno(self) -> int:
        """A descriptor that becomes readable when `receive` may have something.

        Edge-triggered: after it fired, and after each `send`, `receive(0)` until None.
        """

    def close(self) -> None:
        """Let go of the server; what was sent is still delivered for half a second."""


def open_transport(connection: Connection, python: str) -> Transport:
    """The transport that works in this Python: pyzmq's, else the relay run by `python`.

    `DREAMBRIDGE_TRANSPORT=relay` takes the relay in any case.

    Raises:
        ServerError: `server.no_transport`, pyzmq can't be imported and the relay can't be started;
            `server.unreachable`, the connection's address or keys can't be used.
    """
    if os.environ.get(VARIABLE) != "relay":
        try:
            from bridgeclient.transport.zeromq import ZmqTransport
        except ImportError:
            pass
        else:
            return ZmqTransport(connection)
    from bridgeclient.transport.relay import RelayTransport

    return RelayTransport(connection, python)
