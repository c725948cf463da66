"""What the user is told: where the dream is, and how the server is. Text from events, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

from bridgeclient import Accepted, BridgeError, JobEvent, Progress, Started, Status
from bridgeclient.looks import time_left
from dreamkrita.sentences import NotInstalled


@dataclass(frozen=True)
class Told:
    """One line to the user; `fraction` 0 to 1 while a dream runs, None when none does.

    `wrong` marks lines that say what to do about something that went wrong.
    """

    text: str = ""
    fraction: float | None = None
    wrong: bool = False

    @property
    def busy(self) -> bool:
        """Whether a dream runs."""
        return self.fraction is not None


@dataclass(frozen=True)
class Server:
    """The server's state in a few words; when something is wrong, the command that helps.

    `hint` says all of it.
    """

    text: str
    hint: str = ""
    good: bool = True
    way: str = ""

    @property
    def line(self) -> str:
        """What stands in the docker."""
        sign = "●" if self.good else "▲"
        return f"{sign} {self.text}: {self.way}" if self.way else f"{sign} {self.text}"


_DOCTOR, _STOP = "dreambridge doctor", "dreambridge stop"
_WRONG = {
    "server.start_failed": ("Can't start", _DOCTOR),
    "server.no_transport": ("No way to it", _DOCTOR),
    "server.version": ("Other version", _STOP),
    "auth.refused": ("Refused", _STOP),
    "auth.unsafe_file": ("Unsafe file", _DOCTOR),
}
"""Errors that keep the server from answering: in a few words, and the command that helps."""

_BUSY = {
    "busy.too_many_clients": "Busy: too many programs",
    "busy.queue_full": "Busy: too many dreams",
}

ASLEEP = Server("Asleep", "The server starts with the first dream.")
CAPTURING = Told("Reading the layer…", 0.0)
WAKING = Told("Waking the dream server…", 0.0)
CANCELLING = Told("Cancelling…", 0.0)
CANCELLED = Told("Cancelled; the document is as it was.")


def told(event: JobEvent, before: Told) -> Told:
    """The line after an event of the running dream."""
    match event:
        case Accepted(ahead=ahead) if ahead:
            return Told(f"Waiting for {ahead} other dream{'s' * (ahead > 1)}…", 0.0)
        case Accepted():
            return Told("Sending the picture…", 0.0)
        case Started():
            return Told("Falling asleep…", 0.0)
        case Progress():
            return Told(_progress(event), event.fraction)
    return before


def _progress(event: Progress) -> str:
    octave = f"Octave {event.octave} of {event.octaves}"
    return octave + time_left(event.remaining_s)


def failure(error: BridgeError) -> Told:
    """What went wrong and what to do."""
    return Told(str(error), wrong=True)


def saved_halfway(line: Told) -> Told:
    """The last line of a dream during which the document was saved."""
    return Told(f"{line.text} Your file has it half done: save again.", None, wrong=True)


def server(status: Status | None) -> Server:
    """The server's state; None when none runs."""
    if status is None:
        return ASLEEP
    on = f" on {status.device}" if status.device else ""
    if status.running or status.queued:
        dreams = status.running + status.queued
        return Server(f"Busy{on}", f"{dreams} dream{'s' * (dreams > 1)} under way.")
    match status.worker:
        case "warm":
            return Server(f"Warm{on}", f"Computes in {status.precision}.")
        case "starting":
            return Server("Starting…", "The engine is being loaded.")
        case "idle":
            return Server("Resting", "Its memory is free; the next dream takes some seconds more.")
    return Server("No engine", f"The engine can't start; see {status.log}.", False, _DOCTOR)


def server_error(error: BridgeError) -> Server:
    """Why the server can't be asked, and the way out."""
    if isinstance(error, NotInstalled):
        return Server("Not installed", str(error), False, "dreambridge install krita")
    if error.code in _BUSY:
        return Server(_BUSY[error.code], str(error))
    text, way = _WRONG.get(error.code, ("No answer", _DOCTOR))
    return Server(text, str(error), False, way)
