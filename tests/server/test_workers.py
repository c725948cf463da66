"""Several engines behind one server: dreams side by side, turns, and a worker that dies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

from bridgeclient import (
    BridgeClient,
    Cancelled,
    DreamRequest,
    EngineError,
    Progress,
    Result,
    Started,
)
from dreambridge.arrays import Array, to_frame
from dreambridge.cli import main
from dreambridge.workers.local_pool import cores
from servers import Server, wait_until

QUICK = {"layers": {"relu2_2": 1.0}, "octaves": 1, "iterations": 2}
LASTING = {"layers": {"relu2_2": 1.0}, "octaves": 1, "iterations": 40}
ENDLESS = {"octaves": 1, "iterations": 1000}


@pytest.fixture(scope="module")
def pair(serve: Callable[..., Server]) -> Server:
    """A server with two workers."""
    server = serve("--workers", "2", "--device", "cpu")
    with server.connect() as client:
        wait_until(lambda: states(client) == ["warm", "warm"], "both are warm")
    return server


def states(client: BridgeClient) -> list[str]:
    return [worker["state"] for worker in client.status().workers]


def jobs(client: BridgeClient) -> set[str]:
    return {worker["job"] for worker in client.status().workers}


def submit(client: BridgeClient, photo: Array, settings: dict[str, Any]) -> str:
    return client.submit(DreamRequest.still(to_frame(photo), settings))


def wait_for(client: BridgeClient, job: str, kind: type) -> None:
    for event in client.events(job):
        if isinstance(event, kind):
            return


def stopped(client: BridgeClient, job: str) -> None:
    client.cancel(job)
    with pytest.raises(Cancelled):
        list(client.events(job))


def test_two_clients_dream_at_the_same_time(pair: Server, photo: Array) -> None:
    with pair.connect("gimp") as one, pair.connect("krita") as other:
        first, second = submit(one, photo, ENDLESS), submit(other, photo, ENDLESS)
        for client, job in ((one, first), (other, second), (one, first)):
            wait_for(client, job, Progress)
        assert jobs(one) == {first, second}
        assert (one.status().running, one.status().queued) == (2, 0)
        third = submit(one, photo, QUICK)
        assert one.status().queued == 1
        stopped(other, second)
        wait_for(one, third, Result)  # on the worker that became free
        assert first in jobs(one)
        stopped(one, first)


def test_clients_take_turns_for_whichever_worker_is_free(pair: Server, photo: Array) -> None:
    with pair.connect("busy") as busy, pair.connect("late") as late:
        many = [submit(busy, photo, LASTING) for _ in range(6)]
        wait_for(busy, many[1], Started)
        wait_for(late, submit(late, photo, QUICK), Result)
        status = late.status()
        assert status.queued + status.running >= 2
        for job in many:
            wait_for(busy, job, Result)


def test_a_worker_that_dies_costs_its_own_job_only(pair: Server, photo: Array) -> None:
    with pair.connect() as one, pair.connect() as other, pair.connect() as third:
        running = {client: submit(client, photo, ENDLESS) for client in (one, other)}
        for client, job in running.items():
            wait_for(client, job, Progress)
        submit(third, photo, QUICK)
        victim, _ = pair.workers()
        victim.kill()
        wait_until(lambda: len(jobs(one) & {*running.values()}) == 1, "one of the dreams is lost")
        survivor, bereft = sorted(running, key=lambda client: running[client] not in jobs(client))
        with pytest.raises(EngineError) as caught:
            list(bereft.events(running[bereft]))
        assert caught.value.code == "engine.crashed"
        wait_until(lambda: running[survivor] in jobs(survivor) and ended(third), "it is replaced")
        assert states(survivor) == ["warm", "warm"]
        wait_for(survivor, running[survivor], Progress)
        stopped(survivor, running[survivor])


def ended(client: BridgeClient) -> bool:
    """Whether a result is among what the client has been told; without waiting for it."""
    while (event := client.receive()) is not None:
        if isinstance(event, Result):
            return True
    return False


def test_status_lists_the_workers(pair: Server, photo: Array) -> None:
    with pair.connect() as client:
        before = sum(worker["jobs_done"] for worker in client.status().workers)
        wait_for(client, submit(client, photo, QUICK), Result)
    home = str(pair.home.folder)
    told = json.loads(CliRunner().invoke(main, ["status", "--json", "--home", home]).output)
    workers = told["server"]["workers"]
    assert [worker["id"] for worker in workers] == ["worker-1", "worker-2"]
    for worker in workers:
        assert (worker["device"], worker["state"], worker["job"]) == ("cpu", "warm", "")
        assert worker["node"]
        assert worker["precision"]
    assert sum(worker["jobs_done"] for worker in workers) == before + 1
    said = CliRunner().invoke(main, ["status", "--home", home]).output
    assert "worker-2: warm on cpu" in said


def test_workers_share_the_cores_and_the_log_says_so(pair: Server) -> None:
    threads = max(1, cores() // 2)
    said = f"2 workers share {cores()} cores, threads each: {threads}"
    assert said in pair.home.server_log.read_text()
    for worker in pair.workers():
        assert worker.environ()["OMP_NUM_THREADS"] == str(threads)


def test_a_worker_per_device_that_is_named(serve: Callable[..., Server], photo: Array) -> None:
    """The one that is not there fails and is passed over."""
    server = serve("--device", "cpu", "--device", "cuda:7")
    with server.connect() as client:
        wait_until(lambda: states(client) == ["warm", "failed"], "both have tried")
        assert client.status().worker == "warm"
        for _ in range(2):
            wait_for(client, submit(client, photo, QUICK), Result)


def test_workers_end_with_their_server(serve: Callable[..., Server]) -> None:
    server = serve("--workers", "2")
    wait_until(lambda: len(server.workers()) == 2, "they are started")
    workers = server.workers()
    server.process.kill()
    assert not psutil.wait_procs(workers, timeout=30)[1]
