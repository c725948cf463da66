"""The interface behind which dreams are computed: typed requests in, typed events out.

A pool has engines: processes on this machine, or actors on a cluster. The server owns one pool and
knows nothing else of it. Everything is called from the server's one thread and returns at once;
what a pool does in threads or processes of its own is its business. Nothing here knows sockets, nor
the server.

A request's pixels are read-only buffers that may belong to a message just received; a pool passes
them on without copying. The events are those that clients get, `Started`, `Progress`, `Preview`,
and one that ends the job: `Result`, or `Failed`, whose error is `Cancelled` for a job that was
cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bridgeclient.events import Failed, Inspected, Preview, Progress, Result, Started
from bridgeclient.request import DreamRequest, InspectRequest

EngineEvent = Started | Progress | Preview | Result | Inspected | Failed
"""What happens to a job once a pool has it."""


class EngineState(StrEnum):
    """What an engine is doing; the values are the wire's `WORKER_STATES`."""

    STARTING = "starting"
    WARM = "warm"
    IDLE = "idle"
    FAILED = "failed"


@dataclass(frozen=True)
class Engine:
    """One engine at a moment, as `status` lists it.

    `id` is unique in its pool and stays the same when the process behind it is replaced. `node` is
    the name of the machine. `device` and `precision` are None until they are known. `job` is ""
    when there is none.
    """

    id: str
    node: str
    state: EngineState
    device: str | None = None
    precision: str | None = None
    job: str = ""
    jobs_done: int = 0


class EnginePool(Protocol):
    """Engines, and the jobs that they have; a job ends with exactly one `Result` or `Failed`."""

    def engines(self) -> Sequence[Engine]:
        """All engines as they are now; those of a cluster come and go."""

    def free(self) -> int:
        """How many more jobs it takes now."""

    def warm(self) -> None:
        """Get every engine ready that rests or could not start."""

    def submit(self, request: DreamRequest) -> None:
        """Compute a job on whichever engine is free; only when `free` is above 0."""

    def inspect(self, request: InspectRequest) -> None:
        """Answer which channels respond most, with `Inspected` or `Failed`; at any time.

        An engine with a job answers between two of its steps; where none is warm, one is started.
        """

    def credit(self, job: str) -> None:
        """Make one preview of the job when there is something to see, unless it is over."""

    def cancel(self, job: str) -> None:
        """Stop the job, which ends with `Cancelled` once it has stopped, or with its result."""

    def events(self) -> Iterable[EngineEvent]:
        """What happened since the last call.

        Called whenever a descriptor is readable, and several times a second anyway: the moment to
        look after engines that died, hang or rest.
        """

    def descriptors(self) -> Sequence[int]:
        """File descriptors that become readable when `events` may have something.

        They wake the server's loop; asked for anew before each wait.
        """

    def pending(self) -> bool:
        """Whether `events` has something that no descriptor tells; asked right before each wait."""

    def close(self) -> None:
        """End every engine and free all memory; jobs that it has end without an event."""
