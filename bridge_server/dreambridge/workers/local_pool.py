"""The engines on this machine: a worker per device, or several that share the processor's cores."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import zmq

from bridgeclient.request import DreamRequest, InspectRequest
from dreambridge.admission import Admission
from dreambridge.workers.interface import Engine, EngineEvent, EngineState
from dreambridge.workers.link import Link, Socket
from dreambridge.workers.local_worker import LocalWorker
from dreambridge.workers.options import WorkerOptions
from dreambridge.workers.supervisor import SupervisedProcess
from dreamcore.allocator import with_large_pages
from dreamcore.waiting import with_short_waits

_log = logging.getLogger(__name__)

_MODULE = "dreambridge.workers.process"
_PREFERENCE = (EngineState.WARM, EngineState.STARTING, EngineState.IDLE, EngineState.FAILED)
"""Which worker gets the next job; one that could not start gets none while another works."""


class LocalPool:
    """An `EnginePool` of processes on this machine.

    Args:
        options: how many, where, how.
        logs: the private folder for their logs.
        ipc: whether they may be reached by ipc sockets where there are any.
    """

    def __init__(self, options: WorkerOptions, logs: Path, *, ipc: bool = True) -> None:
        self._options, self._logs, self._ipc = options, logs, ipc
        self._context: zmq.Context[Socket] = zmq.Context()
        self._admission = Admission(self._context)
        count = options.count or len(options.devices)
        self._threads = threads_per_worker(count)
        self._workers = [self._make(index) for index in range(count)]
        if count > 1:
            _log.info("%d workers share %d cores, threads each: %d", count, cores(), self._threads)

    def engines(self) -> Sequence[Engine]:
        return [worker.describe() for worker in self._workers]

    def free(self) -> int:
        return len(self._candidates())

    def warm(self) -> None:
        for worker in self._workers:
            worker.warm()

    def submit(self, request: DreamRequest) -> None:
        best = min(self._candidates(), key=lambda worker: _PREFERENCE.index(worker.state))
        best.submit(request)

    def inspect(self, request: InspectRequest) -> None:
        def rank(worker: LocalWorker) -> tuple[int, bool]:
            return _PREFERENCE.index(worker.state), bool(worker.job)

        min(self._workers, key=rank).inspect(request)

    def credit(self, job: str) -> None:
        for worker in self._having(job):
            worker.credit()

    def cancel(self, job: str) -> None:
        for worker in self._having(job):
            worker.cancel()

    def events(self) -> Iterator[EngineEvent]:
        self._admission.answer()
        for worker in self._workers:
            yield from worker.events()
        self._use_all_devices()

    def descriptors(self) -> list[int]:
        own = self._admission.socket.fileno()
        return [own, *(fd for worker in self._workers for fd in worker.descriptors())]

    def pending(self) -> bool:
        asked = bool(self._admission.socket.poll(0))
        return asked or any(worker.pending() for worker in self._workers)

    def close(self) -> None:
        for worker in self._workers:
            worker.close()
        self._admission.close()
        self._context.term()

    def _candidates(self) -> list[LocalWorker]:
        """The workers that take a job now."""
        works = any(worker.state is not EngineState.FAILED for worker in self._workers)
        return [
            worker
            for worker in self._workers
            if not worker.job and not (works and worker.state is EngineState.FAILED)
        ]

    def _having(self, job: str) -> list[LocalWorker]:
        return [worker for worker in self._workers if worker.job == job]

    def _use_all_devices(self) -> None:
        """Once the first worker has found several GPUs, there is a worker for each."""
        if self._options.count or self._options.devices != ("auto",):
            return
        for index in range(len(self._workers), self._workers[0].devices):
            self._workers.append(worker := self._make(index))
            worker.warm()

    def _make(self, index: int) -> LocalWorker:
        log = self._logs / f"worker-{index + 1}.log"
        times = {"idle_s": self._options.idle_s, "cancel_grace_s": self._options.cancel_grace_s}
        return LocalWorker(f"worker-{index + 1}", lambda: self._start(index, log), log, **times)

    def _start(self, index: int, log: Path) -> SupervisedProcess:
        options = self._options
        config = {
            "weights": options.weights,
            "device": options.devices[index % len(options.devices)],
            "precision": options.precision,
            "index": index,
        }
        environment = with_short_waits(with_large_pages(os.environ))
        if self._threads:
            environment["OMP_NUM_THREADS"] = str(self._threads)
        link = Link(self._context, self._admission, ipc=self._ipc)
        try:
            return SupervisedProcess(_MODULE, link, config, log, environment)
        except OSError:
            link.close()
            raise


def threads_per_worker(count: int) -> int:
    """The threads of each of so many workers on this machine's processor; 0 for torch's choice."""
    return max(1, cores() // count) if count > 1 else 0


def cores() -> int:
    """The processor's cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
