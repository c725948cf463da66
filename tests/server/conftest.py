"""Raw clients of the server that the tests share, and servers of a test's own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bridgeclient import find
from bridgeclient.connection import Connection
from dreambridge.paths import locate
from raw_client import RawClient
from servers import Server, wait_until


@pytest.fixture
def raw_client(connection: Connection) -> Iterator[Callable[..., RawClient]]:
    """Make a raw client of the shared server; keyword arguments replace connection entries."""
    clients: list[RawClient] = []

    def make(**changes: str) -> RawClient:
        clients.append(RawClient(replace(connection, **changes)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def raw(raw_client: Callable[..., RawClient]) -> RawClient:
    return raw_client()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a server of the test's own, with a command of its own if need be."""
    started: list[Server] = []

    def start(*command: str) -> Server:
        home = locate(tmp_path / "home")
        words = command or (sys.executable, "-m", "dreambridge")
        process = subprocess.Popen(
            [*words, "serve", "--home", str(home.folder)], stderr=subprocess.DEVNULL
        )
        started.append(server := Server(home, process))
        wait_until(home.connection_file.exists, "it listens", 60)
        return server

    yield start
    for server in started:
        server.process.kill()
        server.process.wait()
        if client := find(server.installation, name="test", warm=False):  # another in its place
            with client:
                client.shutdown()
