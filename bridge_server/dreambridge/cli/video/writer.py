"""Finished frames into a film's file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import av
from av.container import OutputContainer
from av.error import FFmpegError
from av.filter import Graph
from av.video.stream import VideoStream

from dreambridge.arrays import Array
from dreambridge.cli.pictures import PictureError
from dreambridge.cli.video.formats import Codec
from dreambridge.cli.video.pixels import Layout, to_frame
from dreambridge.cli.video.sound import Sound
from dreambridge.cli.video.source import Colour, Facts, Moment

_LOOPING = {"gif": {"loop": "0"}, "webp": {"loop": "0"}, "apng": {"plays": "0"}}
_BT709 = Colour(1, 1, 1, 1)
_QUICKTIME = {"mp4", "mov", "ipod"}


@dataclass(frozen=True)
class Film:
    """What a film is written as: how its frames are, with which codec in which pixel format.

    `name` is the file's, for people; `notes` are sentences on what it will lack.
    """

    name: str
    facts: Facts
    codec: Codec
    layout: str = ""
    notes: tuple[str, ...] = ()

    @property
    def colour(self) -> Colour:
        """What it says of its colours; RGB becomes what players expect of YUV."""
        source, target = Layout.of(self.facts.layout), Layout.of(self.layout)
        if target.rgb:
            return Colour(range=2)
        return _BT709 if source.rgb or (source.grey and not target.grey) else self.facts.colour


class Writer:
    """A film's file that is being written; made by `open_writer`."""

    def __init__(self, container: OutputContainer, film: Film, sound: Sound | None) -> None:
        self._container, self._film, self._sound = container, film, sound
        self._stream = _add_stream(container, film)
        if sound is not None:
            sound.add_to(container)
        self._graph = _palettes(film) if film.codec.name == "gif" else None
        self._durations: dict[int, int] = {}
        self._layout = film.layout if self._graph is None else _before_palette(film)

    def add(self, pixels: Array, moment: Moment) -> None:
        """The next frame, and the sound before it."""
        base = self._film.facts.time_base
        if self._sound is not None:
            self._sound.write_until(float(moment.pts * base), self._container)
        frame = to_frame(pixels, self._layout, self._film.colour)
        frame.pts, frame.duration, frame.time_base = moment.pts, moment.duration, base
        self._durations[moment.pts] = moment.duration
        if self._graph is None:
            self._encode(frame)
        else:
            self._graph.push(frame)
            self._drain(self._graph)

    def _drain(self, graph: Graph) -> None:
        while True:
            try:
                frame = graph.pull()
            except (BlockingIOError, av.EOFError):
                return
            assert isinstance(frame, av.VideoFrame)
            self._encode(frame)

    def _encode(self, frame: av.VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            duration = self._durations.pop(packet.pts or 0, None)
            if duration and packet.time_base == self._film.facts.time_base:
                packet.duration = duration  # encoders forget it
            self._container.mux(packet)

    def finish(self) -> None:
        """Nothing follows."""
        if self._graph is not None:
            self._graph.push(None)
            self._drain(self._graph)
        self._encode(None)
        if self._sound is not None:
            self._sound.write_until(None, self._container)


@contextmanager
def open_writer(path: Path, film: Film, sound: Sound | None = None) -> Iterator[Writer]:
    """A writer of a film's file at `path`, whose suffix says what kind of file.

    Raises:
        PictureError: it can't be written.
    """
    try:
        options = _LOOPING.get(path.suffix.lower().lstrip("."), {})
        with av.open(str(path), "w", container_options=options) as container:
            yield Writer(container, film, sound)
    except (FFmpegError, OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise PictureError(f"{film.name} can't be written ({said}).") from error


def choose_layout(trial: Path, film: Film, first: Array, sound: Callable[[], Sound] | None) -> Film:
    """The film with the first of its codec's pixel formats in which such a file can be written.

    Raises:
        PictureError: there is none.
    """
    error: PictureError | None = None
    for layout in film.codec.layouts:
        chosen = replace(film, layout=layout)
        try:
            with ExitStack() as stack:
                track = None if sound is None else stack.enter_context(sound())
                writer = stack.enter_context(open_writer(trial, chosen, track))
                writer.add(first, Moment(0, 1))
                writer.finish()
            return replace(chosen, notes=() if track is None else tuple(track.notes))
        except PictureError as failed:
            error = error or failed
        finally:
            trial.unlink(missing_ok=True)
    raise error or PictureError(f"{film.codec.name} has no pixel format that could be used.")


def _add_stream(container: OutputContainer, film: Film) -> VideoStream:
    facts, colour = film.facts, film.colour
    stream = container.add_stream(
        film.codec.name, rate=facts.rate, options=dict(film.codec.options)
    )
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = facts.width, facts.height, film.layout
    context = stream.codec_context
    if "crf" in film.codec.options:
        context.bit_rate = 0
    context.time_base = facts.time_base
    if facts.aspect != 1:
        context.sample_aspect_ratio = stream.sample_aspect_ratio = facts.aspect
    context.colorspace, context.color_range = colour.space, colour.range
    context.color_primaries, context.color_trc = colour.primaries, colour.transfer
    if context.name in ("hevc", "libx265") and container.format.name in _QUICKTIME:
        context.codec_tag = "hvc1"  # Apple's players know no other
    return stream


def _before_palette(film: Film) -> str:
    return "rgba" if film.facts.alpha else "rgb24"


def _palettes(film: Film) -> Graph:
    """A palette of its own for each frame, which a dream's colours need."""
    facts = film.facts
    graph = Graph()
    source = graph.add_buffer(
        width=facts.width,
        height=facts.height,
        format=av.VideoFormat(_before_palette(film), facts.width, facts.height),
        time_base=facts.time_base,
    )
    split, palette = graph.add("split"), graph.add("palettegen", "stats_mode=single")
    use = graph.add("paletteuse", "new=1:dither=bayer:bayer_scale=3")
    sink = graph.add("buffersink")
    source.link_to(split)
    split.link_to(palette, 0, 0)
    split.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    return graph
