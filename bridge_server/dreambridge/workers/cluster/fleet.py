"""All engines of the cluster: made where nodes have slots for them, ended where nodes are gone."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection

import ray

from bridgeclient.errors import BridgeError
from dreambridge.workers.cluster.engine import Engine
from dreambridge.workers.cluster.options import ClusterOptions
from dreambridge.workers.cluster.slots import find_slots
from dreambridge.workers.interface import EngineState

_log = logging.getLogger("dreambridge.driver")

_LOOK_S = 1.0
"""How often the list of nodes is read."""

_RETRY_S = 30.0
"""After this long an engine that could not start is tried again."""

_ABLE = (EngineState.WARM, EngineState.STARTING)
_STARTABLE = (EngineState.IDLE, EngineState.FAILED)


class Fleet:
    """`changed` is called whenever an engine's state has changed."""

    def __init__(self, options: ClusterOptions, changed: Callable[[], None]) -> None:
        self.engines: dict[str, Engine] = {}
        self._options, self._changed = options, changed
        self._awake = True
        self._used_at = time.monotonic()
        self._failed_at: dict[str, float] = {}
        self._starting: set[asyncio.Task[None]] = set()

    async def watch(self) -> None:
        """Follow the cluster's nodes for ever."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_S)

    async def look(self) -> None:
        """Make the engines fit the nodes that there are now."""
        nodes = await asyncio.to_thread(ray.nodes)
        slots = find_slots(nodes, self._options.device, self._options.cpus_per_worker)
        for id in [id for id, engine in self.engines.items() if id not in slots]:
            if not self.engines[id].job:  # else its dream's end tells whether it is gone
                _log.info("the engine on %s is gone", self.engines[id].slot.node_name)
                self.engines.pop(id).stop()
                self._changed()
        for id in slots.keys() - self.engines.keys():
            self.engines[id] = Engine(slots[id], self._options)
        self._rest_or_start()

    def _rest_or_start(self) -> None:
        now = time.monotonic()
        engines = self.engines.values()
        warm = any(engine.state is EngineState.WARM for engine in engines)
        if not warm or any(engine.job for engine in engines):
            self._used_at = now
        if self._awake and 0 < self._options.idle_s < now - self._used_at:
            self._rest()
        for id, engine in self.engines.items():
            waits = now < self._failed_at.get(id, -_RETRY_S) + _RETRY_S
            rests = engine.state is EngineState.IDLE
            if self._awake and (rests or (engine.state is EngineState.FAILED and not waits)):
                self._start(engine)

    def _rest(self) -> None:
        _log.info("the engines are idle and go")
        self._awake = False
        for engine in self.engines.values():
            engine.stop()
        self._changed()

    def wake(self) -> None:
        """A job is there or near: start what rests, and what failed once more."""
        self._awake, self._used_at = True, time.monotonic()
        for engine in self.engines.values():
            if engine.state in _STARTABLE:
                self._start(engine)

    def _start(self, engine: Engine) -> None:
        async def start() -> None:
            await engine.start()
            if engine.state is EngineState.FAILED:
                self._failed_at[engine.slot.id] = time.monotonic()
            self._changed()
            if engine.state is EngineState.WARM and await engine.died():
                _log.error("%s ended while it was idle", engine.slot.id)
                self.lose(engine)

        engine.state = EngineState.STARTING
        self._changed()
        task = asyncio.create_task(start())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    def lose(self, engine: Engine) -> None:
        """An engine ended in the middle: another takes its place once its node is known to live."""
        engine.stop()
        self._changed()

    def free(self, avoided: Collection[str] = ()) -> Engine | None:
        """An engine that can take a job now; not on the avoided nodes while there are others."""
        able = [e for e in self.engines.values() if e.state in _ABLE]
        others = [engine for engine in able if engine.slot.node not in avoided]
        return next((engine for engine in others or able if engine.free), None)

    def seeing(self) -> Engine | None:
        """An engine that can answer a question now, one without a job if there is."""
        warm = [e for e in self.engines.values() if e.state is EngineState.WARM]
        return min(warm, key=lambda engine: bool(engine.job), default=None)

    def failure(self) -> BridgeError | None:
        """Why no engine can take a job; None as long as one may."""
        if any(engine.state in _ABLE for engine in self.engines.values()):
            return None
        return next((e.failure for e in self.engines.values() if e.failure), None)
