"""The two places where the command line's dreams are computed: behind the bridge, or right here."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bridgeclient.client import BridgeClient
from bridgeclient.discovery import Installation, connect
from bridgeclient.errors import BridgeError
from bridgeclient.events import Accepted, Progress, Result, Started
from bridgeclient.request import DreamRequest
from dreambridge import __version__
from dreambridge.arrays import Array, to_array
from dreambridge.failures import as_bridge_error
from dreambridge.paths import Paths, locate
from dreambridge.throttle import Throttle
from dreamcore.errors import DreamError
from dreamcore.settings import Execution
from dreamcore.waiting import with_short_waits

_CANCEL_S = 60.0

OnEvent = Callable[[Accepted | Started | Progress], None]


@dataclass(frozen=True)
class Dream:
    """The dreamed image and how it came about."""

    image: Array
    seconds: float
    octaves: int
    device: str
    precision: str


def installation(home: Paths | None = None) -> Installation:
    """This installation, for starting and finding its server."""
    return Installation(sys.executable, (home or locate()).connection_file, __version__)


def dream_on_bridge(request: DreamRequest, on_event: OnEvent) -> Dream:
    """Dream on the server, which is started if need be.

    Raises:
        BridgeError: it failed.
        KeyboardInterrupt: the user cancelled, and the server has stopped the job.
    """
    with connect(installation(), name="dreambridge-cli") as client:
        job = client.submit(request)
        try:
            return _follow(client, job, on_event)
        except KeyboardInterrupt:
            _cancel(client, job)
            raise


def as_dream(result: Result) -> Dream:
    """A dream that the bridge made."""
    image = to_array(result.image)
    return Dream(image, result.seconds, result.octaves, result.device, result.precision)


def _follow(client: BridgeClient, job: str, on_event: OnEvent) -> Dream:
    for event in client.events(job):
        if isinstance(event, Result):
            return as_dream(event)
        if isinstance(event, Accepted | Started | Progress):
            on_event(event)
    raise AssertionError("a job's events end with a result or an error")


def _cancel(client: BridgeClient, job: str) -> None:
    """Stop the job and wait until it has stopped; a second Ctrl-C leaves at once."""
    deadline = time.monotonic() + _CANCEL_S
    try:
        client.cancel(job)
        for _ in client.events(job):
            if time.monotonic() > deadline:
                return
    except BridgeError:
        return


@dataclass(frozen=True)
class Here:
    """How to dream in this process: with which weights, on what device, in what precision."""

    weights: str = "bundled"
    execution: Execution = field(default_factory=Execution)


def dream_here(request: DreamRequest, here: Here, on_event: OnEvent) -> Dream:
    """Dream in this process.

    Raises:
        BridgeError: it failed, in the words that the bridge has for it.
    """
    os.environ.update(with_short_waits(os.environ))  # before the engine's libraries are loaded
    try:
        return _compute(request, here, on_event)
    except DreamError as error:
        raise as_bridge_error(error) from error


def _compute(request: DreamRequest, here: Here, on_event: OnEvent) -> Dream:
    from dreambridge.steps import steps
    from dreamcore import Dreamer
    from dreamcore import Progress as Step

    dreamer = Dreamer(here.weights, here.execution)
    on_event(Started(""))
    throttle = Throttle()
    for event in steps(dreamer, request):
        if isinstance(event, Step):
            counts = event.octave, event.octaves, event.iteration, event.iterations
            on_event(Progress("", *counts, event.fraction, throttle.remaining(event.fraction)))
        else:
            facts = dreamer.device, dreamer.precision
            return Dream(event.image, event.seconds, event.octaves, *facts)
    raise AssertionError("a dream ends with a result")
