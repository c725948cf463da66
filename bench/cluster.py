"""What a cluster costs: an actor against a worker beside the server, and how dispatch scales.

Needs `dreambridge[ray]`. The first part dreams the same pictures on a local worker and on one actor
of a cluster on this machine, in turn. The second has engines whose work is a fixed wait, so that
only what lies between client and engine is measured.
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
from collections.abc import Iterator
from pathlib import Path

import numpy as np

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
    times: dict[str, list[float]] = {name: [] for name in ("w small", "a small", "w", "a")}
    with serving(program) as worker, serving(program, "--cluster", "local") as actor:
        for client in (worker, actor):
            dream(client, small), dream(client, large, mask)
        for _ in range(REPEATS):
            for name, client in (("w", worker), ("a", actor)):
                times[f"{name} small"].append(dream(client, small))
                times[name].append(dream(client, large, mask))
    middle = {name: statistics.median(values) for name, values in times.items()}
    show("512 x 512 on a local worker, seconds", f"{middle['w small']:.3f}")
    ratio = middle["a small"] / middle["w small"] - 1
    show("the same on an actor of a cluster: more by", f"{ratio:.1%}", "below 5 %")
    show("6000 x 4000 RGBA with a 64 x 64 selection, seconds", f"{middle['w']:.3f}")
    more = middle["a"] - middle["w"]
    show("the same on an actor of a cluster: more seconds", f"{more:.3f}", "below 0.3")


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
