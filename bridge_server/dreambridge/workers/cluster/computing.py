"""The one thread of an actor that computes: it loads the engine, dreams, and answers questions.

Every thread that starts OpenMP's loops gets a team of threads of its own, which stays; a second one
is more threads than the engine has cores. Whoever asks here waits in a thread of Ray's meanwhile.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future

from bridgeclient.events import Failed, Inspected, Result
from bridgeclient.request import DreamRequest, InspectRequest
from dreambridge.workers.dreaming import Commands, dream_events
from dreambridge.workers.inspecting import inspect_event
from dreambridge.workers.interface import EngineEvent
from dreambridge.workers.messages import Cancel, Credit
from dreamcore import Dreamer, Execution

_QUIET_S = 10.0
"""After this long without a job the engine gives memory back that it keeps for the next one."""


class EngineThread:
    """An engine and its thread, which does one thing at a time."""

    def __init__(self, weights: str, execution: Execution) -> None:
        self._weights, self._execution = weights, execution
        self._dreamer: Dreamer | None = None
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._questions: queue.SimpleQueue[tuple[InspectRequest, Future[Inspected | Failed]]]
        self._questions = queue.SimpleQueue()
        self._job, self._commands = "", Commands()
        threading.Thread(target=self._serve, name="engine", daemon=True).start()

    def warm_up(self) -> tuple[str, str]:
        """Load the engine; its device and precision.

        Raises:
            DreamError: it can't be loaded.
        """
        warm: Future[tuple[str, str]] = Future()
        self._calls.put(lambda: self._load(warm))
        return warm.result()

    def dream(self, request: DreamRequest) -> Generator[EngineEvent]:
        """The job's events, the last of them `Result` or `Failed`."""
        events: queue.SimpleQueue[EngineEvent] = queue.SimpleQueue()
        commands = Commands()
        self._calls.put(lambda: self._dream(request, commands, events))
        try:
            while not isinstance(event := events.get(), Result | Failed):
                yield event
            yield event
        finally:
            commands.cancelled = True  # where nobody wants the rest

    def command(self, command: Cancel | Credit) -> None:
        """Act on what is said about the job, if it is the one that runs."""
        if command.job == self._job:
            self._commands.cancelled |= isinstance(command, Cancel)
            self._commands.credit |= isinstance(command, Credit)

    def inspect(self, question: InspectRequest) -> Inspected | Failed:
        """The answer to the question; while a dream runs, it comes between two of its steps."""
        answer: Future[Inspected | Failed] = Future()
        self._questions.put((question, answer))
        self._calls.put(self._answer)  # where no dream does it first
        return answer.result()

    def _serve(self) -> None:
        try:
            rested = True
            while True:
                try:
                    self._calls.get(timeout=None if rested else _QUIET_S)()
                    rested = False
                except queue.Empty:
                    self._warm.release_memory()
                    rested = True
        except BaseException:  # a mistake in here must not leave a job hanging
            logging.critical("the engine's thread failed", exc_info=True)
            os._exit(1)

    @property
    def _warm(self) -> Dreamer:
        assert self._dreamer is not None
        return self._dreamer

    def _load(self, warm: Future[tuple[str, str]]) -> None:
        try:
            self._dreamer = dreamer = Dreamer(self._weights, self._execution)
        except Exception as error:
            warm.set_exception(error)
        else:
            warm.set_result((dreamer.device, dreamer.precision))

    def _dream(
        self, request: DreamRequest, commands: Commands, events: queue.SimpleQueue[EngineEvent]
    ) -> None:
        self._commands, self._job = commands, request.job
        for event in dream_events(self._warm, request, self._between_steps):
            if isinstance(event, Result | Failed):
                self._job = ""  # before anybody can know, and hand in the next
            events.put(event)

    def _between_steps(self) -> Commands:
        self._answer()
        return self._commands

    def _answer(self) -> None:
        while not self._questions.empty():
            question, answer = self._questions.get()
            answer.set_result(inspect_event(self._warm, question))
