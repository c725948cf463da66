"""What runs on the cluster's nodes: an actor that keeps the engine warm, and dreams job by job.

The driver calls `dream`, whose events stream back through Ray, and meanwhile `command` and
`inspect` in others of the actor's threads. None of them computes: that is `computing`'s business.
Nodes import this module by name, so dreambridge is installed on each.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridgeclient.errors import BridgeError
from bridgeclient.request import DreamRequest, InspectRequest
from dreambridge import __version__
from dreambridge.failures import as_bridge_error
from dreambridge.workers.messages import Cancel, Credit, from_frames, to_frames
from dreamcore.settings import Execution

Frames = list[NDArray[np.uint8]]
"""A message's frames as arrays, whose memory Ray hands on without a copy; it would copy bytes."""

THREADS = 5
"""For the dream, a question, for `live`, and two so that commands never wait."""


@dataclass(frozen=True)
class Facts:
    """What an actor says of itself once its engine is warm; `failure` if it can't be."""

    version: str
    pid: int
    device: str | None = None
    precision: str | None = None
    failure: BridgeError | None = None


class EngineActor:
    """See the module."""

    def __init__(self, weights: str, device: str, precision: str) -> None:
        # only on the nodes: the driver has this module, too, but no use for torch
        from dreambridge.workers.cluster.computing import EngineThread

        logging.basicConfig(level=logging.INFO)  # Ray collects standard error
        self._engine = EngineThread(weights, Execution(device, precision))

    def warm_up(self) -> Facts:
        """Load the engine."""
        try:
            device, precision = self._engine.warm_up()
        except Exception as error:
            logging.exception("the engine could not start")
            return Facts(__version__, os.getpid(), failure=as_bridge_error(error))
        return Facts(__version__, os.getpid(), device, precision)

    def live(self) -> None:
        """Never return, so that whoever waits for it is told of the actor's end."""
        threading.Event().wait()

    def command(self, command: Cancel | Credit) -> None:
        """Act on what is said about the job, if it is the one that runs."""
        self._engine.command(command)

    def dream(self, frames: Sequence[NDArray[np.uint8]]) -> Iterator[Frames]:
        """The events of the job in the frames of its request, each as frames."""
        request: DreamRequest = from_frames([frame.data for frame in frames])
        for event in self._engine.dream(request):
            yield as_arrays(to_frames(event))

    def inspect(self, frames: Sequence[NDArray[np.uint8]]) -> Frames:
        """The answer to the question in the frames, as frames; beside a dream, too."""
        question: InspectRequest = from_frames([frame.data for frame in frames])
        return as_arrays(to_frames(self._engine.inspect(question)))


def as_arrays(frames: Sequence[bytes | memoryview]) -> Frames:
    """Frames in the form in which they go through Ray's object store."""
    return [np.frombuffer(frame, np.uint8) for frame in frames]
