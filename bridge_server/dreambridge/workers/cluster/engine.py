"""One slot's engine as the driver sees it: its actor, its state, its job."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import AsyncIterator
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from bridgeclient.errors import BridgeError, bridge_error
from dreambridge import __version__
from dreambridge.workers import interface
from dreambridge.workers.cluster.actor import THREADS, EngineActor, Facts, Frames
from dreambridge.workers.cluster.options import ClusterOptions
from dreambridge.workers.cluster.slots import Slot
from dreambridge.workers.interface import EngineState
from dreambridge.workers.messages import Cancel, Credit
from dreamcore.allocator import with_large_pages, with_one_arena
from dreamcore.waiting import with_short_waits

_log = logging.getLogger("dreambridge.driver")


class Engine:
    """`job` is "" while it is free; `failure` says why it could not start."""

    def __init__(self, slot: Slot, options: ClusterOptions) -> None:
        self.slot = slot
        self.state = EngineState.IDLE
        self.job = ""
        self.jobs_done = 0
        self.failure: BridgeError | None = None
        self._options = options
        self._facts: Facts | None = None
        self._actor: Any = None

    @property
    def free(self) -> bool:
        """Whether it can take a job at once."""
        return self.state is EngineState.WARM and not self.job

    def describe(self) -> interface.Engine:
        """The engine as it is now."""
        device = self._facts.device if self._facts else None
        precision = self._facts.precision if self._facts else None
        facts = self.state, device, precision, self.job, self.jobs_done
        return interface.Engine(self.slot.id, self.slot.node_name, *facts)

    async def start(self) -> None:
        """Make the actor and wait until it is warm or has failed; Ray waits for room if need be."""
        self.state, self.failure = EngineState.STARTING, None
        self._actor = actor = self._make()
        try:
            facts: Facts = await actor.warm_up.remote()
        except ray.exceptions.RayError as error:
            if self._actor is actor:  # else it was stopped meanwhile
                _log.warning("no engine on %s: %s", self.slot.node_name, error)
                self._fail(self._explain(f"it could not start ({_first_line(error)})"))
            return
        if facts.failure is not None:
            self._fail(facts.failure)
        elif facts.version != __version__:
            why = f"dreambridge is {facts.version} there and {__version__} here"
            self._fail(self._explain(why))
        else:
            self.state, self._facts = EngineState.WARM, facts
            _log.info("%s is warm on %s, %s", self.slot.id, self.slot.node_name, facts)

    def _fail(self, failure: BridgeError) -> None:
        self.stop(EngineState.FAILED)
        self.failure = failure

    def _explain(self, why: str) -> BridgeError:
        message = f"The engine on {self.slot.node_name} failed: {why}."
        hint = "Install the same dreambridge on every node, then dream again."
        return bridge_error("engine.failed", message, hint)

    def _make(self) -> Any:
        wanted = with_one_arena(with_short_waits(with_large_pages(os.environ)))
        added = {name: value for name, value in wanted.items() if os.environ.get(name) != value}
        added["OMP_NUM_THREADS"] = str(self.slot.threads)
        options = self._options
        return (
            ray.remote(EngineActor)
            .options(
                num_cpus=self.slot.cpus,
                num_gpus=self.slot.gpus,
                max_concurrency=THREADS,
                max_restarts=0,  # the driver makes them anew, where and when it wants them
                scheduling_strategy=NodeAffinitySchedulingStrategy(self.slot.node, soft=False),
                runtime_env={"env_vars": added},
            )
            .remote(options.weights, options.device, options.precision)
        )

    def stop(self, state: EngineState = EngineState.IDLE) -> None:
        """End the actor and free its memory."""
        if self._actor is not None:
            ray.kill(self._actor)
        self._actor, self._facts, self.state = None, None, state

    async def died(self) -> bool:
        """Wait until the actor has ended; whether nobody ended it and no job's end tells of it."""
        actor = self._actor
        with contextlib.suppress(ray.exceptions.RayError):
            await actor.live.remote()
        return self._actor is actor and not self.job

    def command(self, command: Cancel | Credit) -> None:
        """Tell the running job something."""
        if self._actor is not None:
            self._actor.command.remote(command)

    async def inspect(self, question: Frames) -> Frames:
        """The answer to the question, both as frames."""
        answer: Frames = await self._actor.inspect.remote(question)
        return answer

    async def dream(self, request: Any) -> AsyncIterator[Frames]:
        """The events of the request to which this refers in the object store, each as frames."""
        stream = self._actor.dream.options(num_returns="streaming").remote(request)
        async for event in stream:
            yield await event


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200]
