"""Ray's driver: takes jobs from the pool, hands each to an engine, and passes on what comes back.

A process of its own. One thread runs everything in turns; Ray's own threads wake it. A job whose
engine ends in the middle runs once more on another one.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
import threading
from collections import deque
from collections.abc import Coroutine
from typing import Any

import ray
from ray.exceptions import ObjectStoreFullError, OutOfDiskError, RayError, RayTaskError

from bridgeclient.errors import BridgeError, Cancelled, bridge_error
from bridgeclient.events import Failed, Preview, Result, Started
from bridgeclient.request import DreamRequest, InspectRequest
from dreambridge.workers.cluster.actor import Frames, as_arrays
from dreambridge.workers.cluster.driver_link import DriverLink
from dreambridge.workers.cluster.engine import Engine
from dreambridge.workers.cluster.fleet import Fleet
from dreambridge.workers.cluster.jobs import Job
from dreambridge.workers.cluster.options import ClusterOptions
from dreambridge.workers.messages import (
    Cancel,
    Credit,
    Engines,
    Joined,
    Warm,
    from_frames,
    to_frames,
)

_log = logging.getLogger("dreambridge.driver")


class Driver:
    """Everything between the link and the engines."""

    def __init__(self, link: DriverLink, options: ClusterOptions) -> None:
        self._link, self._options = link, options
        self._fleet = Fleet(options, self._changed)
        self._jobs: dict[str, Job] = {}
        self._waiting: deque[Job] = deque()
        self._questions: deque[InspectRequest] = deque()  # until an engine is warm
        self._tasks: set[asyncio.Task[None]] = set()
        self._telling = False

    async def serve(self, gone: threading.Event) -> None:
        """Work until the server has gone."""
        await self._link.send(Joined())
        self._spawn(self._fleet.watch())
        self._spawn(self._read())
        await asyncio.to_thread(gone.wait)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        """A mistake in the driver must not leave a job hanging: end, and be replaced."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.critical("the driver failed", exc_info=error)
            os._exit(1)

    def _changed(self) -> None:
        """Tell of the engines, once for all that changes now, and see whether jobs can go on."""
        if not self._telling:
            self._telling = True
            self._spawn(self._tell_engines())

    async def _tell_engines(self) -> None:
        self._telling = False
        described = [engine.describe() for engine in self._fleet.engines.values()]
        await self._link.send(Engines([dataclasses.asdict(engine) for engine in described]))
        await self._assign()

    async def _read(self) -> None:
        while True:
            match await self._link.receive():
                case Warm():
                    self._fleet.wake()
                case DreamRequest() as request:
                    await self._submit(request)
                case InspectRequest() as question:
                    self._questions.append(question)
                    if self._fleet.seeing() is None:
                        self._fleet.wake()
                    await self._assign()
                case (Credit() | Cancel()) as command if job := self._jobs.get(command.job):
                    await self._command(job, command)

    async def _submit(self, request: DreamRequest) -> None:
        try:
            stored = await asyncio.to_thread(ray.put, as_arrays(to_frames(request)))
        except RayError:
            _log.exception("job %s can't be stored", request.job)
            await self._link.send(Failed(request.job, _too_large()))
            return
        job = self._jobs[request.job] = Job(request.job, stored)
        self._waiting.append(job)
        if self._fleet.free() is None:
            self._fleet.wake()
        await self._assign()

    async def _command(self, job: Job, command: Credit | Cancel) -> None:
        job.credit |= isinstance(command, Credit)
        job.cancelled |= isinstance(command, Cancel)
        if job.engine is not None:
            job.engine.command(command)
            if job.cancelled:
                grace_s = self._options.cancel_grace_s
                loop = asyncio.get_running_loop()
                loop.call_later(grace_s, self._end_stuck, job, job.engine)
        elif job.cancelled:
            self._waiting.remove(job)
            await self._fail(job, Cancelled(job.id))

    def _end_stuck(self, job: Job, engine: Engine) -> None:
        if job.engine is engine and job.id in self._jobs:
            _log.warning("%s did not stop job %s in time and is ended", engine.slot.id, job.id)
            engine.stop()

    async def _assign(self) -> None:
        """Hand what waits to engines; fail it if no engine can be had at all."""
        for question in list(self._questions):
            if (engine := self._fleet.seeing()) is not None:
                self._questions.remove(question)
                self._spawn(self._inspect(question, engine))
            elif failure := self._fleet.failure():
                self._questions.remove(question)
                await self._link.send(Failed(question.job, failure))
        for job in list(self._waiting):
            if (engine := self._fleet.free(job.crashed)) is not None:
                self._waiting.remove(job)
                job.engine, engine.job = engine, job.id
                self._changed()
                self._spawn(self._run(job, engine))
            elif failure := self._fleet.failure():
                self._waiting.remove(job)
                await self._fail(job, failure)

    async def _inspect(self, question: InspectRequest, engine: Engine) -> None:
        try:
            answer = await engine.inspect(as_arrays(to_frames(question)))
        except RayError as error:
            _log.exception("question %s was not answered", question.job)
            failure = _failed(error) if isinstance(error, RayTaskError) else _ended(engine)
            await self._link.send(Failed(question.job, failure))
        else:
            await self._link.send_frames(answer)

    async def _run(self, job: Job, engine: Engine) -> None:
        crash: Exception | None = None
        try:
            async for frames in engine.dream(job.request):
                await self._pass_on(job, engine, frames)
        except RayTaskError as error:
            _log.exception("job %s failed", job.id)
            await self._fail(job, _failed(error))
        except RayError as error:
            crash = error
        engine.job = ""
        if job.id in self._jobs:
            await self._lose_engine(job, engine, crash)
        else:
            engine.jobs_done += 1
            self._changed()

    async def _pass_on(self, job: Job, engine: Engine, frames: Frames) -> None:
        match from_frames([frame.data for frame in frames]):
            case Started():
                job.running = True
                for command in [Credit(job.id)] * job.credit + [Cancel(job.id)] * job.cancelled:
                    engine.command(command)
                if job.told_started:
                    return  # now on another engine, and its progress begins anew
                job.told_started = True
            case Preview():
                job.credit = False
            case Result() | Failed():
                del self._jobs[job.id]
        await self._link.send_frames(frames)

    async def _lose_engine(self, job: Job, engine: Engine, error: Exception | None) -> None:
        """The engine ended in the middle of the job, which may run once more."""
        _log.error("the engine on %s ended, job %s: %s", engine.slot.node_name, job.id, error)
        failure = job.lose_engine(engine)
        self._fleet.lose(engine)
        if job.cancelled:
            await self._fail(job, Cancelled(job.id))
        elif failure is not None:
            await self._fail(job, failure)
        else:
            self._waiting.appendleft(job)
            await self._fleet.look()  # its node may have died, too
            await self._assign()

    async def _fail(self, job: Job, error: BridgeError) -> None:
        del self._jobs[job.id]
        await self._link.send(Failed(job.id, error))


def _ended(engine: Engine) -> BridgeError:
    message = f"The engine on {engine.slot.node_name} ended unexpectedly."
    return bridge_error("engine.crashed", message, "Try again.")


def _too_large() -> BridgeError:
    return bridge_error(
        "engine.out_of_memory",
        "Ray's object store has no room for this dream.",
        "Dream a smaller region, make room on the nodes' disks, or start Ray with a larger "
        "--object-store-memory.",
    )


def _failed(error: RayTaskError) -> BridgeError:
    if isinstance(error.cause, ObjectStoreFullError | OutOfDiskError):
        return _too_large()
    return bridge_error(
        "engine.failed",
        f"The engine failed: {type(error.cause).__name__}.",
        "`dreambridge status` shows where the log is; it has the details.",
    )


def run(link: DriverLink, options: ClusterOptions, gone: threading.Event) -> None:
    """Drive until the server has gone; Ray is joined."""
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(Driver(link, options).serve(gone))
