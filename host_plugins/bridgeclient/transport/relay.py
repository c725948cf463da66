"""The way to the server for a Python that cannot load pyzmq: a child of the bridge's own Python.

The child (`dreambridge.relay`) holds the encrypted socket; frames go through its standard input
and output. Threads do the waiting, because pipes can't be polled on Windows: one writes, one
reads and tells through a socket that there is something to fetch.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import queue
import select
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import IO

from bridgeclient.connection import Connection
from bridgeclient.errors import BridgeError, ServerError, error_from_fields
from bridgeclient.process import environment, no_window
from bridgeclient.transport.pipe import FRAMES, read_message, write_message

Buffer = bytes | memoryview

_LINGER_S = 0.5


class RelayTransport:
    """See `Transport`.

    Args:
        connection: the server to reach.
        python: the interpreter that has dreambridge installed.

    Raises:
        ServerError: `server.no_transport`, the interpreter can't be run.
    """

    def __init__(self, connection: Connection, python: str) -> None:
        self._child = _start(python)
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._outgoing: queue.SimpleQueue[Sequence[Buffer] | None] = queue.SimpleQueue()
        self._incoming: deque[list[bytes] | BridgeError] = deque()
        self._lost: BridgeError | None = None
        self._bell, self._ringer = socket.socketpair()
        self._bell.setblocking(False)
        self._outgoing.put([json.dumps(dataclasses.asdict(connection)).encode()])
        self._writer = _thread(self._write, self._child.stdin)
        self._reader = _thread(self._read, self._child.stdout)

    def send(self, frames: Sequence[Buffer]) -> None:
        """See `Transport.send`."""
        self._outgoing.put(list(frames))

    def receive(self, timeout_s: float) -> list[memoryview] | None:
        """See `Transport.receive`."""
        if not self._incoming and self._lost is None and timeout_s > 0:
            select.select([self._bell], [], [], timeout_s)
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(4096)
        if self._incoming:
            got = self._incoming.popleft()
            if not isinstance(got, BridgeError):
                return [memoryview(frame) for frame in got]
            self._lost = got
        if self._lost is not None:
            raise self._lost
        return None

    def fileno(self) -> int:
        """See `Transport.fileno`."""
        return self._bell.fileno()

    def close(self) -> None:
        """See `Transport.close`."""
        if self._bell.fileno() < 0:
            return
        self._outgoing.put(None)
        try:
            self._child.wait(2 * _LINGER_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._writer.join()
        self._reader.join()
        self._bell.close()
        self._ringer.close()

    def _write(self, stream: IO[bytes]) -> None:
        """Hand what `send` queued to the child until told to stop; closing its input ends it."""
        with contextlib.suppress(OSError):  # the child is gone: the reader notices and tells
            while (frames := self._outgoing.get()) is not None:
                write_message(stream, FRAMES, frames)
        with contextlib.suppress(OSError):
            stream.close()

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            while (message := read_message(stream)) is not None:
                kind, frames = message
                self._tell(frames if kind == FRAMES else error_from_fields(json.loads(frames[0])))
        self._tell(ServerError("server.lost", "The relay to the server ended.", "Dream again."))

    def _tell(self, what: list[bytes] | BridgeError) -> None:
        self._incoming.append(what)
        with contextlib.suppress(OSError):
            self._ringer.send(b"\0")


def _thread(target: Callable[[IO[bytes]], None], stream: IO[bytes]) -> threading.Thread:
    thread = threading.Thread(target=target, args=(stream,), daemon=True)
    thread.start()
    return thread


def _start(python: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [python, "-E", "-P", "-m", "dreambridge.relay"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            creationflags=no_window(),
        )
    except OSError as error:
        raise ServerError(
            "server.no_transport",
            f"This Python can't load pyzmq, and {python} can't be run ({error.strerror}).",
            "Run `dreambridge install` for this editor again.",
        ) from error
