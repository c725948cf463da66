"""A client that says whatever a test wants, for what the real one would never say."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import zmq

from bridgeclient.codec import Message, decode, encode
from bridgeclient.connection import Connection
from bridgeclient.protocol import FROM_SERVER, PING_INTERVAL_S, ImageFrame
from servers import PATIENCE_S


class RawClient:
    """A bare DEALER socket that knows the server's keys."""

    def __init__(self, connection: Connection) -> None:
        self._context = zmq.Context()
        self.socket = self._context.socket(zmq.DEALER)
        if connection.server_public:
            self.socket.curve_serverkey = connection.server_public.encode()
            self.socket.curve_publickey = connection.client_public.encode()
            self.socket.curve_secretkey = connection.client_secret.encode()
        self.socket.linger = 0
        self._pinged_at = time.monotonic()
        self.socket.connect(connection.endpoint)

    def send(self, frames: Sequence[bytes]) -> None:
        self.socket.send_multipart(list(frames))

    def say(
        self,
        type: str,
        fields: dict[str, Any] | None = None,
        images: dict[str, ImageFrame] | None = None,
    ) -> None:
        self.send(encode(type, fields, images))

    def hear(self, timeout_s: float = 30.0) -> Message | None:
        """The next message, None if none comes in time."""
        if not self.socket.poll(int(timeout_s * 1000)):
            return None
        return decode(self.socket.recv_multipart(), FROM_SERVER)

    def hear_until(self, *types: str) -> Message:
        """The next message of one of these types; pings meanwhile, as a client has to."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if time.monotonic() - self._pinged_at > PING_INTERVAL_S:
                self._pinged_at = time.monotonic()
                self.say("ping")
            message = self.hear(1.0)
            if message is not None and message.type in types:
                return message
        raise AssertionError(f"the server sent none of {types}")

    def close(self) -> None:
        self.socket.close()
        self._context.term()

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
