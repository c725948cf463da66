"""The executor on this machine: one worker process that owns the engine, watched and replaced.

The worker's death is noticed by its socket and fails only the job that it had. This module runs in
the server's I/O thread, so nothing in it waits and nothing in it imports the engine.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import zmq

from bridgeclient.codec import decode, encode
from bridgeclient.errors import BridgeError, bridge_error
from bridgeclient.protocol import TERMINAL
from dreambridge.admission import Admission
from dreambridge.log import PRIVATE_APPEND
from dreambridge.paths import Paths
from dreambridge.server.jobs import Frames
from dreambridge.server.options import Options
from dreambridge.workers.interface import Capabilities, Report
from dreambridge.workers.link import Link
from dreambridge.workers.messages import FROM_WORKER
from dreamcore.allocator import with_large_pages
from dreamcore.waiting import with_short_waits

_log = logging.getLogger(__name__)


class LocalWorker:
    """See `Executor`; takes one job at a time."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        admission: Admission,
        paths: Paths,
        options: Options,
        *,
        ipc: bool = True,
    ) -> None:
        self._context, self._admission, self._ipc = context, admission, ipc
        self._paths, self._options = paths, options
        self._state = "idle"
        self._device: str | None = None
        self._precision: str | None = None
        self._link: Link | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._dying: list[subprocess.Popen[bytes]] = []
        self._job = ""
        self._held: Frames | None = None  # the job's frames until the worker is warm
        self._cancelled_at: float | None = None
        self._rested_at = time.monotonic()
        self._failure: BridgeError | None = None

    def capabilities(self) -> Capabilities:
        """See `Executor.capabilities`."""
        return Capabilities(self._state, 0 if self._job else 1, self._device, self._precision)

    def warm(self) -> None:
        """Start the worker unless it runs."""
        if self._process is None:
            self._start()

    def submit(self, job: str, frames: Frames) -> None:
        """See `Executor.submit`; a job that comes before the engine is warm is held here."""
        self._job, self._held, self._cancelled_at = job, frames, None
        self.warm()
        if self._state == "warm":
            self._hand_over()

    def credit(self, job: str) -> None:
        """See `Executor.credit`."""
        if job == self._job and self._state == "warm":
            self._send(encode("credit", {"job": job}))

    def cancel(self, job: str) -> None:
        """See `Executor.cancel`; a worker that does not stop in time is ended."""
        if job == self._job and self._cancelled_at is None:
            self._cancelled_at = time.monotonic()
            if self._held is None:
                self._send(encode("cancel", {"job": job}))

    def sockets(self) -> Sequence[zmq.Socket[bytes]]:
        """See `Executor.sockets`."""
        return [self._link.socket, self._link.monitor] if self._link else []

    def events(self) -> Iterator[Report]:
        """See `Executor.events`."""
        self._dying = [process for process in self._dying if process.poll() is None]
        if self._held is not None and self._cancelled_at is not None:
            yield self._ended("cancelled", {})
        if self._held is not None and self._process is None and self._failure is not None:
            yield self._ended("error", self._failure.to_fields())
        while self._link is not None and self._link.socket.poll(0):
            try:
                yield from self._read(self._link.socket.recv_multipart(copy=False))
            except BridgeError:
                _log.exception("the worker said what can't be understood and is ended")
                yield from self._on_worker_exit()
        if self._is_dead():
            yield from self._on_worker_exit()
        elif self._is_stuck():
            _log.warning("the worker did not stop job %s in time and is ended", self._job)
            self._stop(kill=True)
            yield self._ended("cancelled", {})
        elif self._has_rested():
            _log.info("the worker is idle and goes")
            self._stop()

    def close(self) -> None:
        """See `Executor.close`."""
        self._stop(kill=True)
        for process in self._dying:
            process.wait()

    def _read(self, frames: list[zmq.Frame]) -> Iterator[Report]:
        message = decode([frame.buffer for frame in frames], FROM_WORKER)
        if message.type == "ready":
            self._state = "warm"
            self._device, self._precision = message.fields["device"], message.fields["precision"]
            self._rested_at = time.monotonic()
            _log.info("the worker is warm on %s in %s", self._device, self._precision)
            if self._link is not None:
                self._link.remove_folder()
            if self._held is not None:
                self._hand_over()
        elif message.type == "failed":
            self._failure = bridge_error(**message.fields)
        elif message.job == self._job:
            if message.type in TERMINAL:
                self._job, self._rested_at = "", time.monotonic()
            yield Report(message.type, message.job, frames)

    def _hand_over(self) -> None:
        if self._held is not None:
            frames, self._held = self._held, None
            self._send(frames)

    def _send(self, frames: Frames) -> None:
        if self._link is not None:
            self._link.socket.send_multipart(frames, zmq.DONTWAIT, copy=False)

    def _start(self) -> None:
        self._failure = None
        engine = {name: getattr(self._options, name) for name in ("weights", "device", "precision")}
        try:
            self._link = Link(self._context, self._admission, ipc=self._ipc)
            given = {**self._link.address, **engine, "log": str(self._paths.worker_log)}
            orders = json.dumps(given).encode() + b"\n"
            self._process = _spawn(self._paths, orders)
        except (OSError, zmq.ZMQError) as error:
            _log.exception("no worker could be started")
            self._stop()
            self._state = "failed"
            self._failure = bridge_error(
                "engine.crashed",
                f"The engine's process could not be started ({error.strerror}).",
                "Close other programs, then dream again.",
            )
            return
        self._state = "starting"
        _log.info("worker %d is starting", self._process.pid)

    def _stop(self, *, kill: bool = False) -> None:
        """Let the worker go: without its standard input it ends by itself."""
        if self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()
            if kill:
                self._process.kill()
            self._dying.append(self._process)
        if self._link is not None:
            self._link.close()
        self._process, self._link, self._state = None, None, "idle"

    def _is_dead(self) -> bool:
        if self._process is None or self._link is None:
            return False
        return self._process.poll() is not None or self._link.broken

    def _is_stuck(self) -> bool:
        grace = self._options.cancel_grace_s
        return (
            self._cancelled_at is not None
            and bool(self._job)
            and (time.monotonic() - self._cancelled_at > grace)
        )

    def _has_rested(self) -> bool:
        idle = self._options.worker_idle_s
        rested = time.monotonic() - self._rested_at
        return self._state == "warm" and not self._job and 0 < idle < rested

    def _on_worker_exit(self) -> Iterator[Report]:
        """The worker died: fail its job, and put another in its place if it ever was warm."""
        was_warm = self._state == "warm"
        code = self._process.poll() if self._process else None
        if self._failure is not None:
            _log.error("the engine can't start: %s", self._failure)
        else:
            _log.error("the worker ended unexpectedly (%s), job %r", _ending(code), self._job)
        self._stop(kill=True)
        self._state = "idle" if was_warm else "failed"
        error = self._failure or bridge_error(
            "engine.crashed",
            f"The engine's process ended unexpectedly ({_ending(code)}).",
            f"Dream again; if it comes back, read {self._paths.worker_log}.",
        )
        if self._job:
            cancelled = self._cancelled_at is not None
            yield self._ended("cancelled" if cancelled else "error", error.to_fields())
        if was_warm:
            self.warm()

    def _ended(self, type: str, fields: dict[str, object]) -> Report:
        """The terminal report of the current job, made here because no worker will."""
        job, self._job, self._held = self._job, "", None
        self._cancelled_at, self._rested_at = None, time.monotonic()
        return Report(type, job, encode(type, {**fields, "job": job}))


def _spawn(paths: Paths, orders: bytes) -> subprocess.Popen[bytes]:
    """A worker process that has its orders; its standard input stays open while it shall live.

    It keeps its log itself; what else it prints, as libraries do when they die, goes there as well.
    """
    log = os.open(paths.worker_log, PRIVATE_APPEND, 0o600)
    try:
        worker = subprocess.Popen(
            [sys.executable, "-P", "-m", "dreambridge.workers.process"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=paths.folder,
            env=with_short_waits(with_large_pages(os.environ)),
            bufsize=0,
        )
    finally:
        os.close(log)
    with contextlib.suppress(BrokenPipeError):  # it died already, which is noticed soon
        assert worker.stdin is not None
        worker.stdin.write(orders)
    return worker


def _ending(code: int | None) -> str:
    if code is None:
        return "it closed its connection"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
