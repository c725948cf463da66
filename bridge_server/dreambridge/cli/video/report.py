"""How a film goes: a bar with the time a frame takes and the time left, or lines of JSON."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.progress import TaskID

from bridgeclient.estimate import about
from bridgeclient.events import Accepted, Progress, Started
from dreambridge.cli.engines import Dream
from dreambridge.cli.messages import error_event
from dreambridge.cli.reporters import print_event, progress_bar, time_left
from dreambridge.cli.video.rendering import Listener


@dataclass(frozen=True)
class Outlook:
    """What is ahead: how many frames there are and are done, and how long the rest may take."""

    out: Path
    latest: Path
    frames: int
    before: int
    shots: int
    size: tuple[int, int]
    expected_s: float | None


class FilmReporter(Listener):
    """Hears how a film goes; a context that lasts as long as it."""

    def __enter__(self) -> FilmReporter:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    @abstractmethod
    def scanning(self, source: Path) -> None:
        """The clip is read before anything is dreamed."""

    @abstractmethod
    def start(self, outlook: Outlook) -> None:
        """Everything is known that can be known before."""

    @abstractmethod
    def writing(self) -> None:
        """All frames are dreamed; the film is put together."""

    @abstractmethod
    def done(self, **facts: Any) -> None:
        """The film is written."""

    @abstractmethod
    def failed(self, error: Exception) -> None:
        """There is no film."""

    @abstractmethod
    def cancelled(self) -> None:
        """The user cancelled, and everything has stopped."""


class JsonFilmReporter(FilmReporter):
    """One JSON object a line, each with its `event`."""

    def scanning(self, source: Path) -> None:
        print_event("scanning", source=str(source))

    def start(self, outlook: Outlook) -> None:
        width, height = outlook.size
        facts: Mapping[str, Any] = {
            "out": str(outlook.out),
            "latest": str(outlook.latest),
            "frames": outlook.frames,
            "before": outlook.before,
            "shots": outlook.shots,
            "width": width,
            "height": height,
            "expected_s": outlook.expected_s,
        }
        print_event("film", **facts)

    def event(self, number: int, event: Accepted | Started | Progress) -> None:
        print_event(type(event).__name__.lower(), frame=number + 1, **vars(event))

    def note(self, text: str) -> None:
        print_event("note", message=text)

    def frame_done(self, number: int, dream: Dream) -> None:
        print_event("frame", frame=number + 1, seconds=dream.seconds)

    def writing(self) -> None:
        print_event("writing")

    def done(self, **facts: Any) -> None:
        print_event("result", **facts)

    def failed(self, error: Exception) -> None:
        click.echo(error_event(error))

    def cancelled(self) -> None:
        print_event("cancelled")


class BarFilmReporter(FilmReporter):
    """A bar on standard error while it is a terminal, and a sentence at each turn."""

    def __init__(self) -> None:
        self._bar = progress_bar()
        self._task: TaskID | None = None
        self._outlook: Outlook | None = None
        self._fractions: dict[int, float] = {}
        self._done = 0
        self._started_at: float | None = None

    def __enter__(self) -> FilmReporter:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def scanning(self, source: Path) -> None:
        self._task = self._bar.add_task(f"reading {source.name}", total=None, left="")

    def start(self, outlook: Outlook) -> None:
        self._outlook = outlook
        width, height = outlook.size
        shots = f" in {outlook.shots} shots" if outlook.shots > 1 else ""
        before = f", {outlook.before} of them done already" if outlook.before else ""
        expected = f": {about(outlook.expected_s)}" if outlook.expected_s is not None else ""
        self._line(f"{outlook.frames} frames of {width} × {height}{shots}{before}{expected}.")
        if outlook.before < outlook.frames:
            self._line(f"The latest one is always in {outlook.latest}")
        if self._task is None:
            self._task = self._bar.add_task("", left="")
        self._bar.update(self._task, total=outlook.frames - outlook.before, completed=0)
        self._show()

    def event(self, number: int, event: Accepted | Started | Progress) -> None:
        if isinstance(event, Started) and self._started_at is None:
            self._started_at = time.monotonic()
        if isinstance(event, Progress):
            self._fractions[number] = event.fraction
        self._show()

    def note(self, text: str) -> None:
        self._line(text)

    def frame_done(self, number: int, dream: Dream) -> None:
        self._fractions.pop(number, None)
        self._done += 1
        self._show()

    def writing(self) -> None:
        if self._task is not None:
            self._bar.update(self._task, description="writing the film", left="", refresh=True)

    def done(self, **facts: Any) -> None:
        self._bar.stop()
        size = f"{facts['width']} × {facts['height']}"
        how = f"{facts['frames']} frames, {size}, {facts['seconds_per_frame']:.2f} s per frame"
        click.echo(f"{facts['out']}  ({how if facts['seconds_per_frame'] else size})")

    def failed(self, error: Exception) -> None:
        self._bar.stop()
        click.echo(f"Error: {error}", err=True)

    def cancelled(self) -> None:
        self._bar.stop()
        click.echo("Cancelled. The same command goes on from here.", err=True)

    def _show(self) -> None:
        if self._task is None or self._outlook is None:
            return
        outlook = self._outlook
        dreamed = self._done + sum(self._fractions.values())
        text, left = f"{outlook.before + self._done} of {outlook.frames} frames", None
        if self._started_at is not None and self._done:
            each = (time.monotonic() - self._started_at) / dreamed
            text += f", {each:.2f} s each"
            left = each * (outlook.frames - outlook.before - dreamed)
        self._bar.update(
            self._task, description=text, completed=dreamed, left=time_left(left), refresh=True
        )

    def _line(self, text: str) -> None:
        """A line above the bar where there is one."""
        if self._task is not None:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            click.echo(text, err=True)
