"""Other users of the machine, wrong and replayed keys, traps in the data folder."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import psutil
import pytest

from bridgeclient import BridgeClient
from bridgeclient.connection import Connection
from bridgeclient.protocol import FROM_CLIENT
from bridgeclient.transport.zeromq import ZmqTransport
from dreambridge import __version__
from dreambridge.arrays import Array
from dreambridge.paths import locate
from dreamcore.settings import DreamSettings
from reliability.conftest import dream_once
from servers import Server, wait_until

needs_root = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="acting as another user needs root"
)


BECOME_NOBODY = """
import os, pwd, signal, sys, zmq, bridgeclient.codec
account = pwd.getpwnam("nobody")
os.setgroups([])
os.setresgid(*[account.pw_gid] * 3)
os.setresuid(*[account.pw_uid] * 3)
"""


def as_nobody(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python code as the system's real account `nobody`, from which there is no way back."""
    argv = [sys.executable, "-c", BECOME_NOBODY + code, *arguments]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd="/")


ATTACK = r"""
folder, pid = sys.argv[1], int(sys.argv[2])
def attempt(name, act):
    try:
        print(name, "worked", act())
    except OSError as error:
        print(name, "failed", type(error).__name__)
attempt("list", lambda: os.listdir(folder))
logs = ("logs/server.log", "logs/worker-1.log", "logs/worker-1.out")
for file in ("connection.json", "keys.json", "server.lock", *logs):
    attempt("read", lambda: open(os.path.join(folder, file)).read())
attempt("write", lambda: open(os.path.join(folder, "connection.json"), "w"))
attempt("remove", lambda: os.unlink(os.path.join(folder, "connection.json")))
attempt("rename", lambda: os.rename(folder, folder + "-mine"))
attempt("stop", lambda: os.kill(pid, signal.SIGTERM))
attempt("look", lambda: open(f"/proc/{pid}/environ").read())
attempt("memory", lambda: open(f"/proc/{pid}/mem", "rb"))
"""

KNOCK = r"""
from bridgeclient.codec import encode
public, secret = zmq.curve_keypair()
socket = zmq.Context().socket(zmq.DEALER)
socket.linger = 0
socket.curve_serverkey = sys.argv[2].encode()
socket.curve_publickey, socket.curve_secretkey = public, secret
socket.connect(sys.argv[1])
socket.send_multipart(encode("shutdown"))
print("answered" if socket.poll(1500) else "nothing")
"""


@pytest.fixture
def reachable(own_server: Callable[..., Server], tmp_path: Path) -> Iterator[Server]:
    """A server whose folder lies where another user could enter, if its own mode let him."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o711)
    home = locate(tmp_path / "home")
    argv = [sys.executable, "-m", "dreambridge", "serve", "--home", str(home.folder)]
    process = subprocess.Popen(argv)
    wait_until(home.connection_file.exists, "it listens", 60)
    yield Server(home, process)
    process.terminate()
    process.wait(30)


@needs_root
def test_another_user_gets_nowhere(reachable: Server, photo: Array) -> None:
    with reachable.connect() as client:
        dream_once(client, photo)
        done = as_nobody(ATTACK, str(reachable.home.folder), str(reachable.process.pid))
        assert done.returncode == 0, done.stderr
        attempts = done.stdout.splitlines()
        assert len(attempts) == 13
        assert [line for line in attempts if "worked" in line] == []
        dream_once(client, photo)


@needs_root
def test_another_user_who_knows_the_public_key_is_not_let_in(reachable: Server) -> None:
    """The server's public key is no secret; without the client's key it opens nothing."""
    connection = reachable.connection
    knock = as_nobody(KNOCK, connection.endpoint, connection.server_public)
    assert knock.stdout.strip() == "nothing", knock.stderr
    with reachable.connect() as client:
        assert client.status().pid == reachable.process.pid


def test_a_recorded_conversation_can_not_be_replayed(server: Server, photo: Array) -> None:
    """Whoever recorded every byte of a client and sends them again is not answered."""
    connection = server.connection
    host, port = connection.endpoint.removeprefix("tcp://").split(":")
    recorded = bytearray()
    with _Recorder((host, int(port)), recorded) as endpoint:
        tapped = Connection(**{**vars(connection), "endpoint": endpoint})
        with BridgeClient(ZmqTransport(tapped), name="recorded", version=__version__) as client:
            dream_once(client, photo)
    assert len(recorded) > photo.nbytes
    log = server.home.server_log
    hellos = log.read_text().count("hello from 'recorded'")
    jobs = log.read_text().count("taken in")
    heard = bytearray()
    with socket.create_connection((host, int(port)), timeout=10) as replay:
        replay.settimeout(6)
        try:
            replay.sendall(recorded)
            while chunk := replay.recv(65536):
                heard += chunk
        except (ConnectionError, TimeoutError):
            pass
    assert len(heard) < 400  # a greeting and the beginning of a handshake that can't be finished
    assert log.read_text().count("hello from 'recorded'") == hellos
    assert log.read_text().count("taken in") == jobs


class _Recorder:
    """A TCP proxy for one connection that keeps what the client says."""

    def __init__(self, target: tuple[str, int], recorded: bytearray) -> None:
        self._target, self._recorded = target, recorded
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> str:
        self._start(self._accept)
        return f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    def _start(self, act: Callable[..., None], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=act, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.create_connection(self._target)
        self._start(self._carry, server, client, bytearray())
        self._carry(client, server, self._recorded)

    def _carry(self, source: socket.socket, sink: socket.socket, kept: bytearray) -> None:
        with source, sink:
            try:
                while chunk := source.recv(65536):
                    kept += chunk
                    sink.sendall(chunk)
            except OSError:
                return

    def __exit__(self, *_: object) -> None:
        for thread in list(self._threads):
            thread.join(10)
        self._listener.close()


# what the wire can't say


def test_no_message_names_a_file() -> None:
    """Settings and fields have no path, name of weights or command; and unknown ones do nothing."""
    names = {spec.name for spec in fields(DreamSettings)}
    names |= {name for spec in FROM_CLIENT.values() for name in spec.fields}
    assert not [name for name in names if re.search("path|file|dir|weights|url|command", name)]


def test_listening_beyond_this_machine_needs_the_flag_and_warns(tmp_path: Path) -> None:
    home = locate(tmp_path / "home")
    argv = [sys.executable, "-m", "dreambridge", "serve", "--home", str(home.folder)]
    process = subprocess.Popen([*argv, "--listen", "0.0.0.0"], stderr=subprocess.PIPE, text=True)
    try:
        wait_until(home.connection_file.exists, "it listens", 60)
        assert _listening_on(process.pid) == {"0.0.0.0"}
    finally:
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert "whoever has this server's connection.json can use it" in said


def test_by_default_only_this_machine_is_listened_to(server: Server) -> None:
    assert _listening_on(server.process.pid) == {"127.0.0.1"}


def _listening_on(pid: int) -> set[str]:
    sockets = psutil.Process(pid).net_connections("tcp")
    return {one.laddr.ip for one in sockets if one.status == psutil.CONN_LISTEN}
