"""Jobs in Ray's driver: which wait, which run where, and which have cost an engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bridgeclient.errors import BridgeError, bridge_error
from dreambridge.workers.cluster.engine import Engine

_CRASHES = 2
"""So many engines may one job take with it before it fails."""


@dataclass(eq=False)
class Job:
    """A job in the driver; `request` refers to it in Ray's object store.

    `engine` has it, None while it waits. `told_started` once the client knows that it runs;
    `running` once the present engine has begun. `credit` is a preview that the client can take.
    `crashed` lists the nodes whose engines ended while they had it.
    """

    id: str
    request: Any = field(repr=False)
    engine: Engine | None = None
    told_started: bool = False
    running: bool = False
    credit: bool = False
    cancelled: bool = False
    crashed: list[str] = field(default_factory=list)

    def lose_engine(self, engine: Engine) -> BridgeError | None:
        """Its engine ended in the middle: the error that ends the job, None if it may run again.

        An engine that had not begun ended without the job's doing, which does not count.
        """
        if self.running:
            self.crashed.append(engine.slot.node)
        self.engine, self.running = None, False
        if len(self.crashed) < _CRASHES:
            return None
        where = engine.slot.node_name
        return bridge_error(
            "engine.crashed",
            f"{_CRASHES} engines ended while they computed this dream, the last one on {where}.",
            "Dream again; if it comes back, dream a smaller region and read the log.",
        )
