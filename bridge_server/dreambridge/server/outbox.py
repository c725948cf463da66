"""Sending to clients that may be slow or gone, without ever waiting for one.

What a client can't take yet stays here in order. A newer `progress` or `preview` takes the place of
an unsent one of the same job, and so does whatever belongs to no job with its like; nothing else is
ever dropped. A client that lets too much pile up is given up as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import zmq

from bridgeclient.codec import Buffer

Frames = Sequence[Buffer]

MOST_UNSENT = 1024
"""Messages that may wait for one client; far more than its jobs alone can cause."""

_REPLACEABLE = frozenset({"progress", "preview"})


class ClientGone(Exception):
    """The client has left; nothing can be sent to it any more."""


class Outbox:
    """The sending half of the server's ROUTER socket, which has to have `router_mandatory` set."""

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket
        self._unsent: dict[bytes, list[tuple[str, str, Frames]]] = {}

    def send(self, client: bytes, type: str, job: str, frames: Frames) -> None:
        """Send a message now or as soon as the client can take it.

        Raises:
            ClientGone: there is no such client any more, or it reads nothing.
        """
        waiting = self._unsent.get(client)
        if waiting is None and self._sent(client, frames):
            return
        waiting = self._unsent.setdefault(client, [])
        if type in _REPLACEABLE or not job:
            waiting[:] = [item for item in waiting if item[:2] != (type, job)]
        if len(waiting) >= MOST_UNSENT:
            raise ClientGone
        waiting.append((type, job, frames))

    def flush(self) -> list[bytes]:
        """Try again what is waiting; returns the clients that turned out to be gone."""
        gone = []
        if self._unsent:
            self._socket.get(zmq.EVENTS)  # makes libzmq notice what clients have read since
        for client in list(self._unsent):
            waiting = self._unsent[client]
            try:
                while waiting and self._sent(client, waiting[0][2]):
                    waiting.pop(0)
            except ClientGone:
                gone.append(client)
            if not waiting:
                self._unsent.pop(client, None)
        return gone

    def forget(self, client: bytes) -> None:
        """Drop what waits for a client that has left."""
        self._unsent.pop(client, None)

    @property
    def waiting(self) -> bool:
        """Whether anything is unsent."""
        return bool(self._unsent)

    def _sent(self, client: bytes, frames: Frames) -> bool:
        """Whether the client's pipe took the message."""
        try:
            self._socket.send_multipart([client, *frames], zmq.DONTWAIT, copy=False)
        except zmq.Again:
            return False
        except zmq.ZMQError as error:
            if error.errno == zmq.EHOSTUNREACH:
                raise ClientGone from error
            raise
        return True
