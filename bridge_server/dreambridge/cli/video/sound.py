"""The sound of a film, taken over as it is, or into a codec that the new file can hold."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

_ENCODERS = {"opus": "libopus", "vorbis": "libvorbis", "mp3": "libmp3lame"}
_OPUS_RATE = 48000


def has_sound(path: Path) -> bool:
    """Whether a film has any sound track."""
    with av.open(str(path)) as container:
        return bool(container.streams.audio)


class Sound:
    """Every sound track of a file from one second to another, in step with its film.

    A context. `whole` says whether that is the file's beginning. `notes` are sentences on what
    could not be taken over as it is.
    """

    def __init__(self, path: Path, start: float, end: float | None, *, whole: bool) -> None:
        self._container: InputContainer = av.open(str(path))
        self._whole = whole
        self._start, self._end = start, end
        self.notes: list[str] = []
        self._tracks: dict[int, _Track] = {}
        self._packets: Iterator[Packet[Any]] = iter(())
        self._next: Packet[Any] | None = None

    def __enter__(self) -> Sound:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def add_to(self, out: OutputContainer) -> None:
        """Make a track in the new file for each of this one's, before anything is written."""
        known = out.supported_codecs
        for stream in self._container.streams.audio:
            name = stream.codec_context.codec.canonical_name
            if name in known:
                self._tracks[stream.index] = _Copied(stream, out.add_stream_from_template(stream))
            elif out.default_audio_codec in ("", "none"):
                self.notes.append("The sound is left out: such a file has none.")
                return
            else:
                self.notes.append(f"The sound's {name} becomes {out.default_audio_codec}.")
                self._tracks[stream.index] = _Encoded(stream, _encoder(out, stream))
        if self._tracks:
            self._packets = self._container.demux(
                [stream for stream in self._container.streams.audio if stream.index in self._tracks]
            )
            self._next = next(self._packets, None)

    def write_until(self, seconds: float | None, out: OutputContainer) -> None:
        """Write what belongs before so many seconds of the film, or all; in order of time."""
        while self._next is not None:
            packet = self._next
            if packet.pts is None or packet.time_base is None:
                self._next = next(self._packets, None)
                continue
            at = float(packet.pts * packet.time_base) - self._start
            if seconds is not None and at > seconds:
                return
            if self._has(at):
                self._tracks[packet.stream.index].write(packet, self._start, out)
            self._next = next(self._packets, None)
        if seconds is None:
            for track in self._tracks.values():
                track.finish(out)

    def _has(self, at: float) -> bool:
        """Whether what sounds so many seconds after the start belongs to it; encoders begin early,
        which is kept where the film begins with them.
        """
        return (at >= 0 or self._whole) and (self._end is None or at < self._end - self._start)


class _Track:
    def write(self, packet: Packet[AudioStream], start: float, out: OutputContainer) -> None:
        """A packet, so many seconds earlier."""
        raise NotImplementedError

    def finish(self, out: OutputContainer) -> None:
        """What is still held back."""


class _Copied(_Track):
    """Packets as they are."""

    def __init__(self, source: AudioStream, target: AudioStream) -> None:
        self._source, self._target = source, target

    def write(self, packet: Packet[AudioStream], start: float, out: OutputContainer) -> None:
        assert self._source.time_base is not None
        shift = round(Fraction(start) / self._source.time_base)
        if packet.pts is not None:
            packet.pts -= shift
        if packet.dts is not None:
            packet.dts -= shift
        packet.stream = self._target
        out.mux(packet)


class _Encoded(_Track):
    """Packets decoded, and encoded anew."""

    def __init__(self, source: AudioStream, target: AudioStream) -> None:
        self._source, self._target = source, target
        context = target.codec_context
        self._resampler = av.AudioResampler(context.format, context.layout, context.rate)
        self._fifo = av.AudioFifo()
        self._samples: int | None = None

    def write(self, packet: Packet[AudioStream], start: float, out: OutputContainer) -> None:
        for frame in packet.decode():
            assert isinstance(frame, av.AudioFrame)
            if self._samples is None:
                at = max(0.0, (frame.time or 0.0) - start)
                self._samples = round(at * self._target.codec_context.rate)
            self._take(self._resampler.resample(frame), out)

    def _take(self, frames: list[av.AudioFrame], out: OutputContainer) -> None:
        for each in frames:
            each.pts = None
            self._fifo.write(each)
        size = self._target.codec_context.frame_size or 1024
        while (frame := self._fifo.read(size)) is not None:
            self._encode(frame, out)

    def _encode(self, frame: av.AudioFrame, out: OutputContainer) -> None:
        rate = self._target.codec_context.rate
        frame.pts, frame.time_base = self._samples or 0, Fraction(1, rate)
        self._samples = (self._samples or 0) + frame.samples
        out.mux(self._target.encode(frame))

    def finish(self, out: OutputContainer) -> None:
        self._take(self._resampler.resample(None), out)
        if (rest := self._fifo.read(0, partial=True)) is not None:
            self._encode(rest, out)
        out.mux(self._target.encode(None))


def _encoder(out: OutputContainer, source: AudioStream) -> AudioStream:
    name = out.default_audio_codec
    rate = _OPUS_RATE if name == "opus" else source.codec_context.rate
    stream = out.add_stream(_ENCODERS.get(name, name), rate=rate)
    assert isinstance(stream, AudioStream)
    stream.codec_context.layout = source.codec_context.layout
    stream.codec_context.open()
    return stream
