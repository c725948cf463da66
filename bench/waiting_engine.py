"""dreambridge with engines whose work is a fixed wait, to measure what it costs to feed them.

`waiting_engine.py serve …` is `dreambridge serve …` with such engines on its cluster. A picture of
one row is given back at once, any other after `WAIT_S` seconds.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridgeclient.events import Result, Started
from bridgeclient.request import DreamRequest
from dreambridge import __version__
from dreambridge.cli import main as dreambridge
from dreambridge.workers.cluster import pool, process, session
from dreambridge.workers.cluster.actor import EngineActor, Facts, Frames, as_arrays
from dreambridge.workers.messages import from_frames, to_frames

WAIT_S = 0.25


class WaitingActor(EngineActor):
    """Gives every picture back as it is, after a while."""

    def warm_up(self) -> Facts:
        return Facts(__version__, os.getpid(), "none", "none")

    def dream(self, frames: Sequence[NDArray[np.uint8]]) -> Iterator[Frames]:
        request: DreamRequest = from_frames([frame.data for frame in frames])
        yield as_arrays(to_frames(Started(request.job)))
        seconds = WAIT_S if request.image.height > 1 else 0.0
        time.sleep(seconds)
        yield as_arrays(to_frames(Result(request.job, request.image, seconds, 1, "none", "none")))


@contextlib.contextmanager
def joined(address: str, folder: Path) -> Iterator[None]:
    """Join as the driver does, then make the other actors."""
    with session.joined(address, folder):
        from dreambridge.workers.cluster import engine

        engine.EngineActor = WaitingActor
        yield


if __name__ == "__main__":
    import waiting_engine  # by its name, by which the nodes import the actor, too

    if len(sys.argv) > 1:
        pool._MODULE = "waiting_engine"
        dreambridge()
    else:
        process.joined = waiting_engine.joined
        process.main()
