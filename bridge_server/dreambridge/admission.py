"""Who may connect: the ZAP handler (ZeroMQ RFC 27) that libzmq asks about every CURVE handshake.

Answered in the server's one I/O thread; libzmq's own threads wait for it, clients don't hold it up.
"""

from __future__ import annotations

import logging

import zmq
from zmq.utils import z85

_log = logging.getLogger(__name__)
_FRAMES = 7


class Admission:
    """Admits exactly one client key for each ZAP domain."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        self.socket = context.socket(zmq.REP)
        self.socket.linger = 0
        self.socket.bind("inproc://zeromq.zap.01")
        self._keys: dict[str, bytes] = {}

    def admit(self, domain: str, public_key: str) -> None:
        """From now on let this key, and no other, into sockets of the domain."""
        self._keys[domain] = z85.decode(public_key.encode())

    def answer(self) -> None:
        """Answer the handshakes that are waiting."""
        while self.socket.poll(0):
            request = self.socket.recv_multipart()
            number = request[1] if len(request) > 1 else b""
            code, text = (b"200", b"OK") if self._welcome(request) else (b"400", b"refused")
            self.socket.send_multipart([b"1.0", number, code, text, b"", b""])

    def _welcome(self, request: list[bytes]) -> bool:
        if len(request) != _FRAMES or request[5] != b"CURVE":
            return False
        domain, address, key = request[2].decode("ascii", "replace"), request[3], request[6]
        if self._keys.get(domain) == key:
            return True
        _log.warning("refused a client at %s: unknown key", address.decode("ascii", "replace"))
        return False

    def close(self) -> None:
        """Stop answering."""
        self.socket.close()
