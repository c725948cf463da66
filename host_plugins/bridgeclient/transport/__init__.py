"""How frames travel between a client and the server: one small interface, interchangeable ways.

`open_transport` picks the way that this Python can go. A transport knows frames and keys, never
what a message means.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bridgeclient.connection import Connection
from bridgeclient.errors import ServerError

Buffer = bytes | memoryview


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


def open_transport(connection: Connection) -> Transport:
    """The transport that works in this Python.

    Raises:
        ServerError: `server.no_transport`, pyzmq can't be imported; `server.unreachable`, the
            connection's address or keys can't be used.
    """
    try:
        from bridgeclient.transport.zeromq import ZmqTransport
    except ImportError as error:
        raise ServerError(
            "server.no_transport",
            f"This Python can't load pyzmq ({error}).",
            "Run `dreambridge install` for this editor again.",
        ) from error
    return ZmqTransport(connection)
