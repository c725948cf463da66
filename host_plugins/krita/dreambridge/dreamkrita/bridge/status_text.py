"""The lines the user reads: where the dream is, how the server is. Text from events, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridgeclient import Accepted, BridgeError, Cancelled, JobEvent, Progress, Started, Status
from bridgeclient.looks import counted, time_left
from dreamkrita.errors import NotInstalled, UserError


@dataclass(frozen=True)
class StatusText:
    """One line for the user; `fraction` 0 to 1 while a dream runs, None when none does.

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
class ServerText:
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

ASLEEP = ServerText("Asleep", "The server starts with the first dream.")
CAPTURING = StatusText("Reading the layer…", 0.0)
WAKING = StatusText("Waking the dream server…", 0.0)
ELSEWHERE = StatusText("Done; it is placed when its document is in front again.", 1.0)
CANCELLING = StatusText("Cancelling…", 0.0)
CANCELLED = StatusText("Cancelled; the document is as it was.")
GONE = StatusText(
    "The dream's layer or document was closed or removed, so the dream was cancelled."
)


def of_several(first: StatusText, waiting: int, complaint: str) -> StatusText:
    """The line of the first dream, with how many wait behind it and what went wrong besides."""
    words = [complaint] if complaint else []
    words.append(first.text)
    if waiting:
        words.append(f"{counted(waiting, 'more dream')} {'waits' if waiting == 1 else 'wait'}.")
    return replace(first, text="\n".join(words))


def after_event(
    event: JobEvent, before: StatusText, frames: tuple[int, int] | None = None
) -> StatusText:
    """The line after an event of the running dream; `frames`: how many are done, of how many."""
    if frames is not None and frames[1] > 1:
        return _after_frame_event(event, before, *frames)
    match event:
        case Accepted(ahead=ahead) if ahead:
            return StatusText(f"Waiting for {counted(ahead, 'other dream')}…", 0.0)
        case Accepted():
            return StatusText("Sending the picture…", 0.0)
        case Started():
            return StatusText("Falling asleep…", 0.0)
        case Progress():
            return StatusText(_progress(event), event.fraction)
    return before


def _after_frame_event(event: JobEvent, before: StatusText, done: int, count: int) -> StatusText:
    """The same for one of several frames: one bar for them all.

    A frame that follows another takes less than the first, so at first the time is an upper bound.
    """
    if isinstance(event, Progress):
        share = max(1e-3, 1 - event.fraction)
        left = event.remaining_s
        whole = left + (count - done - 1) * left / share if left is not None else None
        text = f"Frame {done + 1} of {count}{time_left(whole)}"
        return StatusText(text, (done + event.fraction) / count)
    return after_event(event, before) if not done else before


def _progress(event: Progress) -> str:
    size = f"Dreaming: size {event.octave} of {event.octaves}"
    return size + time_left(event.remaining_s)


def ending(error: BridgeError | UserError) -> StatusText:
    """Why a dream ended without a result, and what to do."""
    if isinstance(error, Cancelled):
        return StatusText("The server cancelled the dream; dream again.", wrong=True)
    return StatusText(str(error), wrong=True)


def saved_halfway(line: StatusText) -> StatusText:
    """The last line of a dream during which the document was saved."""
    return StatusText(f"{line.text} Your file has it half done: save again.", None, wrong=True)


def server(status: Status | None) -> ServerText:
    """The server's state; None when none runs."""
    if status is None:
        return ASLEEP
    on = f" on {status.device}" if status.device else ""
    if status.running or status.queued:
        dreams = status.running + status.queued
        return ServerText(f"Busy{on}", f"{counted(dreams, 'dream')} under way.")
    match status.worker:
        case "warm":
            return ServerText(f"Warm{on}", f"Computes in {status.precision}.")
        case "starting":
            return ServerText("Starting…", "The engine is being loaded.")
        case "idle":
            return ServerText(
                "Resting", "Its memory is free; the next dream takes some seconds more."
            )
    return ServerText("No engine", f"The engine can't start; see {status.log}.", False, _DOCTOR)


def server_error(error: BridgeError) -> ServerText:
    """Why the server can't be asked, and the way out."""
    if isinstance(error, NotInstalled):
        return ServerText("Not installed", str(error), False, "dreambridge install krita")
    if error.code in _BUSY:
        return ServerText(_BUSY[error.code], str(error))
    text, way = _WRONG.get(error.code, ("No answer", _DOCTOR))
    return ServerText(text, str(error), False, way)
