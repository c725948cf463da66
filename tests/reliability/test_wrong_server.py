"""A client of a server that answers wrongly raises its own errors, in time, and never hangs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bridgeclient import (
    BridgeClient,
    BridgeError,
    DreamRequest,
    Failed,
    ProtocolError,
    Result,
    ServerError,
    find,
)
from bridgeclient import expected as expected_module
from bridgeclient.protocol import SILENCE_S
from dreambridge.arrays import Array, to_frame
from dreambridge.paths import locate
from reliability.wrong import wrong_server
from reliability.wrong_server import BEHAVIOURS
from servers import installation

MALFORMED = [
    "truncated result",
    "result too wide",
    "result too small",
    "result of another type",
    "result of other channels",
    "huge preview",
    "progress beyond the end",
    "another version",
    "garbage",
    "an unknown message",
]
PATIENT = {"never answers", "accepts and then nothing", "things about other jobs"}


@pytest.mark.parametrize("behaviour", [b for b in BEHAVIOURS if b not in PATIENT])
def test_what_is_wrong_is_an_error_of_the_bridge_at_once(
    tmp_path: Path, photo: Array, behaviour: str
) -> None:
    home = locate(tmp_path / "home")
    with wrong_server(home, behaviour):
        client = find(installation(home), name="test")
        assert client is not None
        with client:
            started = time.monotonic()
            job = client.submit(DreamRequest.still(to_frame(photo), {}, preview_side=100))
            if behaviour == "everything in the wrong order":
                *_, last = client.events(job)
                assert isinstance(last, Result)  # once, and nothing after it
                assert client.receive() is None
                return
            with pytest.raises(BridgeError) as caught:
                list(client.events(job))
            assert time.monotonic() - started < SILENCE_S / 2
    if behaviour in MALFORMED:
        assert isinstance(caught.value, ProtocolError)
        assert caught.value.hint
    elif behaviour == "leaves in the middle":
        assert caught.value.code == "server.lost"


def test_a_server_that_never_answers_is_given_up(tmp_path: Path, photo: Array) -> None:
    home = locate(tmp_path / "home")
    with wrong_server(home, "never answers"):
        client = find(installation(home), name="test")
        assert client is not None
        with client:
            started = time.monotonic()
            with pytest.raises(ServerError) as caught:
                list(client.events(client.submit(DreamRequest.still(to_frame(photo), {}))))
            assert caught.value.code == "server.lost"
            assert SILENCE_S - 1 < time.monotonic() - started < SILENCE_S + 3


def test_a_server_that_never_greets_is_no_server(tmp_path: Path) -> None:
    home = locate(tmp_path / "home")
    with wrong_server(home, "never greets"):
        started = time.monotonic()
        assert find(installation(home), name="test") is None
        assert time.monotonic() - started < SILENCE_S


def listen(client: BridgeClient) -> None:
    """As a GUI does, for as long as there is nothing wrong."""
    while not isinstance(client.receive(), Failed):
        time.sleep(0.02)


@pytest.mark.parametrize("behaviour", ["accepts and then nothing", "things about other jobs"])
def test_a_server_that_never_ends_a_job_can_be_left(
    tmp_path: Path, photo: Array, behaviour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers pings, so it may be at work; a cancel that it ignores is what gives it away."""
    monkeypatch.setattr("bridgeclient.client.CANCEL_S", 2.0)
    assert expected_module.CANCEL_S > 2 * 10
    home = locate(tmp_path / "home")
    with wrong_server(home, behaviour):
        client = find(installation(home), name="test")
        assert client is not None
        with client:
            job = client.submit(DreamRequest.still(to_frame(photo), {}))
            client.cancel(job)
            started = time.monotonic()
            with pytest.raises(ServerError, match="did not stop") as caught:
                listen(client)
            assert caught.value.code == "server.lost"
            assert time.monotonic() - started < SILENCE_S
