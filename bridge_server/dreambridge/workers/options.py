"""What can be chosen of the engines: where and how they compute, and when they go."""

from __future__ import annotations

from dataclasses import dataclass

from dreamcore.settings import Execution

NICENESS = 10
"""Engines' priority on POSIX systems, 0 is usual, 19 the lowest. Editors go first."""

_DEFAULT = Execution()


@dataclass(frozen=True)
class WorkerOptions:
    """The choices for engines on this machine, times in seconds.

    `devices` are shared out among the workers; `count` is their number, 0 for one per device, where
    "auto" stands for every GPU of the best kind, else for the processor. After `idle_s` without a
    job a worker goes (0: never). One that does not stop a cancelled job within `cancel_grace_s` is
    ended.
    """

    weights: str = "bundled"
    devices: tuple[str, ...] = (_DEFAULT.device,)
    precision: str = _DEFAULT.precision
    count: int = 0
    idle_s: float = 300.0
    cancel_grace_s: float = 30.0
