"""A server that holds the lock and can't be reached, or is looked for in vain."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from bridgeclient import (
    ServerError,
    connect,
    discovery,
)
from bridgeclient.lock import find_holder
from dreambridge.arrays import Array
from dreambridge.cli import main
from dreambridge.paths import VARIABLE, Paths, locate
from servers import Server, installation, wait_until

posix = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
ENDLESS = {"octaves": 1, "iterations": 1000}

IMPATIENT = """
from bridgeclient import discovery
discovery._WELCOME_S = discovery._SILENCE_S = 0.5
from dreambridge.cli import main
main()
"""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For servers that won't answer, so that it takes no longer to find out than it must."""
    monkeypatch.setattr(discovery, "_WELCOME_S", 0.5)
    monkeypatch.setattr(discovery, "_SILENCE_S", 0.5)


def run(home: Paths, command: str, *options: str) -> Result:
    return CliRunner().invoke(main, [command, "--home", str(home.folder), *options])


def welcomed(server: Server) -> str:
    with server.connect() as client:
        return client.welcome.server


@pytest.mark.parametrize("damage", ["gone", "half", "garbage", "empty", "of another server"])
def test_a_live_server_writes_its_connection_file_again(
    own: Callable[..., Server], damage: str
) -> None:
    server = own()
    path, whole = server.home.connection_file, server.home.connection_file.read_bytes()
    who = welcomed(server)
    wrong = {
        "half": whole[: len(whole) // 2],
        "garbage": b"\xff\x00" * 99,
        "empty": b"",
        "of another server": whole.replace(b"tcp://127.0.0.1:", b"tcp://127.0.0.1:1"),
    }
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(wrong[damage])
    with connect(server.installation, name="test") as client:
        assert client.welcome.server == who
    assert path.read_bytes() == whole
    assert path.stat().st_mode & 0o077 == 0


def test_a_server_whose_folder_was_removed_ends_and_another_takes_its_place(
    own: Callable[..., Server],
) -> None:
    server = own()
    shutil.rmtree(server.home.folder)
    assert server.process.wait(30) == 0
    with connect(server.installation, name="test") as client:
        assert client.status().pid != server.process.pid


@posix
@pytest.mark.usefixtures("impatient")
def test_a_suspended_server_is_named_by_all_who_look_for_it(
    own: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, photo: Array
) -> None:
    server = own()
    pid = str(server.process.pid)
    server.process.send_signal(signal.SIGSTOP)
    told = run(server.home, "status")
    assert told.exit_code == 1
    assert f"process {pid}" in told.output
    assert "it is suspended" in told.output
    assert f"kill -CONT {pid}" in told.output
    assert "stop --force" in told.output
    facts = json.loads(run(server.home, "status", "--json").stdout)
    assert (facts["running"], facts["reachable"], facts["pid"]) == (True, False, int(pid))
    refused = run(server.home, "stop")
    assert refused.exit_code == 1
    assert f"process {pid}" in refused.stderr
    assert "dreambridge stop --force" in refused.stderr
    with pytest.raises(ServerError, match=f"process {pid}") as caught:
        connect(server.installation, name="test")
    assert (caught.value.code, caught.value.retryable) == ("server.unreachable", False)
    assert "dreambridge stop --force" in caught.value.hint
    picture = Path(tmp_path / "in.png")
    Image.fromarray(photo).save(picture)
    monkeypatch.setenv(VARIABLE, str(server.home.folder))
    failed = CliRunner().invoke(main, ["dream", str(picture), str(tmp_path / "out.png")])
    assert failed.exit_code == 1
    assert f"process {pid}" in failed.stderr
    assert "dreambridge stop --force" in failed.stderr
    server.process.send_signal(signal.SIGCONT)
    monkeypatch.undo()
    assert run(server.home, "status").exit_code == 0


@posix
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("deleted", [False, True])
def test_stop_with_force_ends_a_suspended_server_and_its_worker(
    own: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, deleted: bool
) -> None:
    server = own()
    with server.connect() as client:
        wait_until(lambda: client.status().worker == "warm", "the engine is warm")
    workers = server.workers()
    assert workers
    server.process.send_signal(signal.SIGSTOP)
    if deleted:
        server.home.connection_file.unlink()
    done = run(server.home, "stop", "--force")
    assert (done.exit_code, done.output) == (0, "The server has stopped.\n")
    assert server.process.wait(30) == 0  # in order: it could still say goodbye
    assert find_holder(server.home.lock_file) is None
    assert not [worker for worker in workers if worker.is_running()]
    monkeypatch.undo()
    with connect(server.installation, name="test") as client:
        assert client.status().pid != server.process.pid


@posix
def test_stop_in_a_terminal_asks_first(own: Callable[..., Server]) -> None:
    server = own()
    server.process.send_signal(signal.SIGSTOP)
    assert "Aborted" in _stop_in_terminal(server.home, b"n\n")
    assert find_holder(server.home.lock_file) is not None
    said = _stop_in_terminal(server.home, b"y\n")
    assert f"process {server.process.pid}" in said
    assert "it is suspended" in said
    assert "End it? [y/N]" in said
    assert server.process.wait(30) == 0


def _stop_in_terminal(home: Paths, answer: bytes) -> str:
    """What `dreambridge stop` says on a terminal on which this is typed."""
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    command = [sys.executable, "-c", IMPATIENT, "stop", "--home", str(home.folder)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    try:
        while chunk := os.read(ours, 4096):
            said += chunk
    except OSError:  # how a terminal ends
        pass
    os.close(ours)
    process.wait(60)
    return said.decode()


@pytest.mark.usefixtures("impatient")
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="a network namespace is made by bwrap")
def test_a_server_in_another_network_namespace_is_named_and_ended(
    own: Callable[..., Server],
) -> None:
    bwrap = ["bwrap", "--dev-bind", "/", "/", "--unshare-net"]
    server = own(*bwrap, sys.executable, "-m", "dreambridge")
    holder = find_holder(server.home.lock_file)
    assert holder is not None
    told = run(server.home, "status")
    assert told.exit_code == 1
    assert f"process {holder.pid}" in told.output
    assert "another network namespace" in told.output
    with pytest.raises(ServerError, match=f"process {holder.pid}"):
        connect(server.installation, name="test")
    assert run(server.home, "stop", "--force").exit_code == 0
    assert server.process.wait(30) == 0


@posix
@pytest.mark.usefixtures("impatient")
def test_no_process_is_ended_on_the_word_of_a_wrong_lock_file(own: Callable[..., Server]) -> None:
    """As when the server runs in a container, where it has a number that is another's here."""
    server = own()
    innocent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        server.process.send_signal(signal.SIGSTOP)
        facts = json.loads(server.home.lock_file.read_bytes())
        server.home.lock_file.write_text(json.dumps({**facts, "pid": innocent.pid, "started": 0}))
        done = run(server.home, "stop", "--force")
        assert done.exit_code == 1
        assert f"process {innocent.pid}) can't be seen from here" in done.stderr
        assert innocent.poll() is None
    finally:
        innocent.communicate(b"\n")


def test_another_serve_names_the_one_that_runs(server: Server) -> None:
    command = [sys.executable, "-m", "dreambridge", "serve", "--home", str(server.home.folder)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 0
    assert f"(process {server.process.pid})" in second.stderr


def test_looking_for_the_holder_keeps_no_server_from_starting(tmp_path: Path) -> None:
    home, done = locate(tmp_path / "home"), threading.Event()

    def look() -> None:
        while not done.is_set():
            find_holder(home.lock_file)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        with connect(installation(home), name="test") as client:
            assert find_holder(home.lock_file) is not None
            client.shutdown()
    finally:
        done.set()
        looking.join()
