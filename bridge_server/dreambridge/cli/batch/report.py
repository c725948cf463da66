"""How a batch goes: a line for each picture and a bar for all, or lines of JSON.

Standard output has what was made; the bar, notes and failures are on standard error.
"""

from __future__ import annotations

import json
import sys
import time
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import click
from rich.progress import TaskID

from bridgeclient.events import Accepted, Progress, Started
from dreambridge.cli.batch.pipeline import Listener
from dreambridge.cli.batch.plan import Plan, Task
from dreambridge.cli.messages import error_event, sentence
from dreambridge.cli.reporters import print_event, progress_bar, time_left


class BatchReporter(Listener):
    """Hears how a batch goes, and counts; a context that lasts as long as the batch."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, Exception]] = []
        self._before = self._left = self._done = 0
        self._missing = 0

    def __enter__(self) -> BatchReporter:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def start(self, plan: Plan) -> None:
        """The plan is made; what was done before counts as done."""
        self._left, self._before = len(plan.left), len(plan.tasks) - len(plan.left)
        self._missing = len(self.failures)

    def done(self, task: Task, **facts: Any) -> None:
        self._done += 1

    def picture_failed(self, source: str, error: Exception) -> None:
        self.failures.append((source, error))

    @abstractmethod
    def finish(self) -> None:
        """Everything that can be done is done."""

    @abstractmethod
    def failed(self, error: Exception) -> None:
        """The batch can't go on."""

    @abstractmethod
    def cancelled(self) -> None:
        """The user cancelled, and everything has stopped."""

    @property
    def counts(self) -> Mapping[str, Any]:
        """The outputs that were made now and before, and the pictures that failed."""
        return {"dreamed": self._done, "before": self._before, "failed": len(self.failures)}


class JsonBatchReporter(BatchReporter):
    """One JSON object a line; those about a picture have its `source`."""

    def start(self, plan: Plan) -> None:
        super().start(plan)
        print_event("batch", outputs=len(plan.tasks), before=self._before)

    def event(self, task: Task, event: Accepted | Started | Progress) -> None:
        print_event(type(event).__name__.lower(), source=str(task.source.path), **vars(event))

    def note(self, task: Task | None, text: str) -> None:
        print_event("note", source=None if task is None else str(task.source.path), message=text)

    def done(self, task: Task, **facts: Any) -> None:
        super().done(task)
        print_event("result", source=str(task.source.path), **facts)

    def picture_failed(self, source: str, error: Exception) -> None:
        super().picture_failed(source, error)
        click.echo(json.dumps({**json.loads(error_event(error)), "source": source}))

    def finish(self) -> None:
        print_event("summary", **self.counts, failures=[source for source, _ in self.failures])

    def failed(self, error: Exception) -> None:
        self.finish()
        click.echo(error_event(error))

    def cancelled(self) -> None:
        self.finish()
        print_event("cancelled")


class BarBatchReporter(BatchReporter):
    """A line for each picture, a bar for all of them, and the list of failures at the end."""

    def __init__(self) -> None:
        super().__init__()
        self._bar = progress_bar()
        self._task: TaskID | None = None
        self._fractions: dict[str, float] = {}
        self._started_at: float | None = None

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def start(self, plan: Plan) -> None:
        super().start(plan)
        if self._before:
            click.echo(f"{self._before} of {len(plan.tasks)} are done already.", err=True)
        if self._left:
            self._bar.start()
            self._task = self._bar.add_task("starting the engine", total=self._left, left="")

    def event(self, task: Task, event: Accepted | Started | Progress) -> None:
        if isinstance(event, Started) and self._started_at is None:
            self._started_at = time.monotonic()
        if isinstance(event, Progress):
            self._fractions[task.out] = event.fraction
        self._show()

    def note(self, task: Task | None, text: str) -> None:
        self._line(f"{task.source.path}: {text}" if task else text, err=True)

    def done(self, task: Task, **facts: Any) -> None:
        super().done(task)
        self._fractions.pop(task.out, None)
        size = f"{facts['width']} × {facts['height']}"
        self._line(f"{task.source.path} → {facts['out']}  ({size}, {facts['seconds']:.1f} s)")
        self._show()

    def picture_failed(self, source: str, error: Exception) -> None:
        super().picture_failed(source, error)
        self._line(f"{source}: {sentence(error)}", err=True)
        self._show()

    def finish(self) -> None:
        self._bar.stop()
        counts = self.counts
        if counts["dreamed"] or not self.failures:
            before = f", {counts['before']} were done before" if counts["before"] else ""
            click.echo(f"{counts['dreamed']} dreamed{before}.", err=True)
        if self.failures:
            click.echo(f"Failed: {counts['failed']}", err=True)
            for source, error in self.failures:
                click.echo(f"  {source}: {sentence(error)}", err=True)

    def failed(self, error: Exception) -> None:
        self._stopped()
        click.echo(f"Error: {error}", err=True)

    def cancelled(self) -> None:
        self._stopped()
        click.echo("Cancelled. The same command goes on from here.", err=True)

    def _stopped(self) -> None:
        if self._task is None:
            self._bar.stop()
        else:
            self.finish()

    def _show(self) -> None:
        if self._task is None:
            return
        failed = len(self.failures) - self._missing
        finished = self._done + failed
        dreamed = self._done + sum(self._fractions.values())
        left = None
        if self._started_at is not None and dreamed > 0:
            rest = self._left - failed - dreamed
            left = (time.monotonic() - self._started_at) * rest / dreamed
        self._bar.update(
            self._task,
            description=f"{finished} of {self._left}",
            completed=dreamed + failed,
            left=time_left(left),
            refresh=True,
        )

    def _line(self, text: str, *, err: bool = False) -> None:
        """A line above the bar where both are on one terminal."""
        if self._task is not None and (err or sys.stdout.isatty()):
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            click.echo(text, err=err)
