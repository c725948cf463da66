"""The courier's thread outlives whatever goes wrong with a dream, and knows how the server is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridgeclient import BridgeError, ImageFrame, Installation, Result, Status
from dreambridge import __version__
from dreambridge.arrays import Array, to_frame
from dreamkrita.courier import Courier, Ended, Errand, News, Post, Request, Seen
from dreamkrita.sentences import NotInstalled, Refused
from servers import PATIENCE_S, Server

SETTINGS = {"layers": {"relu2_2": 1.0}, "iterations": 1, "octaves": 1}


class Desk:
    """A courier and what it brings."""

    def __init__(self, bridge_json: Path) -> None:
        self._woken = threading.Event()
        self.courier = Courier(bridge_json, self._woken.set)
        self._arrived: list[Post] = []

    def wait(self, wanted: Callable[[Post], bool]) -> Post:
        """The first post that is wanted."""
        while True:
            self._arrived += self.courier.posts()
            for post in self._arrived:
                if wanted(post):
                    self._arrived.remove(post)
                    return post
            assert self._woken.wait(PATIENCE_S), self._arrived
            self._woken.clear()

    def state(self) -> Status | BridgeError | None:
        self.courier.look()
        post = self.wait(lambda post: isinstance(post, Seen))
        assert isinstance(post, Seen)
        return post.state

    def dream(self, number: int, image: ImageFrame, unpack: Callable[[Any], Any]) -> Post:
        """The last post about a dream."""
        request = Request(image, SETTINGS)
        self.courier.dream(Errand(number, lambda: request, unpack, lambda: False))
        return self.wait(_is_last)


def _is_last(post: Post) -> bool:
    return isinstance(post, Ended) or (isinstance(post, News) and isinstance(post.event, Result))


@pytest.fixture
def desk_of(tmp_path: Path) -> Iterator[Callable[[Installation | None], Desk]]:
    """Make a courier of an installation; None where nothing is installed."""
    desks: list[Desk] = []

    def make(installation: Installation | None) -> Desk:
        bridge_json = tmp_path / "bridge.json"
        if installation is not None:
            installation.write(bridge_json)
        desks.append(desk := Desk(bridge_json))
        return desk

    yield make
    for desk in desks:
        desk.courier.close()


def broken(_event: object) -> Any:
    raise ValueError("no such pixels")


def test_an_odd_error_ends_its_dream_and_no_other(
    desk_of: Callable[[Installation], Desk], server: Server, photo: Array
) -> None:
    desk = desk_of(server.installation)
    post = desk.dream(1, to_frame(photo), broken)
    assert isinstance(post, Ended)
    assert isinstance(post.error, Refused)
    assert "ValueError: no such pixels" in str(post.error)
    assert "dreambridge doctor" in str(post.error)
    post = desk.dream(2, to_frame(photo), lambda event: event.image.width)
    assert isinstance(post, News)
    assert post.picture == photo.shape[1]
    assert isinstance(desk.state(), Status)


def test_a_server_that_cannot_be_started_is_not_said_to_be_asleep(
    desk_of: Callable[[Installation], Desk], tmp_path: Path, photo: Array
) -> None:
    broken_python = tmp_path / "python"
    broken_python.write_text("#!/bin/sh\nexit 3\n")
    broken_python.chmod(0o755)
    home = tmp_path / "home" / "connection.json"
    desk = desk_of(Installation(str(broken_python), home, __version__))
    assert desk.state() is None
    post = desk.dream(1, to_frame(photo), broken)
    assert isinstance(post, Ended)
    state = desk.state()
    assert state is post.error
    assert isinstance(state, BridgeError)
    assert state.code == "server.start_failed"
    assert not isinstance(state, NotInstalled)


def test_what_is_not_installed_is_called_so(
    desk_of: Callable[[Installation | None], Desk], tmp_path: Path
) -> None:
    assert isinstance(desk_of(None).state(), NotInstalled)
    gone = Installation(str(tmp_path / "gone"), tmp_path / "home" / "connection.json", __version__)
    assert isinstance(desk_of(gone).state(), NotInstalled)


def test_a_server_of_another_version_is_told(
    desk_of: Callable[[Installation], Desk], server: Server
) -> None:
    desk = desk_of(Installation(sys.executable, server.home.connection_file, "0.0.1"))
    state = desk.state()
    assert isinstance(state, BridgeError)
    assert state.code == "server.version"
    assert __version__ in str(state)


def test_an_idle_server_of_an_older_version_is_no_trouble(
    desk_of: Callable[[Installation], Desk], server: Server
) -> None:
    """The next dream replaces it."""
    desk = desk_of(Installation(sys.executable, server.home.connection_file, "99.0.0"))
    assert isinstance(desk.state(), Status)
