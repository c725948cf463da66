"""Jobs waiting and jobs done: a bounded queue that serves clients in turn, and a bounded cache.

Plain data structures; they know no sockets and no clock but the times they are given.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import zmq

Frames = Sequence[zmq.Frame | bytes | memoryview]


@dataclass(eq=False)
class Job:
    """A dream that is queued or running; `client` is the routing id its messages go to.

    `running` once the executor has it, `started` once it computes, `cancelling` once it shall stop;
    `credit` is a preview that the client can take and the executor has not been told of.
    """

    id: str
    client: bytes
    frames: Frames = field(repr=False)
    nbytes: int
    running: bool = False
    started: bool = False
    cancelling: bool = False
    started_at: float = 0.0
    credit: bool = False


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


class ResultCache:
    """Terminal messages that may be asked for again, up to a number, a size and an age.

    The oldest go first; a message larger than the whole cache is not kept.
    """

    def __init__(self, max_jobs: int, max_bytes: int, max_age_s: float) -> None:
        self._limits = max_jobs, max_bytes, max_age_s
        self._kept: OrderedDict[str, tuple[float, int, Frames]] = OrderedDict()

    def keep(self, job: str, frames: Frames, now: float) -> None:
        """Keep a job's terminal message."""
        size = sum(len(frame) for frame in frames)
        if size <= self._limits[1]:
            self._kept[job] = now, size, frames
        self.expire(now)

    def get(self, job: str) -> Frames | None:
        """The job's terminal message, None if it is not here or not here any more."""
        return self._kept[job][2] if job in self._kept else None

    def expire(self, now: float) -> None:
        """Drop what is too old or too much."""
        max_jobs, max_bytes, max_age = self._limits
        total = sum(size for _, size, _ in self._kept.values())
        while self._kept:
            job, (since, size, _) = next(iter(self._kept.items()))
            if len(self._kept) <= max_jobs and total <= max_bytes and now - since <= max_age:
                return
            total -= size
            del self._kept[job]
