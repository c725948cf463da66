"""Requests at the server, as many at once as keep its workers busy, and again where that helps.

What many pictures and the shots of a film share. A worker that has finished finds its next job
waiting; others' dreams that fill the queue are waited for, an engine that died gets the job again,
a server that goes is started again. Belongs to one thread. Knows no files.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from bridgeclient.client import BridgeClient
from bridgeclient.errors import BridgeError, BusyError, EngineError, ServerError
from bridgeclient.events import Accepted, Event, Failed, Progress, Result, Started, Status
from bridgeclient.request import DreamRequest, new_job_id
from dreambridge.cli.engines import Dream, as_dream

POLL_S = 0.05
_COUNT_S = 5.0
_CANCEL_S = 60.0
_MAX_CRASHES = 3
"""How often one request may end the engine's process before it is given up."""
_MAX_LOSSES = 5
"""How often the server may go without having finished a dream in between."""
_FATAL = ("auth.", "protocol.", "server.", "engine.weights", "engine.device")
"""Errors that every further request would meet as well."""

_Item = TypeVar("_Item")
_Heard = TypeVar("_Heard", contravariant=True)


class Hearer(Protocol[_Heard]):
    """Hears, in the thread of `exchange`, what becomes of the requests; each is for an item."""

    def event(self, item: _Heard, event: Accepted | Started | Progress) -> None:
        """A dream goes on."""

    def note(self, item: _Heard | None, text: str) -> None:
        """Something the user should know, of one dream or of all."""

    def dreamed(self, item: _Heard, dream: Dream) -> None:
        """A dream is there."""

    def refused(self, item: _Heard, error: BridgeError) -> None:
        """There will be no dream."""


@dataclass
class _Ticket(Generic[_Item]):
    """A request that is not finished; `crashes` counts the engine's."""

    item: _Item
    request: DreamRequest
    crashes: int = 0


class InFlight(Generic[_Item]):
    """The unfinished requests of one command.

    Args:
        connect: gives a client of the server, which it starts if need be.
        hearer: is told what becomes of them.
    """

    def __init__(self, connect: Callable[[], BridgeClient], hearer: Hearer[_Item]) -> None:
        self._connect, self._hearer = connect, hearer
        self._waiting: deque[_Ticket[_Item]] = deque()
        self._jobs: dict[str, _Ticket[_Item]] = {}
        self._client: BridgeClient | None = None
        self.wanted = 2
        self._counted_at = -math.inf
        self._losses = 0
        self._not_before = 0.0

    def open(self) -> None:
        """Connect to the server.

        Raises:
            BridgeError: there is none, and none can be started.
        """
        self._client = self._connect()
        self._counted_at = -math.inf

    def put(self, item: _Item, request: DreamRequest) -> None:
        """Take a request in; it is handed to the server when a worker will soon be free."""
        self._waiting.append(_Ticket(item, request))

    def __len__(self) -> int:
        return len(self._waiting) + len(self._jobs)

    @property
    def waiting(self) -> int:
        """Requests that the server doesn't have."""
        return len(self._waiting)

    def items(self) -> Iterator[_Item]:
        """What is unfinished."""
        for ticket in (*self._waiting, *self._jobs.values()):
            yield ticket.item

    def exchange(self) -> None:
        """Hand in what is ready, and hear what there is to hear; waits for a moment.

        Raises:
            BridgeError: it makes no sense to go on.
        """
        try:
            client = self._the_client
            if time.monotonic() - self._counted_at > _COUNT_S:
                self._counted_at = time.monotonic()
                client.request_status()  # workers may come and go
            self._submit(client)
            event = client.receive(POLL_S)
            while event is not None:
                self._hear(event)
                event = client.receive()
        except ServerError as error:
            self._reconnect(error)

    def cancel(self) -> None:
        """Stop what the server computes, and wait until it has stopped; results still count."""
        deadline = time.monotonic() + _CANCEL_S
        with suppress(BridgeError):
            for job in self._jobs:
                self._the_client.cancel(job)
            while self._jobs and time.monotonic() < deadline:
                event = self._the_client.receive(POLL_S)
                if isinstance(event, Failed):
                    self._waiting.append(self._jobs.pop(event.job))
                elif event is not None:
                    self._hear(event)

    def close(self) -> None:
        """Leave; the server stops what is unfinished."""
        if self._client is not None:
            self._client.close()

    @property
    def _the_client(self) -> BridgeClient:
        assert self._client is not None, "used before it was opened"
        return self._client

    def _submit(self, client: BridgeClient) -> None:
        if time.monotonic() < self._not_before:
            return
        while self._waiting and len(self._jobs) < self.wanted:
            ticket = self._waiting.popleft()
            try:  # a job of its own, however often it was tried before
                job = client.submit(replace(ticket.request, job=new_job_id()))
                self._jobs[job] = ticket
            except ServerError:
                self._waiting.appendleft(ticket)
                raise
            except BridgeError as error:
                self._give_up(ticket, error)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Status):
            self.wanted = max(1, len(event.workers)) + 1
        ticket = self._jobs.get(getattr(event, "job", ""))
        if ticket is None:
            return
        match event:
            case Accepted() | Started() | Progress():
                self._hearer.event(ticket.item, event)
            case Result(job=job):
                del self._jobs[job]
                self._losses, self._not_before = 0, 0.0
                self._hearer.dreamed(ticket.item, as_dream(event))
            case Failed(job=job, error=error):
                del self._jobs[job]
                self._failed(ticket, error)

    def _failed(self, ticket: _Ticket[_Item], error: BridgeError) -> None:
        if isinstance(error, BusyError):  # others' dreams fill the queue
            self._not_before = time.monotonic() + error.retry_after_s
            self._waiting.appendleft(ticket)
            return
        if isinstance(error, EngineError) and error.retryable:
            ticket.crashes += 1
            if ticket.crashes < _MAX_CRASHES:
                self._hearer.note(ticket.item, f"{error.message} It is dreamed again.")
                self._waiting.appendleft(ticket)
                return
        if isinstance(error, ServerError) and error.retryable:
            self._waiting.appendleft(ticket)  # the connection ends next
            return
        self._give_up(ticket, error)

    def _give_up(self, ticket: _Ticket[_Item], error: BridgeError) -> None:
        self._hearer.refused(ticket.item, error)
        if error.code.startswith(_FATAL):
            raise error

    def _reconnect(self, error: ServerError) -> None:
        """Start the server again, and hand in anew what it had."""
        self.close()
        self._waiting.extendleft(reversed(self._jobs.values()))
        self._jobs.clear()
        while True:
            self._losses += 1
            if not error.retryable or self._losses > _MAX_LOSSES:
                raise error
            self._hearer.note(None, f"{error.message} It is started again.")
            try:
                return self.open()
            except ServerError as again:
                error = again
