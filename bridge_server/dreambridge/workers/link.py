"""The socket between a pool and one of its processes: private by folder, else by keys.

On POSIX an ipc socket in a fresh folder that only the user can enter; elsewhere loopback TCP with a
key pair made for this one process. The process gets its end's description over its standard input.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import zmq

from dreambridge.admission import Admission
from dreambridge.workers.messages import FromWorker, ToDriver, ToWorker, from_frames, to_frames

_DOMAIN = "worker"
_LONGEST_IPC_PATH = 100

Socket = zmq.Socket[bytes]


class Link:
    """The pool's end: bound, waiting for one process. `address` is what the process needs.

    Args:
        context: the pool's.
        admission: who answers for the context whether a process may come in.
        ipc: whether an ipc socket may be used where there are any.
    """

    def __init__(self, context: zmq.Context[Socket], admission: Admission, *, ipc: bool) -> None:
        self._socket = context.socket(zmq.PAIR)
        self._socket.linger = 0
        self._monitor = self._socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._admission, self._key = admission, ""
        self._folder: Path | None = None
        self.address = (ipc and self._bind_ipc()) or self._bind_tcp()

    def _bind_ipc(self) -> dict[str, str]:
        if not zmq.has("ipc") or os.name != "posix":
            return {}
        self._folder = Path(tempfile.mkdtemp(prefix="dreambridge-"))
        path = self._folder / "worker"
        if len(str(path)) > _LONGEST_IPC_PATH:
            self.remove_folder()
            return {}
        self._socket.bind(f"ipc://{path}")
        return {"endpoint": f"ipc://{path}"}

    def _bind_tcp(self) -> dict[str, str]:
        public, secret = zmq.curve_keypair()
        worker_public, worker_secret = zmq.curve_keypair()
        self._key = worker_public.decode()
        self._admission.admit(_DOMAIN, self._key)
        self._socket.curve_server = True
        self._socket.curve_secretkey = secret
        self._socket.zap_domain = _DOMAIN.encode()
        port = self._socket.bind_to_random_port("tcp://127.0.0.1")
        return {
            "endpoint": f"tcp://127.0.0.1:{port}",
            "server_public": public.decode(),
            "public": worker_public.decode(),
            "secret": worker_secret.decode(),
        }

    def send(self, message: ToDriver) -> None:
        """Send without waiting; a message to a process that died is lost with it."""
        with contextlib.suppress(zmq.Again):
            self._socket.send_multipart(to_frames(message), zmq.DONTWAIT, copy=False)

    def receive(self) -> Iterator[Any]:
        """The messages that have arrived.

        Raises:
            ValueError: one can't be understood.
        """
        while self._socket.poll(0):
            yield _receive(self._socket)

    @property
    def broken(self) -> bool:
        """Whether the process's end has closed."""
        return bool(self._monitor.poll(0))

    def descriptors(self) -> list[int]:
        """What becomes readable when a message arrives or the other end closes."""
        return [self._socket.fileno(), self._monitor.fileno()]

    def pending(self) -> bool:
        """Whether something is there already, of which the descriptors don't tell again."""
        return any(socket.poll(0) for socket in (self._socket, self._monitor))

    def remove_folder(self) -> None:
        """Remove the ipc folder, which nobody needs once the process is connected."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def close(self) -> None:
        """Close both sockets, let the key in no more, and leave nothing on disk."""
        with contextlib.suppress(zmq.ZMQError):
            self._socket.disable_monitor()
        self._monitor.close(0)
        self._socket.close()
        if self._key:
            self._admission.revoke(_DOMAIN, self._key)
        self.remove_folder()


class WorkerLink:
    """The process's end of a link with this address."""

    def __init__(self, address: Mapping[str, Any]) -> None:
        self._context = zmq.Context()
        self.socket = self._context.socket(zmq.PAIR)
        if "secret" in address:
            self.socket.curve_serverkey = address["server_public"].encode()
            self.socket.curve_publickey = address["public"].encode()
            self.socket.curve_secretkey = address["secret"].encode()
        self.socket.linger = 1000
        self.socket.connect(address["endpoint"])

    def send(self, message: FromWorker) -> None:
        """Send, waiting while the server is far behind."""
        self.socket.send_multipart(to_frames(message), copy=False)

    def poll(self, timeout_ms: int | None = None) -> bool:
        """Wait for a message, without end if None; whether there is one."""
        return bool(self.socket.poll(timeout_ms))

    def receive(self) -> ToWorker:
        """The next message; waits for it."""
        message: ToWorker = _receive(self.socket)
        return message

    def close(self) -> None:
        """Send what is unsent within a second, and close."""
        self._context.destroy(linger=1000)


def _receive(socket: Socket) -> Any:
    frames = socket.recv_multipart(copy=False)
    return from_frames([frame.buffer for frame in frames])
