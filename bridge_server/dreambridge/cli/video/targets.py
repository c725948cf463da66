"""Where a film's frames go in the end: a film's file, or numbered pictures."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from dreambridge.arrays import Array
from dreambridge.cli.pictures import (
    Destination,
    Picture,
    PictureError,
    from_dream,
    to_dream,
    write_picture,
)
from dreambridge.cli.pictures.writing import file_mode
from dreambridge.cli.video.formats import CodecOptions, choose_codec
from dreambridge.cli.video.numbered import numbered
from dreambridge.cli.video.pixels import Layout
from dreambridge.cli.video.sound import Sound
from dreambridge.cli.video.source import Facts, Moment
from dreambridge.cli.video.writer import Film, choose_layout, open_writer


class Target(ABC):
    """A place for finished frames; `out` is what it is called."""

    out: Path

    @abstractmethod
    def prepare(self, folder: Path, first: Array) -> Sequence[str]:
        """Try to write, in the folder of frames, as the result will be written.

        Returns:
            Sentences on what the result will lack.

        Raises:
            PictureError: it can't be written.
        """

    @abstractmethod
    def write(self, folder: Path, frames: Iterable[Array], times: Sequence[Moment]) -> None:
        """Put the result in its place.

        Raises:
            PictureError: it can't be written; what was there is as it was.
        """


class MovieTarget(Target):
    """A film's file, with the sound that `sound` opens."""

    def __init__(
        self, out: Path, facts: Facts, asked: CodecOptions, sound: Callable[[], Sound] | None
    ) -> None:
        self.out, self._facts, self._sound = out, facts, sound
        self._film = Film(str(out), facts, choose_codec(out, facts, asked))

    def prepare(self, folder: Path, first: Array) -> Sequence[str]:
        if self.out.is_dir() or not os.access(self.out.parent, os.W_OK):
            raise PictureError(f"{self.out} can't be written: no file can be made there.")
        self._film = choose_layout(self._temporary(folder), self._film, first, self._sound)
        return [*_losses(self._facts, self._film), *self._film.notes]

    def write(self, folder: Path, frames: Iterable[Array], times: Sequence[Moment]) -> None:
        path = self._temporary(folder)
        sound = None if self._sound is None else self._sound()
        try:
            with open_writer(path, self._film, sound) as writer:
                for pixels, moment in zip(frames, times, strict=True):
                    writer.add(pixels, moment)
                writer.finish()
            with path.open("rb+") as file:
                os.fsync(file.fileno())  # a disk that is full may say so only now
            target = self.out.resolve()  # a link stays; what it points to is replaced
            os.chmod(path, file_mode(target))
            os.replace(path, target)
        except OSError as error:
            raise PictureError(f"{self.out} can't be written ({error.strerror}).") from error
        finally:
            if sound is not None:
                sound.__exit__()
            path.unlink(missing_ok=True)

    def _temporary(self, folder: Path) -> Path:
        return folder / f"film{self.out.suffix}"


class PicturesTarget(Target):
    """Numbered pictures; `originals` have what is known of each beyond its pixels."""

    def __init__(
        self,
        pattern: Path,
        numbers: Sequence[int],
        originals: Callable[[], Iterable[Picture]] | None = None,
    ) -> None:
        self.out, self._numbers, self._originals = pattern, numbers, originals

    def prepare(self, folder: Path, first: Array) -> Sequence[str]:
        with Destination(numbered(self.out, self._numbers[0])) as destination:
            return destination.try_encoding(Picture(first))

    def write(self, folder: Path, frames: Iterable[Array], times: Sequence[Moment]) -> None:
        known: Iterator[Picture] = iter(self._originals() if self._originals else ())
        for number, pixels in zip(self._numbers, frames, strict=True):
            original = next(known, None)
            result = Picture(pixels)
            if original is not None:
                result = from_dream(original, to_dream(original), pixels)
            write_picture(numbered(self.out, number), result)


def _losses(facts: Facts, film: Film) -> list[str]:
    """What such a film can't hold."""
    source, layout, name = Layout.of(facts.layout), Layout.of(film.layout), film.codec.name
    notes = []
    if facts.alpha and not layout.alpha and name != "gif":
        notes.append(f"{name} has no transparency: what is transparent gets the colours below it.")
    if facts.bits > 8 and layout.bits < min(facts.bits, 10) and name != "gif":
        rounded = f"the film's {facts.bits} are rounded."
        notes.append(f"{name} has {layout.bits} bits per channel; {rounded}")
    odd = facts.width % 2 or facts.height % 2
    if odd and layout.chroma == (1, 1) and source.chroma == (2, 2) and not layout.rgb:
        notes.append(
            f"{facts.width} × {facts.height} is odd, so the film is written as 4:4:4, which not "
            "every player shows; with --size its sides become even."
        )
    return notes
