"""Where frames come from: a film's file or numbered pictures, with what is kept of them.

`movie` and `numbered` are the two kinds. A frame is upright and of the size that was asked for.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from dreambridge.cli.pictures import Picture


@dataclass(frozen=True)
class Colour:
    """What a film says of its colours, in FFmpeg's numbers (ISO 23091-2); 2 is "not said".

    `range` is 1 for 16 to 235, 2 for all values, 0 for not said.
    """

    space: int = 2
    primaries: int = 2
    transfer: int = 2
    range: int = 0


@dataclass(frozen=True)
class Facts:
    """What is known of a source before its frames are read.

    `width` and `height` are those of a frame as it is dreamed, `aspect` a pixel's. `time_base` is
    the unit of times in seconds, `rate` the frames in a second on average. `layout` is the name of
    FFmpeg's pixel format, `bits` those of a channel.
    """

    width: int
    height: int
    time_base: Fraction
    rate: Fraction
    layout: str
    bits: int
    alpha: bool = False
    aspect: Fraction = Fraction(1)
    colour: Colour = Colour()


@dataclass(frozen=True)
class Moment:
    """When a frame is shown and for how long, in the source's time base."""

    pts: int
    duration: int


class Source(ABC):
    """The frames of a clip, numbered from 0 as they are in the file."""

    path: Path
    facts: Facts
    notes: list[str]

    @abstractmethod
    def moments(self) -> Iterator[tuple[Moment, Picture]]:
        """Every frame from the first on, with its time.

        Raises:
            PictureError: not even one can be read.
        """

    @abstractmethod
    def frames(self, numbers: list[int], times: list[Moment]) -> Iterator[Picture]:
        """The frames of these ascending numbers, whose times are in `times` by number.

        Raises:
            PictureError: one of them can't be read any more.
        """

    @abstractmethod
    def files(self) -> dict[str, Path]:
        """The files that it reads, by a name for each."""
