"""Pictures through the bridge, side by side: some are read, some dreamed, some written.

One thread talks to the server (`cli.in_flight`). Pictures are read and written by threads of their
own, and only so far ahead that memory stays bounded. Knows no names, manifests or settings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from bridgeclient.client import BridgeClient
from bridgeclient.errors import BridgeError
from bridgeclient.events import Accepted, Progress, Started
from dreambridge.cli.batch.plan import Task
from dreambridge.cli.engines import Dream
from dreambridge.cli.in_flight import InFlight
from dreambridge.cli.picture_job import PictureJob
from dreambridge.cli.pictures import PictureError

_THREADS = 2

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


@dataclass(frozen=True)
class _Item:
    """A picture that was read, until it is written."""

    task: Task
    job: PictureJob


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
        self._prepare, self._finish = prepare, finish
        self._listener = listener
        self._tasks: deque[Task] = deque()
        self._reading: deque[tuple[Task, Future[PictureJob]]] = deque()
        self._in_flight: InFlight[_Item] = InFlight(connect, self)
        self._writing: list[tuple[_Item, Future[dict[str, Any]]]] = []

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
                self._in_flight.open()
                self._work()
            finally:
                self._wind_up()

    def _work(self) -> None:
        try:
            while self._tasks or self._reading or len(self._in_flight) or self._writing:
                self._read_ahead()
                self._collect_read()
                self._in_flight.exchange()
                self._collect_written()
        except KeyboardInterrupt:
            self._in_flight.cancel()
            raise

    def _read_ahead(self) -> None:
        most = 2 * _THREADS + 1  # ready or being read, which bounds the memory with what is below
        while self._tasks and len(self._reading) + self._in_flight.waiting < most:
            if len(self._writing) > 2 * _THREADS:
                return
            task = self._tasks.popleft()
            self._reading.append((task, self._readers.submit(self._prepare, task)))

    def _collect_read(self) -> None:
        while self._reading and self._reading[0][1].done():
            task, future = self._reading.popleft()
            try:
                job = future.result()
            except _PICTURE_ERRORS as error:
                self._listener.picture_failed(str(task.source.path), error)
                continue
            self._in_flight.put(_Item(task, job), job.request)
            for note in job.notes:
                self._listener.note(task, note)

    def event(self, item: _Item, event: Accepted | Started | Progress) -> None:
        """A dream goes on."""
        self._listener.event(item.task, event)

    def note(self, item: _Item | None, text: str) -> None:
        """Something the user should know."""
        self._listener.note(None if item is None else item.task, text)

    def dreamed(self, item: _Item, dream: Dream) -> None:
        """A dream is there, to be written."""
        future = self._writers.submit(self._finish, item.task, item.job, dream)
        self._writing.append((item, future))

    def refused(self, item: _Item, error: BridgeError) -> None:
        """There will be no dream of this picture."""
        item.job.close()
        self._listener.picture_failed(str(item.task.source.path), error)

    def _collect_written(self) -> None:
        for item, future in [pair for pair in self._writing if pair[1].done()]:
            self._writing.remove((item, future))
            try:
                self._listener.done(item.task, **future.result())
            except _PICTURE_ERRORS as error:
                self._listener.picture_failed(str(item.task.source.path), error)

    def _wind_up(self) -> None:
        """Finish what is being written, and leave no temporary file of the rest."""
        self._in_flight.close()
        for _, reading in self._reading:
            reading.cancel()
        self._readers.shutdown()
        self._writers.shutdown()
        self._collect_written()
        for _, reading in self._reading:
            if not reading.cancelled() and reading.exception() is None:
                reading.result().close()
        for item in self._in_flight.items():
            item.job.close()
