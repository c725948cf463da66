"""Jobs, and the queue that serves clients in turn: plain data that knows no sockets."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from bridgeclient.request import DreamRequest


class JobState(Enum):
    """How far a job is."""

    QUEUED = auto()
    """It waits for an engine."""
    SUBMITTED = auto()
    """An engine has it."""
    RUNNING = auto()
    """The engine has started."""
    CANCELLING = auto()
    """The engine has been told to stop."""


@dataclass(eq=False)
class Job:
    """A dream that is not finished; `client` is the routing id its messages go to.

    `request` is there until an engine has it. `credited` is a preview that the client can take and
    the engine has not been told of. `started_at` is 0 until the engine has started.
    """

    id: str
    client: bytes
    request: DreamRequest | None = field(repr=False)
    nbytes: int
    state: JobState = JobState.QUEUED
    credited: bool = False
    started_at: float = 0.0


class FairQueue:
    """Jobs in the order they will run: clients take turns, each client's jobs in its own order."""

    def __init__(self) -> None:
        self._turns: OrderedDict[bytes, deque[Job]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._turns.values()))

    def __iter__(self) -> Iterator[Job]:
        """The jobs in the order in which they would run if none came or went."""
        longest = max(map(len, self._turns.values()), default=0)
        for turn in range(longest):
            for jobs in self._turns.values():
                if turn < len(jobs):
                    yield jobs[turn]

    def push(self, job: Job) -> int:
        """Queue a job; returns how many run before it."""
        self._turns.setdefault(job.client, deque()).append(job)
        return next(ahead for ahead, queued in enumerate(self) if queued is job)

    def pop(self) -> Job | None:
        """The next job; its client goes to the end of the line."""
        if not self._turns:
            return None
        client, jobs = next(iter(self._turns.items()))
        job = jobs.popleft()
        self._turns.move_to_end(client)
        self._tidy(client)
        return job

    def remove(self, job: Job) -> None:
        """Take out a queued job."""
        self._turns[job.client].remove(job)
        self._tidy(job.client)

    def _tidy(self, client: bytes) -> None:
        if not self._turns[client]:
            del self._turns[client]
