"""A film's file, read by FFmpeg's libraries."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from dreambridge.cli.pictures import Picture, PictureError
from dreambridge.cli.pictures.resizing import reduced_size, resized
from dreambridge.cli.video.pixels import FULL, Layout, to_array
from dreambridge.cli.video.source import Colour, Facts, Moment, Source

_COVER = av.stream.Disposition.attached_pic


class Movie(Source):
    """The first film in a file, no side longer than `longest` pixels.

    Raises:
        PictureError: there is none.
    """

    def __init__(self, path: Path, longest: int | None = None) -> None:
        self.path, self._longest = path, longest
        self.notes = []
        with self._opened() as (container, stream):
            first = next(_decoded(container, stream), None)
            if first is None:
                raise PictureError(f"{path.name} has no frames that can be read.")
            self._colour = _colour(stream, first)
            self.facts = self._facts(stream, first)

    def _facts(self, stream: VideoStream, first: av.VideoFrame) -> Facts:
        layout = Layout.of(first.format.name)
        turned = round(first.rotation / 90) % 2 == 1
        width, height = (first.height, first.width) if turned else (first.width, first.height)
        if self._longest is not None and max(width, height) > self._longest:
            width, height = map(even, reduced_size(width, height, self._longest))
        aspect = stream.sample_aspect_ratio or Fraction(1)
        aspect = Fraction(1) if aspect <= 0 else 1 / aspect if turned else Fraction(aspect)
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        assert stream.time_base is not None
        return Facts(
            width,
            height,
            stream.time_base,
            Fraction(rate),
            first.format.name,
            layout.bits,
            layout.alpha,
            aspect,
            self._colour,
        )

    def moments(self) -> Iterator[tuple[Moment, Picture]]:
        frames, before, count = self._read(), -1, 0
        for pts, frame in frames:
            duration = frame.duration or round(1 / (self.facts.rate * self.facts.time_base))
            moment = Moment(max(pts, before + 1), max(1, duration))  # two never share a time
            before, count = moment.pts, count + 1
            yield moment, self._picture(frame)
        if not count:
            raise PictureError(f"{self.path.name} has no frames that can be read.")

    def frames(self, numbers: list[int], times: list[Moment]) -> Iterator[Picture]:
        left = deque(numbers)
        for seek in (True, False):
            for number, frame in self._numbered(left[0] if seek else 0, times):
                if number > left[0]:
                    break  # seeking led astray: once more, from the beginning
                if number == left[0]:
                    left.popleft()
                    yield self._picture(frame)
                if not left:
                    return
        raise PictureError(f"{self.path.name} has fewer frames than before: it was changed.")

    def files(self) -> dict[str, Path]:
        return {"film": self.path}

    def _numbered(self, start: int, times: list[Moment]) -> Iterator[tuple[int, av.VideoFrame]]:
        """Frames with their numbers, beginning somewhere before `start`."""
        if start == 0:
            yield from ((index, frame) for index, (_, frame) in enumerate(self._read()))
            return
        known = {moment.pts: index for index, moment in enumerate(times)}
        for pts, frame in self._read(times[start].pts):
            yield known.get(pts, -1), frame

    def _read(self, pts: int | None = None) -> Iterator[tuple[int, av.VideoFrame]]:
        """Times and frames from the last point before `pts` where decoding can begin."""
        with self._opened() as (container, stream):
            if pts is not None:
                container.seek(pts, stream=stream)
            step = round(1 / (self.facts.rate * self.facts.time_base))
            expected = 0
            for frame in _decoded(container, stream, self.notes):
                at = expected if frame.pts is None else frame.pts
                expected = at + max(1, frame.duration or step)
                yield at, frame

    def _picture(self, frame: av.VideoFrame) -> Picture:
        picture = Picture(to_array(frame, self._colour))
        return resized(picture, (self.facts.width, self.facts.height))

    @contextmanager
    def _opened(self) -> Iterator[tuple[InputContainer, VideoStream]]:
        try:
            with av.open(str(self.path)) as container:
                films = [each for each in container.streams.video if not each.disposition & _COVER]
                if not films:
                    raise PictureError(f"{self.path.name} has no film, only sound or pictures.")
                films[0].thread_type = "AUTO"
                yield container, films[0]
        except FileNotFoundError as error:
            raise PictureError(f"There is no file {self.path}.") from error
        except (FFmpegError, OSError) as error:
            said = getattr(error, "strerror", None) or str(error)
            raise PictureError(f"{self.path.name} can't be read as a film ({said}).") from error


def even(side: int) -> int:
    """The even number of pixels nearest to a side's, which most films need."""
    return max(2, 2 * round(side / 2))


def _decoded(
    container: InputContainer, stream: VideoStream, notes: list[str] | None = None
) -> Iterator[av.VideoFrame]:
    """The frames of a stream; where a damaged file breaks off, those before."""
    count = 0
    try:
        for frame in container.decode(stream):
            count += 1
            yield frame
    except FFmpegError as error:
        if not count:
            raise
        note = f"The film is damaged behind frame {count} ({error.strerror}) and ends there."
        if notes is not None and note not in notes:
            notes.append(note)


def _colour(stream: VideoStream, frame: av.VideoFrame) -> Colour:
    context = stream.codec_context
    full = frame.format.name.startswith("yuvj")
    return Colour(
        int(context.colorspace),
        int(context.color_primaries),
        int(context.color_trc),
        FULL if full else int(context.color_range),
    )
