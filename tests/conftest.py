"""Shared by all tests: the engine with its real weights, a real running server, real photographs.

Nothing here touches the user's own folders or servers: `DREAMBRIDGE_HOME` points elsewhere from the
first test to the last.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest
from PIL import Image
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from bridgeclient import BridgeClient, connect, find
from bridgeclient.connection import Connection
from dreambridge.arrays import Array
from dreambridge.paths import VARIABLE, Paths, locate
from dreamcore.waiting import with_short_waits
from servers import Server, installation, wait_until

if TYPE_CHECKING:
    from dreamcore import Dreamer


os.environ.update(with_short_waits(os.environ))  # for the engine in the tests' own process


def load_photo(name: str = "coffee.png") -> Array:
    """A bundled photograph, H × W × 3 uint8."""
    with Image.open(str(files("dreamcore") / "data" / "photos" / name)) as picture:
        return np.array(picture.convert("RGB"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak", action="store_true", help="run tests/reliability at full length (make soak)"
    )


class BesideTheEditors(LoadScopeScheduling):
    """One process for the tests in editors, which mostly wait, and one for all others."""

    def _split_scope(self, nodeid: str) -> str:
        return "editors" if nodeid.startswith("tests/hosts/") else "all others"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BesideTheEditors:
    return BesideTheEditors(config, log)


@pytest.fixture(scope="session", autouse=True)
def _private_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(tmp_path_factory.mktemp("home") / "dreambridge")
    yield
    os.environ.pop(VARIABLE)
    if before is not None:
        os.environ[VARIABLE] = before


@pytest.fixture(scope="session")
def dreamer() -> Dreamer:
    """The engine, warm, with the bundled weights."""
    from dreamcore import Dreamer

    return Dreamer()


@pytest.fixture(scope="session")
def photo() -> Array:
    """A small piece of a photograph, 72 × 96 × 3 uint8: a dream of it takes a moment."""
    return np.ascontiguousarray(load_photo()[120:192, 200:296])


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start a server with these options; it is stopped at the end of the tests."""
    servers: list[Server] = []

    def start(*options: str, home: Paths | None = None) -> Server:
        home = home or locate(tmp_path_factory.mktemp("server") / "home")
        command = [sys.executable, "-m", "dreambridge", "serve", "--home", str(home.folder)]
        process = subprocess.Popen([*command, *options], stderr=subprocess.PIPE)
        servers.append(server := Server(home, process))
        wait_until(
            lambda: home.connection_file.exists() or process.poll() is not None, "it listens", 30
        )
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        return server

    yield start
    for server in servers:
        if server.process.stderr:
            server.process.stderr.close()
        server.process.terminate()
        server.process.wait(30)


@pytest.fixture(scope="session")
def server(serve: Callable[..., Server]) -> Server:
    """The server that tests share; they leave it running, warm or becoming warm, without jobs."""
    return serve("--idle-timeout", "600")  # whatever the tests do in between for so many minutes


@pytest.fixture
def connection(server: Server) -> Connection:
    """What a client needs to reach the shared server."""
    return server.connection


@pytest.fixture
def client(server: Server) -> Iterator[BridgeClient]:
    """A client of the shared server."""
    with server.connect() as client:
        yield client


@pytest.fixture
def auto_start(tmp_path: Path) -> Iterator[Callable[[], BridgeClient]]:
    """Connect as a plug-in does, to a home where no server ever ran; started ones are stopped."""
    home = locate(tmp_path / "cold")
    bridge = installation(home)
    yield lambda: connect(bridge, name="test")
    if last := find(bridge, name="test", warm=False):
        with last:
            last.shutdown()
    for process in psutil.process_iter(["cmdline"]):  # a rival that came too late to lose
        if str(home.folder) in (process.info["cmdline"] or ()):
            process.terminate()
            process.wait(30)
