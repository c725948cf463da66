"""Servers, clients and workers that end in the middle: the next dream just works."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import psutil
import pytest

from bridgeclient import BridgeClient, DreamRequest, EngineError, Progress, Result, ServerError
from dreambridge.arrays import Array, to_frame
from reliability.conftest import QUICK, Figure, dream_once
from reliability.scale import Scale
from servers import Server, wait_until

LASTING = {"layers": {"relu3_1": 1.0}, "octaves": 2, "iterations": 30}
ENDLESS = {"octaves": 1, "iterations": 1000}
NOTICE_S = 12.0
"""The wire's silence of 10 s and some air."""


def test_a_server_killed_at_any_moment(
    auto_start: Callable[[], BridgeClient],
    photo: Array,
    scale: Scale,
    dice: random.Random,
    figure: Figure,
) -> None:
    """The client is told within the silence, and the next dream starts another server by itself."""
    longest = 0.0
    for _ in range(scale.kills):
        with auto_start() as client:
            dream_once(client, photo)
            pid = client.status().pid
            killer = threading.Timer(dice.uniform(0, 1.0), os.kill, (pid, signal.SIGKILL))
            job = client.submit(DreamRequest.still(to_frame(photo), LASTING, preview_side=64))
            killer.start()
            with contextlib.suppress(ServerError):
                list(client.events(job))
            killer.join()
            died = time.monotonic()
            with pytest.raises(ServerError) as caught:
                ask_until_lost(client)
            longest = max(longest, time.monotonic() - died)
            assert caught.value.code == "server.lost"
            assert caught.value.retryable
    with auto_start() as client:
        dream_once(client, photo)
    figure("servers killed in the middle of a job", scale.kills)
    figure("longest until the client was told, s", f"{longest:.3f}")


def ask_until_lost(client: BridgeClient) -> None:
    deadline = time.monotonic() + NOTICE_S
    while time.monotonic() < deadline:
        client.status(NOTICE_S)


CLIENT = """
import sys
from pathlib import Path
from bridgeclient import DreamRequest, Installation, Progress, find
from dreambridge import __version__
from dreambridge.arrays import to_frame
import numpy as np
client = find(Installation(sys.executable, Path(sys.argv[1]), __version__), name="doomed")
photo = np.arange(72 * 96 * 3, dtype=np.uint8).reshape(72, 96, 3)
settings = {"octaves": 1, "iterations": 1000}
request = DreamRequest.still(to_frame(photo), settings, preview_side=64)
for event in client.events(client.submit(request)):
    print(type(event).__name__, flush=True)
"""


def test_clients_killed_at_any_moment(
    server: Server,
    client: BridgeClient,
    photo: Array,
    scale: Scale,
    dice: random.Random,
    figure: Figure,
) -> None:
    longest = 0.0
    for _ in range(scale.kills):
        argv = [sys.executable, "-c", CLIENT, str(server.home.connection_file)]
        doomed = subprocess.Popen(argv, stdout=subprocess.PIPE)
        assert doomed.stdout is not None
        assert doomed.stdout.readline().strip() == b"Accepted"
        time.sleep(dice.uniform(0, 0.7))  # the moment is what varies
        doomed.kill()
        doomed.wait()
        doomed.stdout.close()
        killed = time.monotonic()
        wait_until(lambda: _resting(client), "its dream is cancelled", NOTICE_S)
        longest = max(longest, time.monotonic() - killed)
    dream_once(client, photo)
    figure("clients killed in the middle of a job", scale.kills)
    figure("longest until their dream was cancelled, s", f"{longest:.3f}")


def _resting(client: BridgeClient) -> bool:
    status = client.status()
    return status.running + status.queued == 0


def test_a_killed_worker_takes_its_own_job_only(
    own_server: Callable[..., Server], photo: Array, scale: Scale, dice: random.Random
) -> None:
    """Every job that waited behind it comes back whole, however often it is killed."""
    server = own_server()
    with server.connect() as client:
        dream_once(client, photo)
        for _ in range(min(scale.kills, 10)):
            doomed = client.submit(DreamRequest.still(to_frame(photo), ENDLESS))
            waiting = [client.submit(DreamRequest.still(to_frame(photo), QUICK)) for _ in range(3)]
            wait_until(lambda: client.status().worker == "warm", "the worker is warm")
            time.sleep(dice.uniform(0, 0.5))
            for worker in server.workers():
                with contextlib.suppress(psutil.NoSuchProcess):
                    worker.kill()
            with pytest.raises(EngineError) as caught:
                list(client.events(doomed))
            assert caught.value.code == "engine.crashed"
            assert caught.value.retryable
            for job in waiting:
                *_, result = client.events(job)
                assert isinstance(result, Result)


def test_sigterm_while_dreaming_ends_everything_in_order(
    own_server: Callable[..., Server], photo: Array
) -> None:
    server = own_server()
    with server.connect() as client:
        job = client.submit(DreamRequest.still(to_frame(photo), ENDLESS))
        next(event for event in client.events(job) if isinstance(event, Progress))
        workers = server.workers()
        server.process.terminate()
        with pytest.raises(ServerError) as caught:
            list(client.events(job))
    assert caught.value.code == "server.closing"
    assert server.process.wait(15) == 0
    assert not server.home.connection_file.exists()
    _, alive = psutil.wait_procs(workers, timeout=15)
    assert not alive
