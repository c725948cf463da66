"""The engines on this machine, real processes behind their interface, without a server."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from bridgeclient import Cancelled, EngineError, Failed, Preview, Progress, Result, Started
from bridgeclient.request import DreamRequest
from dreambridge.arrays import Array, to_frame
from dreambridge.workers.interface import EngineEvent, EngineState
from dreambridge.workers.local_pool import LocalPool, cores, threads_per_worker
from dreambridge.workers.options import WorkerOptions
from dreambridge.workers.process import share_of
from servers import wait_until

QUICK = {"layers": {"relu2_2": 1.0}, "octaves": 1, "iterations": 2}
ENDLESS = {"octaves": 1, "iterations": 1000}


class Watched:
    """A pool and all that it has told so far."""

    def __init__(self, logs: Path, *, ipc: bool = True, **options: Any) -> None:
        self.logs = logs
        self.pool = LocalPool(WorkerOptions(**options), logs, ipc=ipc)
        self.events: list[EngineEvent] = []

    def submit(self, photo: Array, settings: dict[str, Any], **more: Any) -> str:
        request = DreamRequest({"image": to_frame(photo)}, settings, **more)
        self.pool.submit(request)
        return request.job

    def of(self, job: str) -> list[EngineEvent]:
        self.events.extend(self.pool.events())
        return [event for event in self.events if event.job == job]

    def wait_for(self, job: str, *kinds: type[EngineEvent]) -> EngineEvent:
        wait_until(lambda: any(isinstance(event, kinds) for event in self.of(job)), f"{kinds}")
        return next(event for event in self.events if event.job == job and isinstance(event, kinds))

    def states(self) -> list[EngineState]:
        self.events.extend(self.pool.events())
        return [engine.state for engine in self.pool.engines()]


@pytest.fixture
def make_pool(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def make(**options: Any) -> Watched:
        made.append(watched := Watched(tmp_path, **options))
        return watched

    yield make
    for watched in made:
        watched.pool.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A pool of one worker, for tests that may end its process, but leave no job."""
    watched = Watched(tmp_path_factory.mktemp("shared"))
    yield watched
    watched.pool.close()


def processes() -> set[psutil.Process]:
    children = psutil.Process().children()
    return {child for child in children if "dreambridge.workers.process" in program(child)}


def program(process: psutil.Process) -> list[str]:
    """Its command; nothing if it has ended, as other tests' children may have."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.cmdline()
    return []


@pytest.mark.parametrize("ipc", [True, False])
def test_workers_are_reached_by_ipc_or_by_encrypted_tcp(
    make_pool: Callable[..., Watched], photo: Array, ipc: bool
) -> None:
    """Two at a time, so that the key of the one does not shut the other out."""
    watched = make_pool(ipc=ipc, count=2)
    watched.pool.warm()
    jobs = [watched.submit(photo, QUICK) for _ in range(2)]
    assert watched.pool.free() == 0
    for job in jobs:
        watched.wait_for(job, Result, Failed)
        told = [type(event) for event in watched.of(job) if not isinstance(event, Progress)]
        assert told == [Started, Result]
    assert [engine.jobs_done for engine in watched.pool.engines()] == [1, 1]


def test_a_worker_that_does_not_stop_is_ended_and_replaced(
    make_pool: Callable[..., Watched], photo: Array
) -> None:
    """It is suspended here, as one is that hangs in a driver."""
    watched = make_pool(cancel_grace_s=0.5)
    before = processes()
    job = watched.submit(photo, ENDLESS)
    watched.wait_for(job, Progress)
    (stuck,) = processes() - before
    stuck.suspend()
    watched.pool.cancel(job)
    ended = watched.wait_for(job, Failed, Result)
    assert isinstance(ended, Failed)
    assert isinstance(ended.error, Cancelled)
    wait_until(lambda: watched.of(job) and not stuck.is_running(), "the process is gone")
    watched.wait_for(watched.submit(photo, QUICK), Result)


def test_a_job_is_cancelled_before_the_engine_is_warm(
    make_pool: Callable[..., Watched], photo: Array
) -> None:
    watched = make_pool()
    job = watched.submit(photo, ENDLESS)
    watched.pool.cancel(job)
    assert watched.pool.pending()
    (ended,) = watched.of(job)
    assert isinstance(ended, Failed)
    assert isinstance(ended.error, Cancelled)
    watched.wait_for(watched.submit(photo, QUICK), Result)


def test_whatever_happens_wakes_whoever_waits(shared: Watched, photo: Array) -> None:
    """Waiting as the server does, but without end: a lost wake-up hangs here."""
    job = shared.submit(photo, QUICK, preview_side=32)
    while not any(isinstance(event, Result) for event in shared.of(job)):
        shared.pool.credit(job)
        if not shared.pool.pending():
            assert select.select(shared.pool.descriptors(), [], [], 60)[0], "nothing came"
    assert any(isinstance(event, Preview) for event in shared.events)
    (engine,) = processes()
    os.kill(engine.pid, signal.SIGKILL)
    while shared.states() == [EngineState.WARM]:
        if not shared.pool.pending():
            assert select.select(shared.pool.descriptors(), [], [], 60)[0], "nothing came"


def test_a_worker_that_cannot_start_takes_no_job_while_another_works(
    make_pool: Callable[..., Watched], photo: Array
) -> None:
    watched = make_pool(devices=("cpu", "cuda:7"))
    watched.pool.warm()
    wait_until(lambda: watched.states() == [EngineState.WARM, EngineState.FAILED], "both started")
    assert watched.pool.free() == 1
    watched.wait_for(watched.submit(photo, QUICK), Result)


def test_when_none_can_start_a_job_fails_with_the_reason(
    make_pool: Callable[..., Watched], photo: Array
) -> None:
    watched = make_pool(devices=("cuda:7", "cuda:8"))
    watched.pool.warm()
    wait_until(lambda: set(watched.states()) == {EngineState.FAILED}, "both failed")
    ended = watched.wait_for(watched.submit(photo, QUICK), Failed)
    assert isinstance(ended, Failed)
    assert isinstance(ended.error, EngineError)
    assert ended.error.code == "engine.device"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_nobody_but_its_logger_has_a_log_open_so_that_it_can_be_rotated(shared: Watched) -> None:
    shared.pool.warm()
    wait_until(lambda: shared.states() == [EngineState.WARM], "it is warm")
    (process,) = processes()
    open_files = [os.readlink(link) for link in Path(f"/proc/{process.pid}/fd").iterdir()]
    assert open_files.count(str(shared.logs / "worker-1.log")) == 1
    assert open_files.count(str(shared.logs / "worker-1.out")) == 2


def test_what_a_crash_leaves_is_named(shared: Watched, photo: Array) -> None:
    job = shared.submit(photo, ENDLESS)
    shared.wait_for(job, Progress)
    (process,) = processes()
    process.send_signal(signal.SIGSEGV)
    ended = shared.wait_for(job, Failed)
    assert isinstance(ended, Failed)
    log, output = re.findall(r"(\S*worker-1\.(?:log|out))", str(ended.error))
    assert "Fatal Python error" in Path(log).with_name(output).read_text()


@pytest.mark.parametrize(
    ("kind", "present", "shares"),
    [
        ("cuda", ["cuda", "cuda:0", "cuda:1", "cpu"], ["cuda:0", "cuda:1", "cuda:0"]),
        ("mps", ["mps", "cpu"], ["mps", "mps", "mps"]),
        ("cpu", ["cpu"], ["cpu", "cpu", "cpu"]),
    ],
)
def test_workers_share_the_best_devices(kind: str, present: list[str], shares: list[str]) -> None:
    assert [share_of(kind, present, index)[0] for index in range(3)] == shares
    assert share_of(kind, present, 0)[1] == len({*shares})


def test_workers_share_the_cores() -> None:
    assert threads_per_worker(1) == 0
    assert threads_per_worker(2) == max(1, cores() // 2)
    assert threads_per_worker(10_000) == 1
