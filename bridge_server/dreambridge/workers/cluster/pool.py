"""The server's side of a cluster: Ray's driver in a process of its own, watched and replaced.

Runs in the server's I/O thread, so nothing in it waits, but for the first time the cluster is
joined: one that can't be reached has to be known before the server says that it is ready.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import zmq

from bridgeclient.errors import BridgeError, Cancelled, bridge_error
from bridgeclient.events import Failed, Inspected, Result
from bridgeclient.request import DreamRequest, InspectRequest
from dreambridge.admission import Admission
from dreambridge.workers.cluster.options import ClusterOptions
from dreambridge.workers.interface import Engine, EngineEvent, EngineState
from dreambridge.workers.link import Link, Socket
from dreambridge.workers.messages import (
    Cancel,
    Credit,
    Engines,
    FromDriver,
    Joined,
    StartFailed,
    Warm,
)
from dreambridge.workers.supervisor import SupervisedProcess

_log = logging.getLogger(__name__)

_MODULE = "dreambridge.workers.cluster.process"
_JOIN_S = 60.0
_END_S = 8.0
_TICK_S = 0.05


class ClusterPool:
    """An `EnginePool` of Ray actors; takes a job per engine of the cluster.

    Args:
        options: which cluster, what engines.
        logs: the private folder for the driver's log.
        ipc: whether the driver may be reached by an ipc socket where there are any.

    Raises:
        ServerError: `server.start_failed`, the cluster can't be joined.
    """

    def __init__(self, options: ClusterOptions, logs: Path, *, ipc: bool = True) -> None:
        self._options, self._log_file, self._ipc = options, logs / "cluster.log", ipc
        self._context: zmq.Context[Socket] = zmq.Context()
        self._admission = Admission(self._context)
        self._engines: list[Engine] = []
        self._jobs: dict[str, bool] = {}  # with whether they are cancelled
        self._questions: set[str] = set()
        self._events: deque[EngineEvent] = deque()
        self._failure: BridgeError | None = None
        self._joined = False
        self._folder = tempfile.TemporaryDirectory(
            prefix="dreambridge-", ignore_cleanup_errors=True
        )
        self._driver = self._start()
        try:
            self._wait_until_joined()
        except BaseException:
            self.close()
            raise

    def _start(self) -> SupervisedProcess:
        _log.info("joining the cluster %s", self._options.address)
        self._joined, self._failure, self._engines = False, None, []
        config = {"options": dataclasses.asdict(self._options), "folder": self._folder.name}
        link = Link(self._context, self._admission, ipc=self._ipc)
        try:
            return SupervisedProcess(_MODULE, link, config, self._log_file, os.environ)
        except OSError:
            link.close()
            raise

    def _wait_until_joined(self) -> None:
        deadline = time.monotonic() + _JOIN_S
        while not self._joined:
            self._admission.answer()
            self._read()
            if self._failure is not None:
                raise self._failure
            if self._driver.dead:
                raise self._not_joined(f"Ray's driver ended ({self._driver.ending()})")
            if time.monotonic() > deadline:
                raise self._not_joined(f"it did not answer within {_JOIN_S:.0f} s")
            time.sleep(_TICK_S)

    def _not_joined(self, why: str) -> BridgeError:
        message = f"The Ray cluster {self._options.address} can't be joined: {why}."
        return bridge_error("server.start_failed", message, f"Read {self._log_file}.")

    def engines(self) -> Sequence[Engine]:
        """See `EnginePool.engines`."""
        return self._engines

    def free(self) -> int:
        """See `EnginePool.free`; where no engine could start, a job makes the driver try again."""
        states = [engine.state for engine in self._engines]
        able = sum(state in (EngineState.WARM, EngineState.IDLE) for state in states)
        if EngineState.FAILED in states and not able and EngineState.STARTING not in states:
            able = 1
        return max(0, able - len(self._jobs))

    def warm(self) -> None:
        """See `EnginePool.warm`."""
        if self._joined:
            self._driver.link.send(Warm())

    def submit(self, request: DreamRequest) -> None:
        """See `EnginePool.submit`."""
        self._jobs[request.job] = False
        self._driver.link.send(request)

    def inspect(self, request: InspectRequest) -> None:
        """See `EnginePool.inspect`."""
        self._questions.add(request.job)
        self._driver.link.send(request)

    def credit(self, job: str) -> None:
        """See `EnginePool.credit`."""
        if job in self._jobs:
            self._driver.link.send(Credit(job))

    def cancel(self, job: str) -> None:
        """See `EnginePool.cancel`; the driver ends an engine that does not stop in time."""
        if not self._jobs.get(job, True):
            self._jobs[job] = True
            self._driver.link.send(Cancel(job))

    def events(self) -> Sequence[EngineEvent]:
        """See `EnginePool.events`."""
        self._admission.answer()
        self._read()
        if self._driver.dead:
            self._on_driver_exit()
        events, self._events = self._events, deque()
        return events

    def descriptors(self) -> list[int]:
        """See `EnginePool.descriptors`."""
        return [self._admission.socket.fileno(), *self._driver.link.descriptors()]

    def pending(self) -> bool:
        """See `EnginePool.pending`."""
        asked = bool(self._admission.socket.poll(0))
        return asked or bool(self._events) or self._driver.link.pending()

    def close(self) -> None:
        """See `EnginePool.close`; gives the driver time to end a cluster of its own in order."""
        self._driver.let_go()
        self._driver.wait(_END_S)
        self._admission.close()
        self._context.term()
        self._folder.cleanup()

    def _read(self) -> None:
        for message in self._driver.link.receive():
            self._on_message(message)

    def _on_message(self, message: FromDriver) -> None:
        match message:
            case Joined():
                self._joined = True
                self._driver.link.remove_folder()
                _log.info("the cluster is joined")
            case StartFailed():
                self._failure = message.error
            case Engines():
                self._engines = message.typed()
            case Inspected() | Failed() if message.job in self._questions:
                self._questions.remove(message.job)
                self._events.append(message)
            case _ if message.job in self._jobs:
                if isinstance(message, Result | Failed):
                    del self._jobs[message.job]
                self._events.append(message)

    def _on_driver_exit(self) -> None:
        """The driver died: fail the jobs it had, and put another in its place."""
        ending, failure = self._driver.ending(), self._failure
        _log.error("Ray's driver ended: %s, jobs %s", failure or ending, sorted(self._jobs))
        self._driver.kill()
        self._driver.wait()
        jobs, self._jobs = self._jobs, {}
        for job, cancelled in jobs.items():
            error = Cancelled(job) if cancelled else failure or self._crash(ending)
            self._events.append(Failed(job, error))
        questions, self._questions = self._questions, set()
        self._events += [Failed(question, failure or self._crash(ending)) for question in questions]
        self._driver = self._start()

    def _crash(self, ending: str) -> BridgeError:
        message = f"Ray's driver ended unexpectedly ({ending})."
        hint = f"Dream again; if it comes back, read {self._log_file}."
        return bridge_error("engine.crashed", message, hint)
