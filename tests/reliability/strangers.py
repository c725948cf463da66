"""Connections to the server's port that never become clients: garbage, half-open, slow, floods."""

from __future__ import annotations

import contextlib
import random
import socket
import time

GREETING = b"\xff" + b"\0" * 8 + b"\x7f\x03\x01CURVE" + b"\0" * 15 + b"\0" * 32
"""ZMTP 3.1's greeting of a CURVE client (ZeroMQ RFC 37)."""

BEGINNINGS = {
    "garbage": lambda dice: dice.randbytes(dice.choice([1, 64, 4096])),
    "http": lambda _: b"POST /submit HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{}",
    "nothing": lambda _: b"",
    "half a greeting": lambda dice: GREETING[: dice.randrange(1, 64)],
    "greeting, then garbage": lambda dice: GREETING + dice.randbytes(300),
    "greeting, then silence": lambda _: GREETING,
    "a huge frame": lambda _: GREETING + b"\x06" + b"\xff" * 8 + b"x" * 100,
    "no encryption": lambda _: GREETING.replace(b"CURVE", b"NULL\0"),
    "an old ZMTP": lambda _: b"\x01\x00" + b"\x05hello",
}
"""What a stranger says at first."""


class Strangers:
    """Opens connections to `port` one after another and keeps some of them open for a while."""

    def __init__(self, port: int, dice: random.Random) -> None:
        self._port, self._dice = port, dice
        self._open: list[tuple[float, socket.socket]] = []

    def come(self, beginning: str) -> None:
        """One more stranger; it leaves at once, or stays until the server is tired of it."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            stranger = socket.create_connection(("127.0.0.1", self._port), timeout=5)
            with contextlib.suppress(ConnectionError):
                stranger.sendall(BEGINNINGS[beginning](self._dice))
            if self._dice.random() < 0.3:
                stranger.close()
            else:
                stranger.setblocking(False)
                self._open.append((time.monotonic() + self._dice.uniform(0, 8), stranger))
        self._let_go()

    def drip(self) -> None:
        """Those who are there say one more byte, as in a slow handshake."""
        for _, stranger in self._open:
            with contextlib.suppress(OSError):
                stranger.send(self._dice.randbytes(1))

    def leave(self) -> None:
        """All of them go."""
        for _, stranger in self._open:
            stranger.close()
        self._open.clear()

    def _let_go(self) -> None:
        now = time.monotonic()
        for until, stranger in self._open:
            if until < now:
                stranger.close()
        self._open = [item for item in self._open if item[0] >= now]
