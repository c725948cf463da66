"""Who may connect: the ZAP handler (ZeroMQ RFC 27) that libzmq asks about every CURVE handshake.

Answered in the thread that owns the context's sockets; libzmq's own threads wait for it, clients
don't hold it up.
"""

from __future__ import annotations

import logging

import zmq
from zmq.utils import z85

_log = logging.getLogger(__name__)
_FRAMES = 7


class Admission:
    """Admits the keys it was told, each to the sockets of one ZAP domain."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        self.socket = context.socket(zmq.REP)
        self.socket.linger = 0
        self.socket.bind("inproc://zeromq.zap.01")
        self._keys: set[tuple[str, bytes]] = set()

    def admit(self, domain: str, public_key: str) -> None:
        """From now on let this key into sockets of the domain."""
        self._keys.add((domain, z85.decode(public_key.encode())))

    def revoke(self, domain: str, public_key: str) -> None:
        """From now on let this key in no more."""
        self._keys.discard((domain, z85.decode(public_key.encode())))

    def answer(self) -> None:
        """Answer the handshakes that are waiting."""
        while self.socket.poll(0):
            request = self.socket.recv_multipart()
            number = request[1] if len(request) > 1 else b""
            code, text = (b"200", b"OK") if self._admits(request) else (b"400", b"refused")
            self.socket.send_multipart([b"1.0", number, code, text, b"", b""])

    def _admits(self, request: list[bytes]) -> bool:
        if len(request) != _FRAMES or request[5] != b"CURVE":
            return False
        domain, address, key = request[2].decode("ascii", "replace"), request[3], request[6]
        if (domain, key) in self._keys:
            return True
        _log.warning("refused a client at %s: unknown key", address.decode("ascii", "replace"))
        return False

    def close(self) -> None:
        """Stop answering."""
        self.socket.close()
