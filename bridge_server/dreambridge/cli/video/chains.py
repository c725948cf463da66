"""Frames that are dreamed in order, each from what came of the one before: a shot of a clip."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from fractions import Fraction

from bridgeclient.protocol import ImageFrame
from bridgeclient.request import DreamRequest, PreviousFrame
from dreambridge.arrays import Array, to_frame
from dreambridge.cli.pictures import Picture, PictureError, to_dream
from dreambridge.cli.video.scan import Scan
from dreambridge.cli.video.source import Source
from dreambridge.cli.video.timeline import Timeline
from dreamcore.motion.coherence import Coherence
from dreamcore.settings import DreamSettings


class Chain(ABC):
    """Frames of one result by their numbers in it, `span`, one after the other."""

    def __init__(self, span: range) -> None:
        self.span = span

    @abstractmethod
    def begin(self, number: int, kept: Callable[[int], Array]) -> None:
        """Start with this frame; `kept` gives the dreams of those before it."""

    @abstractmethod
    def iterations(self, number: int) -> int:
        """Steps at every octave that this frame takes."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether `request` would return at once."""

    @abstractmethod
    def request(self) -> DreamRequest:
        """The next frame to dream.

        Raises:
            PictureError: it can't be read.
        """

    @abstractmethod
    def dreamed(self, dream: Array) -> None:
        """What came of it; the next one can be asked for."""


def frame_settings(settings: DreamSettings, *, first: bool) -> DreamSettings:
    """What is dreamed of a frame: the first of a chain as a still, others on top of the last."""
    return settings if first or not settings.coherence else Coherence.of(settings).settings


@dataclass(frozen=True)
class ShotPlan:
    """What holds for every frame of a clip; `start` is the second at which the result begins."""

    source: Source
    scan: Scan
    timeline: Timeline
    mask: Array | None = None
    guide: Array | None = None

    def seconds(self, number: int) -> float:
        """When a frame of the result is shown."""
        numbers, moments = self.scan.numbers, self.scan.moments
        ticks = moments[numbers[number]].pts - moments[numbers[0]].pts
        return float(Fraction(ticks) * self.source.facts.time_base)

    def pixels(self, picture: Picture) -> Array:
        """A frame as it is dreamed; without alpha where nothing is transparent."""
        pixels = to_dream(picture)
        return pixels[..., :-1] if picture.has_alpha and self.scan.opaque else pixels

    def chains(self, readers: Executor) -> list[Chain]:
        """The shots; frames that need no other one are shots of their own."""
        spans: list[range] = []
        for shot in self.scan.shots():
            start = shot.start
            for number in shot:
                if number > start and not self.timeline.at(self.seconds(number)).coherence:
                    spans.append(range(start, number))
                    start = number
            spans.append(range(start, shot.stop))
        return [Shot(self, span, readers) for span in spans]


class Shot(Chain):
    """Frames of a clip, read one ahead by another thread."""

    def __init__(self, plan: ShotPlan, span: range, readers: Executor) -> None:
        super().__init__(span)
        self._plan, self._readers = plan, readers
        self._frames: Iterator[Picture] = iter(())
        self._next: Future[ImageFrame] | None = None
        self._number = span.start
        self._image: ImageFrame | None = None
        self._previous: PreviousFrame | None = None
        self._last: Array | None = None

    def begin(self, number: int, kept: Callable[[int], Array]) -> None:
        scan, first = self._plan.scan, number
        self._number = number
        if number > self.span.start:
            self._last, first = kept(number - 1), number - 1
        numbers = scan.numbers[first : self.span.stop]
        self._frames = self._plan.source.frames(numbers, scan.moments)
        self._read()

    def iterations(self, number: int) -> int:
        settings = self._plan.timeline.at(self._plan.seconds(number))
        return frame_settings(settings, first=number == self.span.start).iterations

    def _read(self) -> None:
        self._next = self._readers.submit(self._frame)

    def _frame(self) -> ImageFrame:
        picture = next(self._frames, None)
        if picture is None:
            raise PictureError(f"{self._plan.source.path.name} has fewer frames than before.")
        return to_frame(self._plan.pixels(picture))

    def ready(self) -> bool:
        return self._next is not None and self._next.done()

    def request(self) -> DreamRequest:
        assert self._next is not None, "asked for before it was begun"
        image = self._next.result()
        if self._last is not None:  # the frame before, read again to go on
            self._previous = PreviousFrame(image, to_frame(self._last))
            self._last = None
            image = self._frame()
        self._image = image
        if self._number + 1 < self.span.stop:
            self._read()
        plan, mask, guide = self._plan, self._plan.mask, self._plan.guide
        return DreamRequest.frame(
            image,
            plan.timeline.at(plan.seconds(self._number)).to_json(),
            previous=self._previous,
            mask=None if mask is None else to_frame(mask),
            guide=None if guide is None else to_frame(guide),
        )

    def dreamed(self, dream: Array) -> None:
        assert self._image is not None, "no frame was asked for"
        self._previous = PreviousFrame(self._image, to_frame(dream))
        self._number += 1
