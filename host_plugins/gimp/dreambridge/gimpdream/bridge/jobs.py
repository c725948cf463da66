"""A dream as a job on the server, with its progress in GIMP's progress bar.

GIMP's own Cancel ends this process with a signal; the job on the server ends with it.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gi.repository import Gimp

from bridgeclient import (
    Accepted,
    BridgeClient,
    DreamRequest,
    Installation,
    Progress,
    Result,
    Started,
    connect,
)
from bridgeclient.looks import counted, time_left
from gimpdream.document.checks import check_open

NAME = "GIMP"
_REDRAW_S = 0.1


@contextmanager
def connected(here: Path) -> Iterator[BridgeClient]:
    """A client of the server, which is started if need be and left running.

    Raises:
        BridgeError: there is no server and none can be started, or it is of another version.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the client says goodbye
    Gimp.progress_set_text("Waking the dream server…")
    with connect(Installation.read(here / "bridge.json"), name=NAME) as client:
        yield client


def dream(client: BridgeClient, request: DreamRequest, image: Gimp.Image, part: str = "") -> Result:
    """The finished dream; `part` says which of several it is.

    Raises:
        UserError: the image was closed.
        BridgeError: it failed, was cancelled, or the server is gone.
    """
    drawn_at = 0.0
    job = client.submit(request)
    for event in client.events(job):
        match event:
            case Result():
                Gimp.progress_update(1.0)
                return event
            case Accepted(ahead=ahead) if ahead:
                _show_status(part, f"Waiting for {counted(ahead, 'other dream')}…")
            case Accepted():
                _show_status(part, "Sending the picture…")
            case Started():
                _show_status(part, "Falling asleep…")
            case Progress() if time.monotonic() - drawn_at > _REDRAW_S:
                drawn_at = time.monotonic()
                check_open(image)
                _show_status(part, describe(event))
                Gimp.progress_update(event.fraction)
    raise AssertionError("events end with a result or an error")


def describe(progress: Progress) -> str:
    """Where the dream is, as one reads it in the progress bar."""
    octave = f"Octave {progress.octave} of {progress.octaves}"
    step = f"step {progress.iteration} of {progress.iterations}"
    return f"{octave}, {step}{time_left(progress.remaining_s)}"


def _show_status(part: str, text: str) -> None:
    Gimp.progress_set_text(f"{part}{text}")
