"""The socket between the server and its worker: private by folder where possible, else by keys.

On POSIX an ipc socket in a fresh folder that only the user can enter; elsewhere loopback TCP with a
key pair made for this one worker. The worker gets its end's description over its standard input.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import zmq

from dreambridge.admission import Admission

_DOMAIN = "worker"
_LONGEST_IPC_PATH = 100


class Link:
    """The server's end: bound, waiting for one worker. `address` is what the worker needs."""

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], admission: Admission, *, ipc: bool = True
    ) -> None:
        self.socket = context.socket(zmq.PAIR)
        self.socket.linger = 0
        self.monitor = self.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self.address: dict[str, str] = {}
        self._folder: Path | None = None
        if not (ipc and self._bind_ipc()):
            self._bind_tcp(admission)

    def _bind_ipc(self) -> bool:
        if not zmq.has("ipc") or os.name != "posix":
            return False
        self._folder = Path(tempfile.mkdtemp(prefix="dreambridge-"))
        path = self._folder / "worker"
        if len(str(path)) > _LONGEST_IPC_PATH:
            self.remove_folder()
            return False
        self.socket.bind(f"ipc://{path}")
        self.address = {"endpoint": f"ipc://{path}"}
        return True

    def _bind_tcp(self, admission: Admission) -> None:
        public, secret = zmq.curve_keypair()
        worker_public, worker_secret = zmq.curve_keypair()
        admission.admit(_DOMAIN, worker_public.decode())
        self.socket.curve_server = True
        self.socket.curve_secretkey = secret
        self.socket.zap_domain = _DOMAIN.encode()
        port = self.socket.bind_to_random_port("tcp://127.0.0.1")
        self.address = {
            "endpoint": f"tcp://127.0.0.1:{port}",
            "server_public": public.decode(),
            "public": worker_public.decode(),
            "secret": worker_secret.decode(),
        }

    @property
    def broken(self) -> bool:
        """Whether the worker's end has closed."""
        return bool(self.monitor.poll(0))

    def remove_folder(self) -> None:
        """Remove the ipc folder, which nobody needs once the worker is connected."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def close(self) -> None:
        """Close both sockets and leave nothing on disk."""
        with contextlib.suppress(zmq.ZMQError):
            self.socket.disable_monitor()
        self.monitor.close(0)
        self.socket.close()
        self.remove_folder()


def connect_link(
    context: zmq.Context[zmq.Socket[bytes]], address: dict[str, Any]
) -> zmq.Socket[bytes]:
    """The worker's end of the link."""
    socket = context.socket(zmq.PAIR)
    if "secret" in address:
        socket.curve_serverkey = address["server_public"].encode()
        socket.curve_publickey = address["public"].encode()
        socket.curve_secretkey = address["secret"].encode()
    socket.linger = 1000
    socket.connect(address["endpoint"])
    return socket
