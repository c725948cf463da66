"""The server's life: found, started, the only one, killed, replaced, idle, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bridgeclient import (
    BridgeClient,
    DreamRequest,
    EngineError,
    Installation,
    Progress,
    Result,
    ServerError,
    Started,
    connect,
    find,
)
from bridgeclient.connection import read_connection
from dreambridge import __version__
from dreambridge.arrays import Array, to_frame
from servers import Server, wait_until

QUICK = {"layers": {"relu3_1": 1.0}, "octaves": 1, "iterations": 2}
ENDLESS = {"octaves": 1, "iterations": 1000}


def wait_for(client: BridgeClient, job: str, kind: type) -> None:
    for event in client.events(job):
        if isinstance(event, kind):
            return


def test_a_server_is_started_when_there_is_none(auto_start: Callable[[], BridgeClient]) -> None:
    with auto_start() as client:
        status = client.status()
        assert psutil.pid_exists(status.pid)
        if os.name == "posix":
            assert os.getsid(status.pid) != os.getsid(0)  # it outlives this program
    with auto_start() as again:
        assert again.welcome.server == status.server


def test_two_starts_at_once_give_one_server(auto_start: Callable[[], BridgeClient]) -> None:
    servers: list[str] = []

    def start() -> None:
        with auto_start() as client:
            servers.append(client.welcome.server)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(servers) == 2
    assert len(set(servers)) == 1


def test_a_server_killed_in_the_middle_is_noticed_and_replaced(
    auto_start: Callable[[], BridgeClient], photo: Array
) -> None:
    """The connection file that it left behind is recognised as stale."""
    with auto_start() as client:
        killed = client.status().pid
        job = client.submit(DreamRequest.still(to_frame(photo), ENDLESS))
        wait_for(client, job, Progress)
        workers = psutil.Process(killed).children()
        assert len(workers) == 1
        os.kill(killed, signal.SIGKILL)
        with pytest.raises(ServerError) as caught:
            list(client.events(job))
        assert caught.value.code == "server.lost"
        assert caught.value.retryable
    psutil.wait_procs(workers, timeout=30)
    assert not workers[0].is_running()  # a worker does not outlive its server
    with auto_start() as client:
        assert client.status().pid != killed
        wait_for(client, client.submit(DreamRequest.still(to_frame(photo), QUICK)), Result)


def test_a_second_server_leaves_quietly(server: Server, client: BridgeClient) -> None:
    command = [sys.executable, "-m", "dreambridge", "serve", "--home", str(server.home.folder)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 0
    assert "already running" in second.stderr
    with server.connect() as again:
        assert again.welcome.server == client.welcome.server


def test_a_server_of_another_version_is_named(server: Server) -> None:
    installation = Installation(sys.executable, server.home.connection_file, "0.0.1")
    with pytest.raises(ServerError, match=r"0\.0\.1") as caught:
        connect(installation, name="old plug-in")
    assert caught.value.code == "server.version"
    assert "dreambridge stop" in caught.value.hint


def test_a_start_that_fails_says_where_to_look(tmp_path: Path) -> None:
    absent = Installation(str(tmp_path / "python"), tmp_path / "h" / "connection.json", "1")
    with pytest.raises(ServerError, match="could not be run") as caught:
        connect(absent, name="test")
    assert caught.value.code == "server.start_failed"
    (tmp_path / "h" / "keys.json").mkdir()
    broken = Installation(sys.executable, tmp_path / "h" / "connection.json", "1")
    with pytest.raises(ServerError, match="ended with code 1") as caught:
        connect(broken, name="test")
    assert str(tmp_path / "h" / "start.log") in caught.value.hint


def test_bridge_json_keeps_an_installation(tmp_path: Path) -> None:
    installation = Installation("/opt/python", tmp_path / "connection.json", "1.2")
    installation.write(tmp_path / "bridge.json")
    assert Installation.read(tmp_path / "bridge.json") == installation
    (tmp_path / "bridge.json").write_text("{}")
    with pytest.raises(ServerError, match="does not say where"):
        Installation.read(tmp_path / "bridge.json")


def test_an_idle_server_stops_and_takes_its_connection_file_along(
    serve: Callable[..., Server],
) -> None:
    server = serve("--idle-timeout", "0.03")
    assert server.process.wait(60) == 0
    assert not server.home.connection_file.exists()
    assert find(server.installation, name="test") is None
    assert "nothing to do for 0.03 minutes" in server.home.server_log.read_text()


def test_a_dream_keeps_the_server_and_then_the_idle_engine_goes_first(
    serve: Callable[..., Server], photo: Array
) -> None:
    server = serve("--idle-timeout", "60", "--worker-idle-timeout", "0.03")
    with server.connect() as client:
        wait_until(lambda: client.status().worker == "warm", "the engine is warm")
        wait_until(lambda: client.status().worker == "idle", "the engine rests")
        wait_until(lambda: not server.workers(), "its memory is free")
        wait_for(client, client.submit(DreamRequest.still(to_frame(photo), QUICK)), Result)


def test_a_stopped_server_says_so_to_everyone(serve: Callable[..., Server], photo: Array) -> None:
    server = serve()
    with server.connect() as bystander, server.connect() as dreaming, server.connect() as boss:
        job = dreaming.submit(DreamRequest.still(to_frame(photo), ENDLESS))
        wait_for(dreaming, job, Started)
        boss.shutdown()
        with pytest.raises(ServerError) as caught:
            list(dreaming.events(job))
        assert (caught.value.code, caught.value.job) == ("server.closing", job)
        with pytest.raises(ServerError) as caught:
            wait_until(lambda: bystander.receive() is not None, "the farewell")
        assert caught.value.code == "server.closing"
    assert server.process.wait(30) == 0


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_sigterm_ends_jobs_in_order(serve: Callable[..., Server], photo: Array) -> None:
    server = serve()
    with server.connect() as client:
        job = client.submit(DreamRequest.still(to_frame(photo), ENDLESS))
        next(client.events(job))
        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(ServerError, match="SIGTERM") as caught:
            list(client.events(job))
        assert caught.value.code == "server.closing"
    assert server.process.wait(30) == 0
    assert not server.home.connection_file.exists()


def test_a_crashed_engine_fails_its_own_job_only_and_is_replaced(
    server: Server, client: BridgeClient, photo: Array
) -> None:
    with server.connect() as other:
        doomed = client.submit(DreamRequest.still(to_frame(photo), ENDLESS))
        wait_for(client, doomed, Progress)
        waiting = other.submit(DreamRequest.still(to_frame(photo), QUICK))
        for worker in server.workers():
            worker.kill()
        with pytest.raises(EngineError) as caught:
            list(client.events(doomed))
        assert (caught.value.code, caught.value.retryable) == ("engine.crashed", True)
        assert str(server.home.logs / "worker-1.log") in caught.value.hint
        wait_for(other, waiting, Result)


def test_an_engine_without_weights_fails_jobs_with_the_reason(
    serve: Callable[..., Server], tmp_path: Path, photo: Array
) -> None:
    (tmp_path / "vgg.safetensors").write_bytes(b"no weights")
    server = serve("--weights", str(tmp_path / "vgg.safetensors"))
    with server.connect() as client:
        for _ in range(2):
            with pytest.raises(EngineError) as caught:
                list(client.events(client.submit(DreamRequest.still(to_frame(photo), QUICK))))
            assert caught.value.code == "engine.weights"
            assert "vgg.safetensors" in caught.value.message
        wait_until(lambda: client.status().worker == "failed", "the engine is known to fail")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_what_the_server_writes_is_private(server: Server, client: BridgeClient) -> None:
    assert client.welcome
    written = [server.home.folder, server.home.logs]
    written += [path for path in server.home.folder.rglob("*") if path.is_file()]
    assert server.home.logs / "worker-1.log" in written
    for path in written:
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_server_process_never_loads_the_engine(server: Server) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    libraries = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert "libtorch" not in libraries
    assert "libzmq" in libraries or "_zmq" in libraries


def test_the_connection_file_tells_what_the_document_says(server: Server) -> None:
    connection = read_connection(server.home.connection_file)
    assert connection is not None
    assert connection.endpoint.startswith("tcp://127.0.0.1:")
    assert connection.pid == server.process.pid
    assert connection.log == str(server.home.server_log)
    with server.connect() as client:
        assert client.welcome.server == connection.server
        assert client.welcome.version == __version__
