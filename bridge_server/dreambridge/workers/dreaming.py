"""One job in the engine's process, from its request to the event that ends it.

Knows the engine and the events, not how they travel.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from bridgeclient.errors import Cancelled
from bridgeclient.events import Failed, Preview, Progress, Result, Started
from bridgeclient.request import DreamRequest
from dreambridge.arrays import to_frame
from dreambridge.failures import as_bridge_error
from dreambridge.steps import steps
from dreambridge.throttle import Throttle
from dreambridge.workers.interface import EngineEvent
from dreamcore import Dreamer
from dreamcore import Progress as Step
from dreamcore import Result as Dreamed

_log = logging.getLogger("dreambridge.worker")

_PROGRESS_INTERVAL_S = 0.05
_PREVIEW_INTERVAL_S = 0.1


@dataclass
class Commands:
    """What was said about the running job; a preview takes the credit when it is made."""

    cancelled: bool = False
    credit: bool = False


def dream_events(
    dreamer: Dreamer, request: DreamRequest, read_commands: Callable[[], Commands]
) -> Iterator[EngineEvent]:
    """The job's events, the last of them `Result` or `Failed`.

    `read_commands` is called after every step.
    """
    yield Started(request.job)
    try:
        yield from _Reporter(dreamer, request).events(read_commands)
    except Exception as error:
        _log.exception("job %s failed", request.job)
        yield Failed(request.job, as_bridge_error(error))


class _Reporter:
    """Tells of a dream's steps as often as anybody can use."""

    def __init__(self, dreamer: Dreamer, request: DreamRequest) -> None:
        self._dreamer, self._request = dreamer, request
        self._throttle = Throttle()
        self._told = 0.0

    def events(self, read_commands: Callable[[], Commands]) -> Iterator[EngineEvent]:
        job = self._request.job
        with closing(self._steps()) as steps:  # type: ignore[type-var]
            for step in steps:
                commands = read_commands()
                if commands.cancelled:
                    yield Failed(job, Cancelled(job))
                    return
                if isinstance(step, Step):
                    yield from self._progress(step)
                    yield from self._preview(step, commands)
                    continue
                facts = step.seconds, step.octaves, self._dreamer.device, self._precision
                yield Result(job, to_frame(step.image), *facts)

    @property
    def _precision(self) -> str:
        dreamer = self._dreamer
        return dreamer.sketch_precision if self._request.sketch else dreamer.precision

    def _steps(self) -> Iterator[Step | Dreamed]:
        return steps(self._dreamer, self._request)

    def _progress(self, step: Step) -> Iterator[Progress]:
        is_last = step.fraction == 1 and self._told < 1
        if self._throttle.due("progress", _PROGRESS_INTERVAL_S) or is_last:
            self._told = step.fraction
            counts = step.octave, step.octaves, step.iteration, step.iterations
            remaining = self._throttle.remaining(step.fraction)
            yield Progress(self._request.job, *counts, step.fraction, remaining)

    def _preview(self, step: Step, commands: Commands) -> Iterator[Preview]:
        side = self._request.preview_side
        if side and commands.credit and self._throttle.due("preview", _PREVIEW_INTERVAL_S):
            commands.credit = False
            yield Preview(self._request.job, step.fraction, to_frame(step.preview(side)))
