"""What the docker says about the dream and the server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridgeclient import (
    Accepted,
    AuthError,
    BridgeError,
    BusyError,
    Progress,
    ServerError,
    Started,
    Status,
)
from dreamkrita.bridge import status_text
from dreamkrita.bridge.status_text import StatusText
from dreamkrita.errors import NotInstalled

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
    ("event", "done", "text", "fraction"),
    [
        (Progress("j", 1, 4, 2, 10, 0.5, 10.0), 0, "Frame 1 of 4, 70 s left", 0.125),
        (Progress("j", 1, 4, 2, 10, 0.5, 10.0), 3, "Frame 4 of 4, 10 s left", 0.875),
        (Progress("j", 1, 4, 2, 10, 0.5), 1, "Frame 2 of 4", 0.375),
        (Accepted("j", 0), 1, "before", 0.25),
        (Accepted("j", 0), 0, "Sending the picture…", 0.0),
    ],
)
def test_frames_have_one_progress(
    event: Progress | Accepted, done: int, text: str, fraction: float
) -> None:
    before = StatusText("before", 0.25)
    after = status_text.after_event(event, before, (done, 4))
    assert after == StatusText(text, fraction)


@pytest.mark.parametrize(
    ("event", "text", "fraction"),
    [
        (Accepted("j", 0), "Sending the picture…", 0.0),
        (Accepted("j", 1), "Waiting for 1 other dream…", 0.0),
        (Accepted("j", 2), "Waiting for 2 other dreams…", 0.0),
        (Started("j"), "Falling asleep…", 0.0),
        (Progress("j", 1, 4, 2, 10, 0.1), "Dreaming: size 1 of 4", 0.1),
        (Progress("j", 2, 4, 2, 10, 0.4, 11.7), "Dreaming: size 2 of 4, 12 s left", 0.4),
        (Progress("j", 2, 4, 2, 10, 0.4, 0.1), "Dreaming: size 2 of 4, 1 s left", 0.4),
        (Progress("j", 3, 4, 2, 10, 0.6, 150.0), "Dreaming: size 3 of 4, 2 min left", 0.6),
    ],
)
def test_the_line_of_a_running_dream(event: object, text: str, fraction: float) -> None:
    assert status_text.after_event(event, StatusText()) == StatusText(text, fraction)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "text", "good"),
    [
        (None, "Asleep", True),
        (STATUS, "Warm on cpu", True),
        (replace(STATUS, running=1, queued=2), "Busy on cpu", True),
        (replace(STATUS, worker="starting", device=None), "Starting…", True),
        (replace(STATUS, worker="idle"), "Resting", True),
        (replace(STATUS, worker="failed"), "No engine", False),
    ],
)
def test_the_servers_line(status: Status | None, text: str, good: bool) -> None:
    server = status_text.server(status)
    assert (server.text, server.good) == (text, good)
    assert server.hint


INSTALL, DOCTOR, STOP = "dreambridge install krita", "dreambridge doctor", "dreambridge stop"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (NotInstalled("server.start_failed", "Gone.", "Do."), f"▲ Not installed: {INSTALL}"),
        (ServerError("server.start_failed", "Odd.", "Do."), f"▲ Can't start: {DOCTOR}"),
        (ServerError("server.no_transport", "Odd.", "Do."), f"▲ No way to it: {DOCTOR}"),
        (ServerError("server.version", "Odd.", "Do."), f"▲ Other version: {STOP}"),
        (AuthError("auth.refused", "Odd.", "Do."), f"▲ Refused: {STOP}"),
        (AuthError("auth.unsafe_file", "Odd.", "Do."), f"▲ Unsafe file: {DOCTOR}"),
        (BusyError("busy.too_many_clients", "Odd.", "Do."), "● Busy: too many programs"),
        (BusyError("busy.queue_full", "Odd.", "Do."), "● Busy: too many dreams"),
        (ServerError("server.lost", "Odd.", "Do."), f"▲ No answer: {DOCTOR}"),
    ],
)
def test_the_line_when_the_server_cannot_be_asked(error: BridgeError, line: str) -> None:
    server = status_text.server_error(error)
    assert server.line == line
    assert server.hint == str(error)


def test_what_is_well_needs_no_command() -> None:
    assert status_text.server(STATUS).line == "● Warm on cpu"


def test_the_line_of_several_dreams_says_how_many_wait_and_what_went_wrong() -> None:
    first = StatusText("Octave 2 of 4", 0.5)
    assert status_text.of_several(first, 0, "") == first
    one = status_text.of_several(first, 1, "")
    assert (one.text, one.fraction) == ("Octave 2 of 4\n1 more dream waits.", 0.5)
    two = status_text.of_several(first, 2, "No layer is active.")
    assert two.text == "No layer is active.\nOctave 2 of 4\n2 more dreams wait."
