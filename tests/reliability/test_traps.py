"""Links, open folders and swaps laid as traps where the bridge keeps its keys."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bridgeclient import AuthError, connect
from bridgeclient.private import make_private_folder, read_private, write_private
from dreambridge.arrays import Array
from dreambridge.paths import Paths, locate
from reliability.conftest import dream_once
from servers import Server, installation, wait_until


def refusal(home: Paths) -> AuthError:
    with pytest.raises(AuthError) as caught:
        connect(installation(home), name="test")
    assert caught.value.code == "auth.unsafe_file"
    return caught.value


def serve_once(home: Paths) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "dreambridge", "serve", "--home", str(home.folder)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", ["home", "logs", "keys.json", "logs/server.log"])
def test_a_link_laid_as_a_trap_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is written to, or read from, where it leads."""
    home, prey = locate(tmp_path / "home"), tmp_path / "prey"
    trap = home.folder if name == "home" else home.folder / name
    trap.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if "." in name:
        prey.write_text("precious")
    else:
        prey.mkdir()
    trap.symlink_to(prey)
    done = serve_once(home)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr, done.stderr
    assert str(trap) in done.stderr
    assert prey.read_text() == "precious" if prey.is_file() else list(prey.iterdir()) == []


def test_a_folder_where_everyone_may_write_is_no_place_for_keys(tmp_path: Path) -> None:
    """Another user could put a folder of his own in our place; /tmp's sticky bit forbids that."""
    common = tmp_path / "common"
    common.mkdir()
    common.chmod(0o777)
    home = locate(common / "home")
    assert str(common) in refusal(home).message
    assert serve_once(home).returncode == 1
    assert not home.folder.exists()
    common.chmod(0o1777)
    make_private_folder(home.folder)
    write_private(home.folder / "x", b"1")
    assert read_private(home.folder / "x") == b"1"


def test_open_permissions_are_repaired_or_refused_at_each_start(
    own_server: Callable[..., Server], photo: Array
) -> None:
    server = own_server()
    home = server.home
    with server.connect() as client:
        dream_once(client, photo)
        client.shutdown()
    server.process.wait(30)
    for path in (home.folder, home.logs):
        path.chmod(0o755)
    for file in (home.server_log, home.logs / "worker-1.out"):
        file.chmod(0o644)
    assert str(home.folder) in refusal(home).message
    again = subprocess.Popen(
        [sys.executable, "-m", "dreambridge", "serve", "--home", str(home.folder)]
    )
    wait_until(home.connection_file.exists, "it listens", 60)
    with Server(home, again).connect() as client:
        dream_once(client, photo)
        assert private_files(home)
        for path in (home.folder, home.logs, *private_files(home)):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        client.shutdown()
    again.wait(30)
    home.keys_file.chmod(0o644)  # who knows who has read it
    done = serve_once(home)
    assert done.returncode == 1
    assert str(home.keys_file) in done.stderr


def private_files(home: Paths) -> list[Path]:
    return [path for path in home.folder.rglob("*") if path.is_file()]


def test_the_folder_can_not_be_swapped_between_check_and_use(tmp_path: Path) -> None:
    """Someone changes the file into a link and back all the time; what is read is never his."""
    folder, prey = tmp_path / "home", tmp_path / "prey"
    make_private_folder(folder)
    path, over = folder / "connection.json", threading.Event()
    prey.write_text("foreign")
    prey.chmod(0o644)
    write_private(path, b"mine")

    def swap() -> None:
        while not over.is_set():
            os.symlink(prey, folder / "link")
            os.replace(folder / "link", path)
            write_private(path, b"mine")

    thread = threading.Thread(target=swap)
    thread.start()
    refused = 0
    try:
        for _ in range(3000):
            try:
                assert read_private(path) == b"mine"
            except AuthError:
                refused += 1
    finally:
        over.set()
        thread.join()
    assert prey.read_text() == "foreign"
    assert refused > 0
