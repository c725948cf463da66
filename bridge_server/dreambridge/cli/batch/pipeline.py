"""Pictures through the bridge, side by side: some are read, some dreamed, some written.

One thread talks to the server; it keeps as many jobs there as it has workers and one more, so that
a worker that has finished finds its next job waiting. Pictures are read and written by threads of
their own, and only so far ahead that memory stays bounded. A server that goes is started again.
Knows nothing of names, manifests and settings.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bridgeclient.client import BridgeClient
from bridgeclient.errors import BridgeError, BusyError, EngineError, ServerError
from bridgeclient.events import Accepted, Event, Failed, Progress, Result, Started, Status
from bridgeclient.request import DreamRequest, new_job_id
from dreambridge.cli.batch.plan import Task
from dreambridge.cli.engines import Dream, as_dream
from dreambridge.cli.picture_job import PictureJob
from dreambridge.cli.pictures import PictureError

_THREADS = 2
_POLL_S = 0.05
_COUNT_S = 5.0
_CANCEL_S = 60.0
_MAX_CRASHES = 3
"""How often one picture may end the engine's process before it is passed over."""
_MAX_LOSSES = 5
"""How often the server may go without having finished a picture in between."""
_FATAL = ("auth.", "protocol.", "server.", "engine.weights", "engine.device")
"""Errors that every further picture would meet as well."""

_PICTURE_ERRORS = (PictureError, OSError, MemoryError)
"""What is wrong with one picture, and tells nothing about the next."""


class Listener(Protocol):
    """Hears, in the pipeline's own thread, how the pictures go."""

    def event(self, task: Task, event: Accepted | Started | Progress) -> None:
        """A dream goes on."""

    def note(self, task: Task | None, text: str) -> None:
        """Something the user should know, of a picture or of all."""

    def done(self, task: Task, **facts: Any) -> None:
        """A result is written."""

    def picture_failed(self, source: str, error: Exception) -> None:
        """A picture is passed over."""


@dataclass
class _Item:
    """A picture that was read, until it is written; `crashes` counts the engine's."""

    task: Task
    job: PictureJob
    crashes: int = 0

    def new_request(self) -> DreamRequest:
        """What to dream, as a job of its own, however often it was tried before."""
        return replace(self.job.request, job=new_job_id())


class Pipeline:
    """One run over a batch's tasks.

    Args:
        connect: gives a client of the server, which it starts if need be.
        prepare: reads a task's picture and tries its destination; in a thread of its own.
        finish: writes a result and returns the facts about it; in a thread of its own.
    """

    def __init__(
        self,
        connect: Callable[[], BridgeClient],
        prepare: Callable[[Task], PictureJob],
        finish: Callable[[Task, PictureJob, Dream], dict[str, Any]],
        listener: Listener,
    ) -> None:
        self._connect, self._prepare, self._finish = connect, prepare, finish
        self._listener = listener
        self._tasks: deque[Task] = deque()
        self._reading: deque[tuple[Task, Future[PictureJob]]] = deque()
        self._ready: deque[_Item] = deque()
        self._jobs: dict[str, _Item] = {}
        self._writing: list[tuple[_Item, Future[dict[str, Any]]]] = []
        self._client: BridgeClient | None = None
        self._wanted = 2
        self._counted_at = -math.inf
        self._losses = 0
        self._not_before = 0.0

    def run(self, tasks: Sequence[Task]) -> None:
        """Dream them all; pictures that fail are told and passed over.

        Raises:
            BridgeError: it makes no sense to go on; what was dreamed is written.
            KeyboardInterrupt: the user cancelled; the server has stopped, and what was dreamed is
                written.
        """
        self._tasks.extend(tasks)
        with ThreadPoolExecutor(_THREADS) as self._readers, ThreadPoolExecutor(_THREADS) as writers:
            self._writers = writers
            try:
                self._read_ahead()
                self._work(self._open())
            finally:
                self._wind_up()

    def _open(self) -> BridgeClient:
        self._client = self._connect()
        self._counted_at = -math.inf
        return self._client

    def _work(self, client: BridgeClient) -> None:
        try:
            while self._tasks or self._reading or self._ready or self._jobs or self._writing:
                self._read_ahead()
                self._collect_read()
                try:
                    self._exchange(client)
                except ServerError as error:
                    client = self._reconnect(client, error)
                self._collect_written()
        except KeyboardInterrupt:
            self._cancel(client)
            raise

    def _exchange(self, client: BridgeClient) -> None:
        """Hand in what is ready, and hear what there is to hear."""
        if time.monotonic() - self._counted_at > _COUNT_S:
            self._counted_at = time.monotonic()
            client.request_status()  # workers may come and go
        self._submit(client)
        event = client.receive(_POLL_S)
        while event is not None:
            self._hear(event)
            event = client.receive()

    def _read_ahead(self) -> None:
        most = 2 * _THREADS + 1  # ready or being read, which bounds the memory with what is below
        while self._tasks and len(self._reading) + len(self._ready) < most:
            if len(self._writing) > 2 * _THREADS:
                return
            task = self._tasks.popleft()
            self._reading.append((task, self._readers.submit(self._prepare, task)))

    def _collect_read(self) -> None:
        while self._reading and self._reading[0][1].done():
            task, future = self._reading.popleft()
            try:
                self._ready.append(_Item(task, future.result()))
            except _PICTURE_ERRORS as error:
                self._listener.picture_failed(str(task.source.path), error)
                continue
            for note in self._ready[-1].job.notes:
                self._listener.note(task, note)

    def _submit(self, client: BridgeClient) -> None:
        if time.monotonic() < self._not_before:
            return
        while self._ready and len(self._jobs) < self._wanted:
            item = self._ready.popleft()
            try:
                self._jobs[client.submit(item.new_request())] = item
            except ServerError:
                self._ready.appendleft(item)
                raise
            except BridgeError as error:
                self._give_up(item, error)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Status):
            self._wanted = max(1, len(event.workers)) + 1
        item = self._jobs.get(getattr(event, "job", ""))
        if item is None:
            return
        match event:
            case Accepted() | Started() | Progress():
                self._listener.event(item.task, event)
            case Result(job=job):
                del self._jobs[job]
                self._losses, self._not_before = 0, 0.0
                dream = as_dream(event)
                future = self._writers.submit(self._finish, item.task, item.job, dream)
                self._writing.append((item, future))
            case Failed(job=job, error=error):
                del self._jobs[job]
                self._failed(item, error)

    def _failed(self, item: _Item, error: BridgeError) -> None:
        if isinstance(error, BusyError):  # others' dreams fill the queue
            self._not_before = time.monotonic() + error.retry_after_s
            self._ready.appendleft(item)
            return
        if isinstance(error, EngineError) and error.retryable:
            item.crashes += 1
            if item.crashes < _MAX_CRASHES:
                self._listener.note(item.task, f"{error.message} It is dreamed again.")
                self._ready.appendleft(item)
                return
        if isinstance(error, ServerError) and error.retryable:
            self._ready.appendleft(item)  # the connection ends next
            return
        self._give_up(item, error)

    def _give_up(self, item: _Item, error: BridgeError) -> None:
        item.job.close()
        self._listener.picture_failed(str(item.task.source.path), error)
        if error.code.startswith(_FATAL):
            raise error

    def _reconnect(self, client: BridgeClient, error: ServerError) -> BridgeClient:
        """Start the server again, and hand in anew what it had."""
        client.close()
        self._ready.extendleft(reversed(self._jobs.values()))
        self._jobs.clear()
        while True:
            self._losses += 1
            if not error.retryable or self._losses > _MAX_LOSSES:
                raise error
            self._listener.note(None, f"{error.message} It is started again.")
            try:
                return self._open()
            except ServerError as again:
                error = again

    def _collect_written(self) -> None:
        for item, future in [pair for pair in self._writing if pair[1].done()]:
            self._writing.remove((item, future))
            try:
                self._listener.done(item.task, **future.result())
            except _PICTURE_ERRORS as error:
                self._listener.picture_failed(str(item.task.source.path), error)

    def _cancel(self, client: BridgeClient) -> None:
        """Stop what the server computes, and wait until it has stopped; results still count."""
        deadline = time.monotonic() + _CANCEL_S
        with suppress(BridgeError):
            for job in self._jobs:
                client.cancel(job)
            while self._jobs and time.monotonic() < deadline:
                event = client.receive(_POLL_S)
                if isinstance(event, Failed):
                    self._jobs.pop(event.job).job.close()
                elif event is not None:
                    self._hear(event)

    def _wind_up(self) -> None:
        """Finish what is being written, and leave no temporary file of the rest."""
        if self._client is not None:
            self._client.close()
        for _, reading in self._reading:
            reading.cancel()
        self._readers.shutdown()
        self._writers.shutdown()
        self._collect_written()
        for _, reading in self._reading:
            if not reading.cancelled() and reading.exception() is None:
                reading.result().close()
        for item in (*self._ready, *self._jobs.values()):
            item.job.close()
