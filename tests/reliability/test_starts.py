"""Starting beside a rival, beside wrong files, at a taken port, on a full disk."""

from __future__ import annotations

import functools
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bridgeclient import (
    AuthError,
    BridgeClient,
    connect,
)
from bridgeclient.connection import read_connection
from dreambridge.arrays import Array
from dreambridge.paths import locate
from reliability.conftest import Figure, dream_once
from reliability.scale import Scale
from servers import Server, installation, wait_until


def test_many_starts_at_the_same_instant_give_one_server(
    tmp_path: Path, scale: Scale, figure: Figure
) -> None:
    for number in range(scale.starts):
        home = locate(tmp_path / f"home{number}")
        argv = [sys.executable, "-m", "dreambridge", "serve", "--home", str(home.folder)]
        rivals = [subprocess.Popen(argv, stderr=subprocess.DEVNULL) for _ in range(2)]
        try:
            wait_until(home.connection_file.exists, "one listens", 60)
            wait_until(functools.partial(_one_ended, rivals), "the other leaves", 60)
            winner = next(rival for rival in rivals if rival.poll() is None)
            loser = next(rival for rival in rivals if rival is not winner)
            connection = read_connection(home.connection_file)
            assert connection is not None
            assert connection.pid == winner.pid
            assert loser.returncode == 0
        finally:
            for rival in rivals:
                rival.terminate()
                rival.wait(30)
    figure("pairs of simultaneous starts, each with exactly one server", scale.starts)


def _one_ended(processes: list[subprocess.Popen[bytes]]) -> bool:
    return sum(process.poll() is not None for process in processes) == 1


@pytest.mark.parametrize("content", ["half", "garbage", "empty", "a dead server"])
def test_a_connection_file_that_is_wrong_is_replaced(
    auto_start: Callable[[], BridgeClient], photo: Array, content: str
) -> None:
    with auto_start() as client:
        pid = client.status().pid
        home = Path(client.status().log).parent.parent
    path = home / "connection.json"
    whole = path.read_bytes()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(pid), "it is dead")
    wrong = {
        "half": whole[: len(whole) // 2],
        "garbage": b"\xff\x00" * 99,
        "empty": b"",
        "a dead server": whole,
    }
    path.write_bytes(wrong[content])
    with auto_start() as client:
        dream_once(client, photo)
        assert client.status().pid != pid


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="giving files away needs root")
def test_a_connection_file_of_another_user_is_refused_with_the_remedy(
    auto_start: Callable[[], BridgeClient],
) -> None:
    with auto_start() as client:
        path = Path(client.status().log).parent.parent / "connection.json"
    os.chown(path, 65534, 65534)
    with pytest.raises(AuthError) as caught:
        auto_start()
    assert caught.value.code == "auth.unsafe_file"
    assert str(path) in caught.value.hint
    os.chown(path, 0, 0)
    with auto_start() as client:
        assert client.status().queued == 0


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = _serve_in(tmp_path / "home", "--listen", address)
    assert done.returncode == 1
    assert address in done.stderr
    assert "Choose another --listen" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "home" / "connection.json").exists()


def _serve_in(home: Path, *options: str, prefix: str = "") -> subprocess.CompletedProcess[str]:
    """`dreambridge serve` that is expected to end by itself."""
    code = prefix + "from dreambridge.cli import main; main()"
    argv = [sys.executable, "-c", code, "serve", "--home", str(home), *options]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


def limited(number: int) -> str:
    """Code that lets this process write no file beyond so many bytes, as on a full disk."""
    return f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({number}, {number}));"


def test_a_full_disk_at_the_start_is_one_sentence(tmp_path: Path, photo: Array) -> None:
    home = tmp_path / "home"
    done = _serve_in(home, prefix=limited(100))
    assert done.returncode == 1
    assert str(home) in done.stderr
    assert "space" in done.stderr
    assert "Traceback" not in done.stderr
    assert not [path for path in home.iterdir() if path.name.startswith(".")]
    with connect(installation(locate(home)), name="test") as client:  # there is space again
        dream_once(client, photo)
        client.shutdown()


def test_a_disk_that_fills_up_later_costs_the_log_only(
    tmp_path: Path, photo: Array, server: Server
) -> None:
    home = locate(tmp_path / "home")
    prefix = "import sys; sys.argv[0] = 'dreambridge';" + limited(4000)
    code = prefix + "from dreambridge.cli import main; main()"
    argv = [sys.executable, "-c", code, "serve", "--home", str(home.folder)]
    process = subprocess.Popen(argv, stderr=subprocess.PIPE)
    full = Server(home, process)
    try:
        wait_until(home.connection_file.exists, "it listens", 60)
        with full.connect() as client:
            for _ in range(60):
                dream_once(client, photo)
        assert home.server_log.stat().st_size <= 4000
    finally:
        process.terminate()
        assert process.stderr is not None
        said = process.stderr.read()
        process.wait(30)
        process.stderr.close()
    assert process.returncode == 0
    assert b"Traceback" not in said
