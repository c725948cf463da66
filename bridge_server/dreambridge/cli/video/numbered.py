"""Numbered pictures as a clip: `frames/%05d.png` means every number that there is, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from dreambridge.cli.pictures import Picture, PictureError, read_picture, reduced
from dreambridge.cli.video.source import Facts, Moment, Source

_NUMBER = re.compile(r"%(?:0(\d+))?d")
_LAYOUTS = {1: "gray", 2: "ya8", 3: "rgb24", 4: "rgba"}


def is_pattern(path: Path) -> bool:
    """Whether the name stands for numbered pictures."""
    return _NUMBER.search(path.name) is not None


def numbered(pattern: Path, number: int) -> Path:
    """The picture of this number."""
    name = _NUMBER.sub(lambda found: f"{number:0{found[1] or 1}d}", pattern.name, count=1)
    return pattern.with_name(name)


class NumberedPictures(Source):
    """The pictures that a pattern means, at so many in a second.

    Raises:
        PictureError: there are none.
    """

    def __init__(self, pattern: Path, rate: Fraction, longest: int | None) -> None:
        self.path, self._longest = pattern, longest
        self.notes = []
        found = _found(pattern)
        if not found:
            raise PictureError(f"There are no pictures {pattern}.")
        self._numbers = sorted(found)
        self._paths = [found[number] for number in self._numbers]
        first = self._picture(self._paths[0])
        self.notes += first.notes
        height, width, channels = first.pixels.shape
        self.facts = Facts(
            width,
            height,
            1 / rate,
            rate,
            _LAYOUTS[channels],
            8 if first.pixels.dtype.name == "uint8" else 16,
            first.has_alpha,
        )

    def moments(self) -> Iterator[tuple[Moment, Picture]]:
        for index, path in enumerate(self._paths):
            yield Moment(index, 1), self._picture(path)

    def frames(self, numbers: list[int], times: list[Moment]) -> Iterator[Picture]:
        for number in numbers:
            yield self._picture(self._paths[number])

    def files(self) -> dict[str, Path]:
        return {path.name: path for path in self._paths}

    def number_of(self, index: int) -> int:
        """The number in the name of a frame's picture."""
        return self._numbers[index]

    def _picture(self, path: Path) -> Picture:
        picture = read_picture(path)
        return picture if self._longest is None else reduced(picture, self._longest)


def _found(pattern: Path) -> dict[int, Path]:
    """The pictures by number."""
    before, _, after = _NUMBER.sub("\0", pattern.name, count=1).partition("\0")
    name = re.compile(rf"{re.escape(before)}(\d+){re.escape(after)}")
    found: dict[int, Path] = {}
    for path in pattern.parent.iterdir() if pattern.parent.is_dir() else ():
        match = name.fullmatch(path.name)
        if match and path.name == numbered(pattern, int(match[1])).name:
            found[int(match[1])] = path
    return found
