"""The direct way to the server: a CURVE-encrypted DEALER socket of pyzmq.

A socket monitor tells at once when the server refuses, closes or dies. There is no reconnecting:
a new connection is a new transport, so that nobody waits for a server that is gone.
"""

from __future__ import annotations

from collections.abc import Sequence

import zmq
from zmq.utils.monitor import recv_monitor_message

from bridgeclient.connection import Connection
from bridgeclient.errors import AuthError, BridgeError, ServerError

Buffer = bytes | memoryview

_LINGER_MS = 500
_NEVER_MS = 24 * 3600 * 1000
_GONE = zmq.EVENT_DISCONNECTED | zmq.EVENT_CLOSED | zmq.EVENT_CONNECT_RETRIED
_FAILED = zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
_WATCHED = _GONE | _FAILED | zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_SUCCEEDED


class ZmqTransport:
    """See `Transport`."""

    def __init__(self, connection: Connection) -> None:
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.DEALER)
        self._monitor = self._socket.get_monitor_socket(_WATCHED)
        self._shaken = False
        self._lost: BridgeError | None = None
        try:
            self._configure(connection)
            self._socket.connect(connection.endpoint)
        except (zmq.ZMQError, ValueError) as error:
            self.close()
            raise ServerError(
                "server.unreachable",
                f"The connection file's address or keys can't be used ({error}).",
                "Delete it and try again.",
            ) from error
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        self._poller.register(self._monitor, zmq.POLLIN)

    def _configure(self, connection: Connection) -> None:
        self._socket.curve_serverkey = connection.server_public.encode()
        self._socket.curve_publickey = connection.client_public.encode()
        self._socket.curve_secretkey = connection.client_secret.encode()
        self._socket.linger = _LINGER_MS
        self._socket.reconnect_ivl = _NEVER_MS

    def send(self, frames: Sequence[Buffer]) -> None:
        """See `Transport.send`."""
        try:
            self._socket.send_multipart(frames, zmq.DONTWAIT, copy=False)
        except zmq.Again:
            self._watch()
            raise self._lost or _lost() from None

    def receive(self, timeout_s: float) -> list[memoryview] | None:
        """See `Transport.receive`."""
        if (frames := self._next()) is not None:
            return frames
        if timeout_s > 0 and self._lost is None:
            self._poller.poll(int(timeout_s * 1000) + 1)
        self._watch()
        frames = self._next()
        if frames is None and self._lost is not None:
            raise self._lost
        return frames

    def _next(self) -> list[memoryview] | None:
        try:
            frames = self._socket.recv_multipart(zmq.DONTWAIT, copy=False)
        except zmq.Again:
            return None
        return [frame.buffer for frame in frames]

    def _watch(self) -> None:
        """Read what the monitor saw; the first loss stays."""
        while self._lost is None and self._monitor.poll(0):
            event = recv_monitor_message(self._monitor)["event"]
            if event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                self._shaken = True
            elif event == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
                self._lost = AuthError(
                    "auth.refused",
                    "The server refused this client's key.",
                    "Run `dreambridge stop`, then try again.",
                )
            elif event & _GONE and self._shaken:
                self._lost = _lost()
            else:
                self._lost = ServerError(
                    "server.unreachable", "No dreambridge server answers.", "Start it again."
                )

    def fileno(self) -> int:
        """See `Transport.fileno`."""
        return int(self._socket.FD)

    def close(self) -> None:
        """See `Transport.close`."""
        if not self._socket.closed:
            self._socket.disable_monitor()
            self._monitor.close(0)
            self._socket.close(_LINGER_MS)
            self._context.term()


def _lost() -> ServerError:
    return ServerError(
        "server.lost", "The dreambridge server stopped in the middle.", "Dream again: it restarts."
    )
