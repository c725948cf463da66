"""Chains of frames through the bridge, side by side, each in order; what is finished is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from bridgeclient.client import BridgeClient
from bridgeclient.errors import BridgeError
from bridgeclient.events import Accepted, Progress, Started
from dreambridge.cli.engines import Dream
from dreambridge.cli.in_flight import InFlight
from dreambridge.cli.video.chains import Chain
from dreambridge.cli.video.folder import FrameFolder

_MOST_WRITING = 6
"""Frames that may wait to be written, which bounds the memory."""


class Listener(Protocol):
    """Hears, in the renderer's own thread, how the frames go."""

    def event(self, number: int, event: Accepted | Started | Progress) -> None:
        """A frame's dream goes on."""

    def note(self, text: str) -> None:
        """Something the user should know."""

    def frame_done(self, number: int, dream: Dream) -> None:
        """A frame is finished and kept."""


@dataclass(eq=False)
class _Running:
    """A chain that is worked on; `waits` while its next frame is not handed in."""

    chain: Chain
    number: int
    waits: bool = True


class Renderer:
    """One run over a film's chains.

    Args:
        connect: gives a client of the server, which it starts if need be.
        folder: keeps what is finished.
    """

    def __init__(
        self, connect: Callable[[], BridgeClient], folder: FrameFolder, listener: Listener
    ) -> None:
        self._folder, self._listener = folder, listener
        self._in_flight: InFlight[_Running] = InFlight(connect, self)
        self._running: list[_Running] = []
        self._writing: list[tuple[int, Dream, Future[None]]] = []

    def run(self, chains: Sequence[Chain], done: set[int]) -> None:
        """Dream the frames that are not `done`.

        Raises:
            BridgeError: a frame can't be dreamed, or no server can be had.
            PictureError: a frame can't be read or kept.
            KeyboardInterrupt: the user cancelled; the server has stopped, and what was dreamed is
                kept.
        """
        left = deque(chain for chain in chains if not done.issuperset(chain.span))
        with ThreadPoolExecutor(1) as self._writer:  # in order, so that the latest is the latest
            try:
                if left:
                    self._in_flight.open()
                    self._work(left, done)
            finally:
                self._in_flight.close()
                self._writer.shutdown()
                self._collect_written()

    def _work(self, left: deque[Chain], done: set[int]) -> None:
        try:
            while left or self._running or self._writing:
                while left and len(self._running) < self._in_flight.wanted:
                    self._begin(left.popleft(), done)
                self._hand_in()
                self._in_flight.exchange()
                self._collect_written()
        except KeyboardInterrupt:
            self._in_flight.cancel()
            raise

    def _begin(self, chain: Chain, done: set[int]) -> None:
        """Go on behind the finished frames; a gap begins again where it opens."""
        number = next(number for number in chain.span if number not in done)
        chain.begin(number, self._folder.read)
        self._running.append(_Running(chain, number))

    def _hand_in(self) -> None:
        if len(self._writing) > _MOST_WRITING:
            return
        for running in self._running:
            if running.waits and running.chain.ready():
                running.waits = False
                self._in_flight.put(running, running.chain.request())

    def event(self, item: _Running, event: Accepted | Started | Progress) -> None:
        """A dream goes on."""
        self._listener.event(item.number, event)

    def note(self, item: _Running | None, text: str) -> None:
        """Something the user should know."""
        self._listener.note(text if item is None else f"Frame {item.number + 1}: {text}")

    def dreamed(self, item: _Running, dream: Dream) -> None:
        """A frame is there: keep it, and go on with the next one of its chain."""
        future = self._writer.submit(self._folder.write, item.number, dream.image)
        self._writing.append((item.number, dream, future))
        item.number += 1
        if item.number < item.chain.span.stop:
            item.chain.dreamed(dream.image)
            item.waits = True
        else:
            self._running.remove(item)

    def refused(self, item: _Running, error: BridgeError) -> None:
        """A film with a frame missing is none."""
        raise error

    def _collect_written(self) -> None:
        for each in [each for each in self._writing if each[2].done()]:
            self._writing.remove(each)
            number, dream, future = each
            future.result()
            self._listener.frame_done(number, dream)
