"""What a cluster costs: an actor against a worker beside the server, and how dispatch scales.

Needs `dreambridge[ray]`. The first part dreams the same pictures on a local worker and on one actor
of a cluster on this machine, in turn. Beside the time it prints the processor's time, which depends
less on what else the machine does, and how much of it is not the engine's: the server's, the
driver's and Ray's own. The second has engines whose work is a fixed wait, so that only what lies
between client and engine is measured.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from bridge import canvas
from bridgeclient import BridgeClient, Installation, Result, find
from bridgeclient.request import DreamRequest
from dreambridge import __version__
from dreambridge.arrays import to_frame
from dreambridge.paths import locate
from dreamcore import DreamSettings
from measure import show, tiled_photo
from waiting_engine import WAIT_S

HERE = Path(__file__).parent
WORKER = "dreambridge.workers.process"
REPEATS = 5
JOBS = 48
LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
DREAM = DreamSettings(octaves=3, iterations=6).to_json()


@contextlib.contextmanager
def serving(program: list[str], *options: str) -> Iterator[BridgeClient]:
    """A client of a server with these options, all of whose engines are warm."""
    with tempfile.TemporaryDirectory() as folder:
        home = locate(Path(folder) / "home")
        command = [*program, "serve", "--home", str(home.folder), "--max-queue", "64"]
        environment = {**os.environ, "PYTHONPATH": str(HERE)}
        server = subprocess.Popen([*command, *options], env=environment)
        place = Installation(sys.executable, home.connection_file, __version__)
        try:
            while not home.connection_file.exists():
                if server.poll() is not None:
                    sys.exit("the server could not start")
                time.sleep(0.1)
            client = find(place, name="bench")
            assert client is not None
            with client:
                while not warm(client):
                    time.sleep(0.1)
                yield client
        finally:
            server.terminate()
            server.wait()


def warm(client: BridgeClient) -> bool:
    workers = client.status().workers
    return bool(workers) and all(worker["state"] == "warm" for worker in workers)


@dataclass(frozen=True)
class Spent:
    """Seconds for a dream: on the clock, and of the processor for the engine and for the rest."""

    clock: float
    engine: float
    rest: float


def processor_time(processes: Iterable[psutil.Process]) -> tuple[float, float]:
    """Seconds of those that are engines, and of the others."""
    spent = [0.0, 0.0]
    for process in processes:
        with contextlib.suppress(psutil.Error):  # one of those that Ray keeps in reserve has gone
            times, command = process.cpu_times(), process.cmdline()
            engine = command[0].startswith("ray::EngineActor") or command[-1] == WORKER
            spent[not engine] += times.user + times.system
    return spent[0], spent[1]


def children() -> set[psutil.Process]:
    """All that runs for the servers started here."""
    return set(psutil.Process().children(recursive=True))


def spent(client: BridgeClient, image: np.ndarray, processes: Iterable[psutil.Process]) -> Spent:
    """What a dream takes."""
    before = processor_time(processes)
    clock = dream(client, image)
    after = processor_time(processes)
    return Spent(clock, after[0] - before[0], after[1] - before[1])


def dream(client: BridgeClient, image: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Seconds from handing in to the result."""
    marked = None if mask is None else to_frame(mask)
    started = time.perf_counter()
    request = DreamRequest.still(to_frame(image), DREAM, mask=marked)
    *_, last = client.events(client.submit(request))
    assert isinstance(last, Result)
    return time.perf_counter() - started


def overhead() -> None:
    """One actor against one worker."""
    program = [sys.executable, "-m", "dreambridge"]
    small, (large, mask) = tiled_photo(512, 512), canvas(4000, 6000)
    with serving(program) as worker:
        beside = children()
        with serving(program, "--cluster", "local") as actor:
            served = (worker, beside), (actor, children() - beside)
            smalls, larges = compared(served, small, large, mask)
    show_overhead(*smalls)
    show("6000 x 4000 RGBA with a 64 x 64 selection, seconds", f"{larges[0]:.3f}")
    more = larges[1] - larges[0]
    show("the same on an actor of a cluster: more seconds", f"{more:.3f}", "below 0.3")


def compared(
    served: Sequence[tuple[BridgeClient, set[psutil.Process]]],
    small: np.ndarray,
    large: np.ndarray,
    mask: np.ndarray,
) -> tuple[list[Spent], list[float]]:
    """The medians of each server: of the small picture, and seconds of the large one."""
    smalls: list[list[Spent]] = [[] for _ in served]
    larges: list[list[float]] = [[] for _ in served]
    for repeat in range(REPEATS + 1):
        for (client, processes), of_small, of_large in zip(served, smalls, larges, strict=True):
            each = spent(client, small, processes), dream(client, large, mask)
            if repeat:
                of_small.append(each[0])
                of_large.append(each[1])
    facts = [[(each.clock, each.engine, each.rest) for each in all] for all in smalls]
    middle = [
        Spent(*(statistics.median(values) for values in zip(*all, strict=True))) for all in facts
    ]
    return middle, [statistics.median(all) for all in larges]


def show_overhead(worker: Spent, actor: Spent) -> None:
    """The lines about the small picture."""
    show("512 x 512 on a local worker, seconds", f"{worker.clock:.3f}")
    ratio = actor.clock / worker.clock - 1
    show("the same on an actor of a cluster: more by", f"{ratio:.1%}", "below 5 %")
    show("processor seconds of the worker, the server", f"{worker.engine:.2f}, {worker.rest:.2f}")
    show("of the actor, the server and all of Ray", f"{actor.engine:.2f}, {actor.rest:.2f}")
    ratio = (actor.engine + actor.rest) / (worker.engine + worker.rest) - 1
    show("processor time with an actor: more by", f"{ratio:.1%}", "below 5 %")


def rate(address: str, cores: int, *, waiting: bool = True) -> float:
    """Jobs per second on engines of so many of a node's four cores, kept busy by one client."""
    program = [sys.executable, str(HERE / "waiting_engine.py")]
    picture = to_frame(tiled_photo(64 if waiting else 1, 64))
    options = ("--cluster", address, "--cpus-per-worker", str(cores))
    with serving(program, *options) as client:
        jobs: deque[str] = deque()
        started = time.perf_counter()
        for count in range(JOBS + 8):
            if count < JOBS:
                jobs.append(client.submit(DreamRequest.still(picture, {})))
            if count >= 8:
                list(client.events(jobs.popleft()))
        return JOBS / (time.perf_counter() - started)


def dispatch() -> None:
    """From one engine to four."""
    os.environ.update(LOOPBACK)
    os.environ["PYTHONPATH"] = str(HERE)
    with node() as address:
        rates = {engines: rate(address, 4 // engines) for engines in (1, 2, 4)}
        most = rate(address, 1, waiting=False)
    show(f"jobs of {WAIT_S} s per second on one engine", f"{rates[1]:.2f}")
    show("two engines: times as many", f"{rates[2] / rates[1]:.2f}")
    show("four engines: times as many", f"{rates[4] / rates[1]:.2f}", "at least 3.8")
    show("jobs of no length per second, four engines", f"{most:.0f}")


@contextlib.contextmanager
def node() -> Iterator[str]:
    """A Ray cluster of one node that says it has four cores."""
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 4, "object_store_memory": 100 << 20, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        yield str(cluster.address)
    finally:
        cluster.shutdown()


def main() -> None:
    """Both parts."""
    if importlib.util.find_spec("ray") is None:
        print("not measured, there is no Ray here: pip install 'dreambridge[ray]'")
        return
    overhead()
    dispatch()


if __name__ == "__main__":
    main()
