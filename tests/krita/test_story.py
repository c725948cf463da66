"""What the docker says about the dream and the server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridgeclient import Accepted, Progress, ServerError, Started, Status
from dreamkrita import story
from dreamkrita.story import Told

STATUS = Status(
    version="0.1.0",
    server="s",
    worker="warm",
    pid=1,
    log="/log",
    uptime_s=1.0,
    clients=1,
    queued=0,
    running=0,
    device="cpu",
    precision="bfloat16",
)


@pytest.mark.parametrize(
    ("event", "text", "fraction"),
    [
        (Accepted("j", 0), "Sending the picture…", 0.0),
        (Accepted("j", 1), "Waiting for 1 other dream…", 0.0),
        (Accepted("j", 2), "Waiting for 2 other dreams…", 0.0),
        (Started("j"), "Falling asleep…", 0.0),
        (Progress("j", 1, 4, 2, 10, 0.1), "Octave 1 of 4", 0.1),
        (Progress("j", 2, 4, 2, 10, 0.4, 11.7), "Octave 2 of 4, 12 s left", 0.4),
        (Progress("j", 2, 4, 2, 10, 0.4, 0.1), "Octave 2 of 4, 1 s left", 0.4),
        (Progress("j", 3, 4, 2, 10, 0.6, 150.0), "Octave 3 of 4, 2 min left", 0.6),
    ],
)
def test_the_line_of_a_running_dream(event: object, text: str, fraction: float) -> None:
    assert story.told(event, Told()) == Told(text, fraction)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "text", "good"),
    [
        (None, "Asleep", True),
        (STATUS, "Warm on cpu", True),
        (replace(STATUS, running=1, queued=2), "Busy on cpu", True),
        (replace(STATUS, worker="starting", device=None), "Starting…", True),
        (replace(STATUS, worker="idle"), "Resting", True),
        (replace(STATUS, worker="failed"), "The engine can't start", False),
    ],
)
def test_the_servers_line(status: Status | None, text: str, good: bool) -> None:
    server = story.server(status)
    assert (server.text, server.good) == (text, good)
    assert server.hint


def test_a_missing_installation_names_the_way_out() -> None:
    error = ServerError(
        "server.start_failed", "It is not there.", "Run `dreambridge install krita`."
    )
    server = story.server_error(error)
    assert server.text == "Not installed"
    assert "dreambridge install krita" in server.hint
    assert not server.good
