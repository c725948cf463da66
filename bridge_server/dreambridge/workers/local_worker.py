"""One engine on this machine: a process, and the job that it has.

A process that dies fails the job that it had and no other, and is replaced if it ever was warm.
"""

from __future__ import annotations

import logging
import math
import platform
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

import zmq

from bridgeclient.errors import BridgeError, Cancelled, bridge_error
from bridgeclient.events import Failed, Inspected, Result
from bridgeclient.request import DreamRequest, InspectRequest
from dreambridge.workers.interface import Engine, EngineEvent, EngineState
from dreambridge.workers.messages import Cancel, Credit, FromWorker, Ready, StartFailed
from dreambridge.workers.supervisor import SupervisedProcess, output_file

_log = logging.getLogger(__name__)

Start = Callable[[], SupervisedProcess]


class Stage(Enum):
    """How far a worker is with its job."""

    HELD = auto()
    """It waits for the engine to be warm."""
    RUNNING = auto()
    """The process has it."""
    STOPPING = auto()
    """The process has been told to stop it."""


@dataclass
class Assignment:
    """A worker's job; `request` until the process has it, `stop_by` from when it is to stop."""

    job: str
    request: DreamRequest | None
    stage: Stage = Stage.HELD
    stop_by: float = math.inf


class LocalWorker:
    """An engine in a process, with one job at a time.

    Args:
        id: its name in `status`.
        start: starts the process.
        log: where the process writes, to be named where it died.
        idle_s, cancel_grace_s: see `WorkerOptions`.
    """

    def __init__(
        self, id: str, start: Start, log: Path, *, idle_s: float, cancel_grace_s: float
    ) -> None:
        self.id = id
        self.devices = 1
        self._start_process, self._log_file, self._output = start, log, output_file(log)
        self._idle_s, self._cancel_grace_s = idle_s, cancel_grace_s
        self._state = EngineState.IDLE
        self._device: str | None = None
        self._precision: str | None = None
        self._process: SupervisedProcess | None = None
        self._leaving: list[SupervisedProcess] = []
        self._job: Assignment | None = None
        self._questions: dict[str, InspectRequest] = {}  # unanswered
        self._events: deque[EngineEvent] = deque()
        self._failure: BridgeError | None = None
        self._jobs_done = 0
        self._used_at = time.monotonic()

    @property
    def state(self) -> EngineState:
        """What the engine is doing."""
        return self._state

    @property
    def job(self) -> str:
        """The job it has, "" for none."""
        return self._job.job if self._job else ""

    def describe(self) -> Engine:
        """The engine as it is now."""
        facts = self._state, self._device, self._precision, self.job, self._jobs_done
        return Engine(self.id, platform.node(), *facts)

    def warm(self) -> None:
        """Start the process unless it runs."""
        if self._process is None:
            self._start()

    def submit(self, request: DreamRequest) -> None:
        """Take a job; one that comes before the engine is warm is held here."""
        self._job = Assignment(request.job, request)
        self.warm()
        if self._state is EngineState.WARM:
            self._hand_over()

    def inspect(self, request: InspectRequest) -> None:
        """Answer a question, as soon as the engine is warm."""
        self._questions[request.job] = request
        self.warm()
        if self._state is EngineState.WARM and self._process:
            self._process.link.send(request)

    def credit(self) -> None:
        """Let the job make a preview."""
        if self._job is not None and self._job.stage is Stage.RUNNING and self._process:
            self._process.link.send(Credit(self._job.job))

    def cancel(self) -> None:
        """Stop the job; a process that does not in time is ended."""
        if self._job is None or self._process is None:
            return
        if self._job.stage is Stage.HELD:
            self._end_job(Cancelled(self._job.job))
        elif self._job.stage is Stage.RUNNING:
            self._job.stage = Stage.STOPPING
            self._job.stop_by = time.monotonic() + self._cancel_grace_s
            self._process.link.send(Cancel(self._job.job))

    def events(self) -> Sequence[EngineEvent]:
        """What happened since the last call; looks after the process."""
        self._leaving = [process for process in self._leaving if not process.ended]
        if self._process is not None:
            self._read(self._process)
        if self._process is not None:
            self._watch(self._process)
        events, self._events = self._events, deque()
        return events

    def descriptors(self) -> list[int]:
        return self._process.link.descriptors() if self._process else []

    def pending(self) -> bool:
        return bool(self._events) or (self._process is not None and self._process.link.pending())

    def close(self) -> None:
        """End the process."""
        self._drop_process(EngineState.IDLE, kill=True)
        for process in self._leaving:
            process.kill()
            process.wait()

    def _start(self) -> None:
        self._failure = None
        try:
            self._process = self._start_process()
        except (OSError, zmq.ZMQError) as error:
            _log.exception("%s: no process could be started", self.id)
            message = f"The engine's process could not be started ({error.strerror})."
            hint = "Close other programs, then dream again."
            self._state = EngineState.FAILED
            failure = bridge_error("engine.crashed", message, hint)
            self._end_job(failure)
            self._end_questions(failure)
            return
        self._state = EngineState.STARTING
        _log.info("%s is starting, process %d", self.id, self._process.pid)

    def _read(self, process: SupervisedProcess) -> None:
        try:
            for message in process.link.receive():
                self._on_message(message, process)
        except ValueError:
            _log.exception("%s said what can't be understood and is ended", self.id)
            self._on_exit(process)

    def _on_message(self, message: FromWorker, process: SupervisedProcess) -> None:
        match message:
            case Ready():
                self._on_ready(message, process)
            case StartFailed():
                self._failure = message.error
            case Inspected() | Failed() if message.job in self._questions:
                del self._questions[message.job]
                self._used_at = time.monotonic()
                self._events.append(message)
            case Failed() if message.job == self.job:
                self._end_job(message.error)
            case Result() if message.job == self.job:
                self._jobs_done += 1
                self._job, self._used_at = None, time.monotonic()
                self._events.append(message)
            case _ if message.job == self.job:
                self._events.append(message)

    def _on_ready(self, ready: Ready, process: SupervisedProcess) -> None:
        self._state, self._used_at = EngineState.WARM, time.monotonic()
        self._device, self._precision = ready.device, ready.precision
        self.devices = ready.devices
        process.link.remove_folder()
        _log.info("%s is warm on %s in %s", self.id, self._device, self._precision)
        self._hand_over()
        for question in self._questions.values():
            process.link.send(question)

    def _hand_over(self) -> None:
        if self._job is not None and self._job.request is not None and self._process:
            request, self._job.request = self._job.request, None
            self._job.stage = Stage.RUNNING
            self._process.link.send(request)

    def _watch(self, process: SupervisedProcess) -> None:
        now = time.monotonic()
        if process.dead:
            self._on_exit(process)
        elif self._job is not None and now > self._job.stop_by:
            _log.warning("%s did not stop job %s in time and is ended", self.id, self.job)
            self._drop_process(EngineState.IDLE, kill=True)
            self._end_job(Cancelled(self.job))
            self._start()
        elif self._is_idle() and 0 < self._idle_s < now - self._used_at:
            _log.info("%s is idle and goes", self.id)
            self._drop_process(EngineState.IDLE)

    def _is_idle(self) -> bool:
        return self._state is EngineState.WARM and self._job is None and not self._questions

    def _on_exit(self, process: SupervisedProcess) -> None:
        """The process died: fail its job, and put another in its place if it ever was warm."""
        was_warm, ending = self._state is EngineState.WARM, process.ending()
        if self._failure is not None:
            _log.error("%s can't start: %s", self.id, self._failure)
        else:
            _log.error("%s ended unexpectedly (%s), job %r", self.id, ending, self.job)
        self._drop_process(EngineState.IDLE if was_warm else EngineState.FAILED, kill=True)
        stopping = self._job is not None and self._job.stage is Stage.STOPPING
        failure = self._failure or self._crash(ending)
        self._end_job(Cancelled(self.job) if stopping else failure)
        self._end_questions(failure)
        if was_warm:
            self._start()

    def _crash(self, ending: str) -> BridgeError:
        message = f"The engine's process ended unexpectedly ({ending})."
        hint = f"Dream again; if it comes back, read {self._log_file} and {self._output.name}."
        return bridge_error("engine.crashed", message, hint)

    def _end_job(self, error: BridgeError) -> None:
        """End the job, if there is one, without a result."""
        self._used_at = time.monotonic()
        if self._job is not None:
            self._events.append(Failed(self._job.job, error))
            self._job = None

    def _end_questions(self, error: BridgeError) -> None:
        """Answer all questions with an error."""
        self._events += [Failed(question, error) for question in self._questions]
        self._questions.clear()

    def _drop_process(self, state: EngineState, *, kill: bool = False) -> None:
        if self._process is not None:
            if kill:
                self._process.kill()
            else:
                self._process.let_go()
            self._leaving.append(self._process)
        self._process, self._state = None, state
