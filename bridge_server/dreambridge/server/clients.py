"""Who is connected: when each client was last heard, how many may be there, and who has left.

ZeroMQ tells that a connection has ended but not whose, so each client is then sent a `pong`, which
fails for the one that is gone.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import zmq

from bridgeclient.codec import encode
from dreambridge.server.outbox import ClientGone, Outbox

_SETTLE_S = 1.0
"""How long after a connection's end the socket may still take messages for it."""
_INTERVAL_S = 0.2
_FORGET_S = 3600.0


class Clients:
    """The clients of a ROUTER socket; `heard` says when each was last heard, in monotonic seconds.

    Args:
        router: the socket, with `router_mandatory` set.
        outbox: what sends through it.
        most: how many clients are noted at a time.
    """

    def __init__(self, router: zmq.Socket[bytes], outbox: Outbox, most: int) -> None:
        self.monitor = router.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self.heard: dict[bytes, float] = {}
        self._router, self._outbox, self._most = router, outbox, most
        self._search_until = self._searched_at = 0.0

    def note(self, client: bytes) -> bool:
        """Note that the client was heard just now; False if there are too many to note another."""
        if client not in self.heard and len(self.heard) >= self._most:
            return False
        self.heard[client] = time.monotonic()
        return True

    def forget(self, client: bytes) -> None:
        """The client is gone."""
        self.heard.pop(client, None)

    def gone(self) -> Iterator[bytes]:
        """Those who have left since the last call, or were silent for an hour."""
        now = time.monotonic()
        while self.monitor.poll(0):
            self.monitor.recv_multipart()
            self._search_until = now + _SETTLE_S
        if self._searched_at + _INTERVAL_S < now < self._search_until:
            self._searched_at = now
            self._router.get(zmq.EVENTS)  # makes libzmq notice what has ended
            yield from [client for client in self.heard if not self._is_there(client)]
        yield from [c for c, heard in self.heard.items() if now - heard > _FORGET_S]

    def _is_there(self, client: bytes) -> bool:
        try:
            self._outbox.send(client, "pong", "", encode("pong"))
        except ClientGone:
            return False
        return True

    def close(self) -> None:
        """Stop looking."""
        with contextlib.suppress(zmq.ZMQError):
            self._router.disable_monitor()
        self.monitor.close(0)
