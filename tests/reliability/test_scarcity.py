"""Too little memory, no file descriptors, a clock that jumps, images beyond the bounds."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bridgeclient import DreamRequest, EngineError, RequestError
from dreambridge.arrays import Array, to_frame
from dreambridge.paths import locate
from reliability.conftest import QUICK, dream_once
from servers import Server, wait_until


def test_out_of_memory_in_the_worker_is_an_error_and_passes(
    own_server: Callable[..., Server], photo: Array
) -> None:
    """The address space that the worker may use ends just above what it has."""
    server = own_server()
    big = to_frame(photo.repeat(32, axis=0).repeat(28, axis=1))  # as floats it is larger than that
    with server.connect() as client:
        dream_once(client, photo)
        (worker,) = server.workers()
        unlimited = resource.prlimit(worker.pid, resource.RLIMIT_AS)
        here = worker.memory_info().vms + 40 * 2**20
        resource.prlimit(worker.pid, resource.RLIMIT_AS, (here, unlimited[1]))
        with pytest.raises(EngineError) as caught:
            list(
                client.events(
                    client.submit(DreamRequest.still(big, {"octaves": 1, "iterations": 1}))
                )
            )
        assert caught.value.code == "engine.out_of_memory"
        assert caught.value.hint
        resource.prlimit(worker.pid, resource.RLIMIT_AS, unlimited)
        dream_once(client, photo)
        assert server.workers() == [worker]


def test_without_file_descriptors_the_server_waits_for_better_times(
    own_server: Callable[..., Server], photo: Array
) -> None:
    server = own_server()
    with server.connect() as client:
        dream_once(client, photo)
        used = psutil.Process(server.process.pid).num_fds()
        before = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (used + 4, before[1]))
        connection = server.connection
        port = int(connection.endpoint.rsplit(":", 1)[1])
        crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
        dream_once(client, photo)  # who is in stays in
        for worker in server.workers():
            worker.kill()  # and now it can't even start another
        with contextlib.suppress(EngineError):
            list(client.events(client.submit(DreamRequest.still(to_frame(photo), QUICK))))
        assert client.status().pid == server.process.pid
        for stranger in crowd:
            stranger.close()
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, before)
        dream_once(client, photo)
    with server.connect() as late:
        dream_once(late, photo)


def test_a_clock_set_back_changes_nothing(tmp_path: Path, photo: Array) -> None:
    """The wall clock of server and worker jumps back a day between dreams, and forward a month."""
    home = locate(tmp_path / "home")
    jump = tmp_path / "jump"
    jump.write_text("0")
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import time\n"
        "_true = time.time, time.time_ns\n"
        f"_jump = lambda: float(open({str(jump)!r}).read() or 0)\n"
        "time.time = lambda: _true[0]() + _jump()\n"
        "time.time_ns = lambda: _true[1]() + int(_jump() * 10**9)\n"
    )
    argv = [sys.executable, "-m", "dreambridge", "serve", "--home", str(home.folder)]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    process = subprocess.Popen([*argv, "--idle-timeout", "1"], env=environment)
    server = Server(home, process)
    try:
        wait_until(home.connection_file.exists, "it listens", 60)
        with server.connect() as client:
            for seconds in (0, -86_400, 30 * 86_400, -3600):
                jump.write_text(str(seconds))
                dream_once(client, photo)
                assert client.status().uptime_s < 300
    finally:
        process.terminate()
        assert process.wait(30) == 0


def test_an_image_beyond_the_canvas_bound_names_it(
    own_server: Callable[..., Server], photo: Array
) -> None:
    server = own_server("--max-megapixels", "0.01", "--max-preview-side", "100")
    with server.connect() as client:
        wide = to_frame(photo.repeat(2, axis=0))
        for image, settings, side, limit in (
            (wide, QUICK, 0, "canvas_pixels"),
            (to_frame(photo), QUICK, 101, "preview_side"),
        ):
            with pytest.raises(RequestError) as caught:
                list(
                    client.events(
                        client.submit(DreamRequest.still(image, settings, preview_side=side))
                    )
                )
            assert caught.value.code == "request.too_large"
            assert caught.value.facts["limit"] == limit
            assert "--max-" in caught.value.hint
        dream_once(client, photo)


def test_a_home_that_is_removed_while_the_server_runs(
    own_server: Callable[..., Server], photo: Array
) -> None:
    server = own_server()
    with server.connect() as client:
        dream_once(client, photo)
        shutil.rmtree(server.home.folder)
        dream_once(client, photo)
        client.shutdown()
    assert server.process.wait(30) == 0
