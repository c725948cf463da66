"""A dream as a job on the server, with its progress in GIMP's progress bar.

GIMP's own Cancel ends this process with a signal; the job on the server ends with it.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Part:
    """Which of several dreams one is, and the seconds that those after it will take, if known."""

    number: int
    total: int
    what: str
    rest_s: float | None

    def __str__(self) -> str:
        """As one reads it before the status."""
        return f"{self.what} {self.number} of {self.total}: " if self.total > 1 else ""

    def fraction(self, own: float) -> float:
        """How much of all is done when so much of this dream is."""
        return (self.number - 1 + own) / self.total

    def remaining_s(self, own: float | None) -> float | None:
        """How long all will take when this dream takes so long."""
        return None if own is None or self.rest_s is None else own + self.rest_s


def dream(client: BridgeClient, request: DreamRequest, image: Gimp.Image, part: Part) -> Result:
    """The finished dream.

    Raises:
        UserError: the image was closed.
        BridgeError: it failed, was cancelled, or the server is gone.
    """
    drawn_at = 0.0
    job = client.submit(request)
    for event in client.events(job):
        match event:
            case Result():
                Gimp.progress_update(part.fraction(1.0))
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
                _show_status(part, describe(event, part.remaining_s(event.remaining_s)))
                Gimp.progress_update(part.fraction(event.fraction))
    raise AssertionError("events end with a result or an error")


def describe(progress: Progress, remaining_s: float | None) -> str:
    """Where the dream is and the time left, as one reads it in the progress bar."""
    octave = f"Octave {progress.octave} of {progress.octaves}"
    step = f"step {progress.iteration} of {progress.iterations}"
    return f"{octave}, {step}{time_left(remaining_s)}"


def _show_status(part: Part, text: str) -> None:
    Gimp.progress_set_text(f"{part}{text}")
