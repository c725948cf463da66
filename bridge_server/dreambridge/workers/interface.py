"""The small interface behind which dreams are computed.

The server hands an executor jobs as the frames they came in and passes on the frames it gives
back; whether a process on this machine or a whole cluster computes is no concern of the server's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import zmq

from dreambridge.server.jobs import Frames


@dataclass(frozen=True)
class Capabilities:
    """What an executor can do now: `state` is one of `protocol.WORKER_STATES`.

    `free` says how many more jobs it takes; `device` and `precision` are None until they are known.
    """

    state: str
    free: int
    device: str | None = None
    precision: str | None = None


@dataclass(frozen=True)
class Report:
    """A message about a job, ready for its client: its type and frames."""

    type: str
    job: str
    frames: Frames


class Executor(Protocol):
    """Computes jobs without ever making the caller wait; every call returns at once."""

    def capabilities(self) -> Capabilities:
        """What it can do now."""

    def warm(self) -> None:
        """Get ready for a job, if it isn't."""

    def submit(self, job: str, frames: Frames) -> None:
        """Compute a job; only when `free` is above 0."""

    def credit(self, job: str) -> None:
        """Make one preview of the job when there is something to see."""

    def cancel(self, job: str) -> None:
        """Stop the job; its terminal report follows once it has stopped."""

    def events(self) -> Iterable[Report]:
        """What happened since the last call; every submitted job gets exactly one terminal report.

        Called whenever a socket of `sockets` is readable, and several times a second anyway.
        """

    def sockets(self) -> Sequence[zmq.Socket[bytes]]:
        """Sockets that become readable when `events` has something."""

    def close(self) -> None:
        """Stop everything and free all memory."""
