"""Telling how a dream goes: a progress bar for people, lines of JSON for programs."""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

from bridgeclient.events import Accepted, Progress, Started
from bridgeclient.looks import counted
from dreambridge.cli.messages import error_event

DreamEvent = Accepted | Started | Progress


class Reporter(ABC):
    """Hears what happens to one dream; a context that lasts as long as the dream."""

    def __enter__(self) -> Reporter:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    @abstractmethod
    def event(self, event: DreamEvent) -> None:
        """The dream goes on."""

    @abstractmethod
    def note(self, text: str) -> None:
        """Something the user should know."""

    @abstractmethod
    def done(self, **facts: Any) -> None:
        """The result is written; `facts` say where, how large and how fast."""

    @abstractmethod
    def failed(self, error: Exception) -> None:
        """The dream ended without a result."""

    @abstractmethod
    def cancelled(self) -> None:
        """The user cancelled, and the dream has stopped."""


def print_event(event: str, *, err: bool = False, **facts: Any) -> None:
    """One event as a line of JSON."""
    click.echo(json.dumps({"event": event, **facts}), err=err)


class JsonReporter(Reporter):
    """One JSON object a line, each with its `event`, on standard output or error."""

    def __init__(self, *, err: bool = False) -> None:
        self._err = err

    def event(self, event: DreamEvent) -> None:
        print_event(type(event).__name__.lower(), err=self._err, **vars(event))

    def note(self, text: str) -> None:
        print_event("note", err=self._err, message=text)

    def done(self, **facts: Any) -> None:
        print_event("result", err=self._err, **facts)

    def failed(self, error: Exception) -> None:
        click.echo(error_event(error), err=self._err)

    def cancelled(self) -> None:
        print_event("cancelled", err=self._err)


def progress_bar() -> Bar:
    """A bar on standard error, shown while that is a terminal; `left` is a field of its tasks."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.percentage:>3.0f}%  {task.fields[left]}"),
    )
    shown = sys.stderr.isatty()
    return Bar(*columns, console=Console(stderr=True), transient=True, disable=not shown)


class BarReporter(Reporter):
    """A bar on standard error while it is a terminal, and one sentence at the end."""

    def __init__(self, *, err: bool = False) -> None:
        self._err = err
        self._bar = progress_bar()
        self._task: TaskID | None = None

    def __enter__(self) -> Reporter:
        self._bar.start()
        self._task = self._bar.add_task("starting the engine", total=1.0, left="")
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def event(self, event: DreamEvent) -> None:
        match event:
            case Accepted(ahead=ahead) if ahead:
                self._show(f"waiting for {counted(ahead, 'other dream')}")
            case Started():
                self._show("looking")
            case Progress():
                at = f"octave {event.octave}/{event.octaves}"
                step = f"iteration {event.iteration}/{event.iterations}"
                self._show(f"{at}  {step}", event.fraction, time_left(event.remaining_s))

    def _show(self, description: str, fraction: float = 0.0, left: str = "") -> None:
        if self._task is not None:
            self._bar.update(
                self._task, description=description, completed=fraction, left=left, refresh=True
            )

    def note(self, text: str) -> None:
        click.echo(text, err=True)

    def done(self, **facts: Any) -> None:
        self._bar.stop()
        how = f"{facts['seconds']:.1f} s on {facts['device']} in {facts['precision']}"
        click.echo(f"{facts['out']}  ({facts['width']} × {facts['height']}, {how})", err=self._err)

    def failed(self, error: Exception) -> None:
        self._bar.stop()
        click.echo(f"Error: {error}", err=True)

    def cancelled(self) -> None:
        self._bar.stop()
        click.echo("Cancelled.", err=True)


def time_left(seconds: float | None) -> str:
    """As `1:05 left` or `2:01:05 left`; "" while it isn't known."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d} left" if hours else f"{minutes}:{rest:02d} left"
