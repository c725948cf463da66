"""The bridge thread outlives whatever goes wrong with a dream, and knows how the server is."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridgeclient import (
    BridgeError,
    Cancelled,
    DreamRequest,
    ImageFrame,
    Installation,
    Result,
    Status,
)
from dreambridge import __version__
from dreambridge.arrays import Array, to_frame
from dreamkrita.bridge.bridge_thread import (
    BridgeThread,
    JobEnded,
    JobUpdate,
    ServerStatus,
    Task,
    ThreadMessage,
)
from dreamkrita.errors import NotInstalled, UserError
from servers import PATIENCE_S, Server

SETTINGS = {"layers": {"relu2_2": 1.0}, "iterations": 1, "octaves": 1}


class Waiting:
    """A bridge_thread and what it brings."""

    def __init__(self, bridge_json: Path) -> None:
        self._woken = threading.Event()
        self.bridge_thread = BridgeThread(bridge_json, self._woken.set)
        self._arrived: list[ThreadMessage] = []

    def wait(self, wanted: Callable[[ThreadMessage], bool]) -> ThreadMessage:
        """The first message that is wanted."""
        while True:
            self._arrived += self.bridge_thread.messages()
            for message in self._arrived:
                if wanted(message):
                    self._arrived.remove(message)
                    return message
            assert self._woken.wait(PATIENCE_S), self._arrived
            self._woken.clear()

    def state(self) -> Status | BridgeError | None:
        self.bridge_thread.check_server()
        message = self.wait(lambda message: isinstance(message, ServerStatus))
        assert isinstance(message, ServerStatus)
        return message.state

    def dream(self, number: int, image: ImageFrame, unpack: Callable[[Any], Any]) -> ThreadMessage:
        """The last message about a dream."""
        request = DreamRequest.still(image, SETTINGS)
        self.bridge_thread.fetch(Task(number, lambda: request, unpack, lambda: False))
        return self.wait(_is_last)


def _is_last(message: ThreadMessage) -> bool:
    return isinstance(message, JobEnded) or (
        isinstance(message, JobUpdate) and isinstance(message.event, Result)
    )


@pytest.fixture
def thread_of(tmp_path: Path) -> Iterator[Callable[[Installation | None], Waiting]]:
    """Make a bridge_thread of an installation; None where nothing is installed."""
    threads: list[Waiting] = []

    def make(installation: Installation | None) -> Waiting:
        bridge_json = tmp_path / "bridge.json"
        if installation is not None:
            installation.write(bridge_json)
        threads.append(thread := Waiting(bridge_json))
        return thread

    yield make
    for thread in threads:
        thread.bridge_thread.close()


def broken(_event: object) -> Any:
    raise ValueError("no such pixels")


def test_an_odd_error_ends_its_dream_and_no_other(
    thread_of: Callable[[Installation], Waiting], server: Server, photo: Array
) -> None:
    thread = thread_of(server.installation)
    message = thread.dream(1, to_frame(photo), broken)
    assert isinstance(message, JobEnded)
    assert isinstance(message.error, UserError)
    assert "ValueError: no such pixels" in str(message.error)
    assert "dreambridge doctor" in str(message.error)
    message = thread.dream(2, to_frame(photo), lambda event: event.image.width)
    assert isinstance(message, JobUpdate)
    assert message.picture == photo.shape[1]
    assert isinstance(thread.state(), Status)


def test_a_server_that_cannot_be_started_is_not_said_to_be_asleep(
    thread_of: Callable[[Installation], Waiting], tmp_path: Path, photo: Array
) -> None:
    broken_python = tmp_path / "python"
    broken_python.write_text("#!/bin/sh\nexit 3\n")
    broken_python.chmod(0o755)
    home = tmp_path / "home" / "connection.json"
    thread = thread_of(Installation(str(broken_python), home, __version__))
    assert thread.state() is None
    message = thread.dream(1, to_frame(photo), broken)
    assert isinstance(message, JobEnded)
    state = thread.state()
    assert state is message.error
    assert isinstance(state, BridgeError)
    assert state.code == "server.start_failed"
    assert not isinstance(state, NotInstalled)


def test_cancel_ends_the_wait_for_a_server_that_does_not_come(
    thread_of: Callable[[Installation], Waiting], tmp_path: Path, photo: Array
) -> None:
    silent = tmp_path / "python"
    pid = tmp_path / "pid"
    silent.write_text(f"#!/bin/sh\necho $$ > {pid}.new\nmv {pid}.new {pid}\nexec sleep 600\n")
    silent.chmod(0o755)
    home = tmp_path / "home" / "connection.json"
    thread = thread_of(Installation(str(silent), home, __version__))
    request = DreamRequest.still(to_frame(photo), SETTINGS)
    thread.bridge_thread.fetch(Task(1, lambda: request, broken, lambda: False))
    deadline = time.monotonic() + PATIENCE_S
    while not pid.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        thread.bridge_thread.cancel(1)
        message = thread.wait(_is_last)
    finally:
        os.kill(int(pid.read_text()), signal.SIGKILL)
    assert isinstance(message, JobEnded)
    assert isinstance(message.error, Cancelled)


def test_what_is_not_installed_is_called_so(
    thread_of: Callable[[Installation | None], Waiting], tmp_path: Path
) -> None:
    assert isinstance(thread_of(None).state(), NotInstalled)
    gone = Installation(str(tmp_path / "gone"), tmp_path / "home" / "connection.json", __version__)
    assert isinstance(thread_of(gone).state(), NotInstalled)


def test_a_server_of_another_version_is_told(
    thread_of: Callable[[Installation], Waiting], server: Server
) -> None:
    thread = thread_of(Installation(sys.executable, server.home.connection_file, "0.0.1"))
    state = thread.state()
    assert isinstance(state, BridgeError)
    assert state.code == "server.version"
    assert __version__ in str(state)


def test_an_idle_server_of_an_older_version_is_no_trouble(
    thread_of: Callable[[Installation], Waiting], server: Server
) -> None:
    """The next dream replaces it."""
    thread = thread_of(Installation(sys.executable, server.home.connection_file, "99.0.0"))
    assert isinstance(thread.state(), Status)


def test_leaving_waits_for_the_end_of_what_was_cancelled(
    thread_of: Callable[[Installation], Waiting], server: Server, photo: Array
) -> None:
    thread = thread_of(server.installation)
    request = DreamRequest.still(to_frame(photo), SETTINGS | {"iterations": 200})
    thread.bridge_thread.fetch(Task(1, lambda: request, broken, lambda: False))
    thread.wait(lambda message: isinstance(message, JobUpdate))
    thread.bridge_thread.cancel(1)
    thread.bridge_thread.leave()
    message = thread.wait(_is_last)
    assert isinstance(message, JobEnded)
    assert isinstance(message.error, Cancelled)


def test_a_task_that_wakes_nobody_starts_no_server(
    thread_of: Callable[[Installation], Waiting], tmp_path: Path, photo: Array
) -> None:
    home = tmp_path / "home" / "connection.json"
    thread = thread_of(Installation(sys.executable, home, __version__))
    request = DreamRequest.still(to_frame(photo), SETTINGS)
    thread.bridge_thread.fetch(Task(1, lambda: request, broken, lambda: False, wakes=False))
    message = thread.wait(_is_last)
    assert isinstance(message, JobEnded)
    assert isinstance(message.error, BridgeError)
    assert message.error.code == "server.unreachable"
    assert thread.state() is None
