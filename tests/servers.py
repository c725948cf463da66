"""Real servers for tests, and waiting for what they do."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from bridgeclient import BridgeClient, Installation, find
from bridgeclient.connection import Connection, read_connection
from dreambridge import __version__
from dreambridge.paths import Paths

PATIENCE_S = 90.0
"""For what takes seconds on an idle machine."""


def installation(home: Paths) -> Installation:
    """The bridge of these tests, with its files in `home`."""
    return Installation(sys.executable, home.connection_file, __version__)


@dataclass
class Server:
    """A real `dreambridge serve` with a home of its own."""

    home: Paths
    process: subprocess.Popen[bytes]

    @property
    def installation(self) -> Installation:
        return installation(self.home)

    @property
    def connection(self) -> Connection:
        found = read_connection(self.home.connection_file)
        assert found is not None
        return found

    def connect(self, name: str = "test") -> BridgeClient:
        client = find(self.installation, name=name)
        assert client is not None, self.home.server_log.read_text()
        return client

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def wait_until(condition: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {patience_s} s in vain until {what}"
        time.sleep(0.02)
