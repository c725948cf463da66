"""Films for tests: small ones made by FFmpeg's libraries, and what is in one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from dreambridge.arrays import Array
from dreambridge.paths import VARIABLE

RATE, WIDTH, HEIGHT = Fraction(24), 160, 120
QUICK = ["--layers", "relu2_1", "--octaves", "1", "--iterations", "2"]
_SOUND_RATE = 48000


def pan(
    photo: Array, count: int, cut: int | None = None, size: tuple[int, int] = (120, 160)
) -> list[Array]:
    """A camera that moves over a photograph, and from the frame `cut` on over another place."""
    height, width = size
    frames = []
    for index in range(count):
        x, y = (20 + 2 * index, 30) if cut is None or index < cut else (380 - 2 * index, 230)
        frames.append(np.ascontiguousarray(photo[y : y + height, x : x + width]))
    return frames


@dataclass
class Making:
    """How a film is made; `pts` in `time_base`, None for one frame after the other."""

    codec: str = "libx264"
    layout: str = "yuv420p"
    rate: Fraction = RATE
    time_base: Fraction | None = None
    pts: Sequence[int] | None = None
    sound: str = ""
    aspect: Fraction | None = None
    rotation: int = 0
    colour: dict[str, int] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=lambda: {"crf": "10"})


def write_film(path: Path, frames: Sequence[Array], making: Making | None = None) -> Path:
    """A film of RGB frames."""
    making = making or Making()
    options = making.options if making.codec.startswith("libx26") else {}
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(making.codec, rate=making.rate, options=options)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = making.layout
        if making.time_base:
            stream.codec_context.time_base = making.time_base
        if making.aspect:
            stream.sample_aspect_ratio = making.aspect
        if making.rotation:
            stream.set_display_rotation(making.rotation)
        for name, value in making.colour.items():
            setattr(stream.codec_context, name, value)
        track: Any = None
        if making.sound:
            track = container.add_stream(making.sound, rate=_SOUND_RATE)
            track.codec_context.layout = "mono"
        for index, pixels in enumerate(frames):
            container.mux(stream.encode(_frame(pixels, making, index)))
        container.mux(stream.encode(None))
        if track is not None:
            _sing(container, track, len(frames) / float(making.rate))
    return path


def _frame(pixels: Array, making: Making, index: int) -> av.VideoFrame:
    rgb: Any = pixels
    name = {(1, 3): "rgb24", (2, 3): "rgb48le", (1, 4): "rgba"}[pixels.itemsize, pixels.shape[2]]
    matrix = making.colour.get("colorspace", 5)
    frame = av.VideoFrame.from_ndarray(rgb, name).reformat(
        format=making.layout,
        dst_colorspace=matrix,
        dst_color_range=making.colour.get("color_range", 1),
    )
    frame.pts = index if making.pts is None else making.pts[index]
    frame.time_base = making.time_base or 1 / making.rate
    return frame


def _sing(container: Any, track: Any, seconds: float) -> None:
    """A rising tone as long as the film."""
    size = track.codec_context.frame_size or 1024
    for start in range(0, round(seconds * _SOUND_RATE), size):
        at = np.arange(start, start + size) / _SOUND_RATE
        tone = (0.3 * np.sin(2 * np.pi * (300 + 400 * at) * at)).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(tone, "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = _SOUND_RATE, start, Fraction(1, _SOUND_RATE)
        container.mux(track.encode(frame))
    container.mux(track.encode(None))


@dataclass
class Seen:
    """What is in a film's file; `seconds` is when each frame is shown."""

    frames: list[Any]
    seconds: list[float]
    stream: Any
    codec: str
    layout: str
    rotation: int
    aspect: Fraction | None
    rate: Fraction
    colour: tuple[int, int, int, int]
    sound: list[bytes]
    sound_codec: str
    sound_seconds: list[float]


def see(path: Path) -> Seen:
    """Everything in a film's file, its frames as RGB."""
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        decoded = list(container.decode(stream))
        context = stream.codec_context
        frames = [frame.to_ndarray(format="rgb24") for frame in decoded]
        colour = tuple(
            int(getattr(context, name))
            for name in ("colorspace", "color_primaries", "color_trc", "color_range")
        )
        first = decoded[0]
        facts = (
            [frame.time for frame in decoded],
            stream,
            context.name,
            first.format.name,
            first.rotation,
            stream.sample_aspect_ratio,
            stream.average_rate,
            colour,
        )
    sound, sound_codec, sound_seconds = _hear(path)
    return Seen(frames, *facts, sound, sound_codec, sound_seconds)  # type: ignore[arg-type]


def _hear(path: Path) -> tuple[list[bytes], str, list[float]]:
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return [], "", []
        track = container.streams.audio[0]
        packets = [packet for packet in container.demux(track) if packet.pts is not None]
        times = [float(packet.pts * packet.time_base) for packet in packets]
        return [bytes(packet) for packet in packets], track.codec_context.name, times


def difference(first: Sequence[Array], second: Sequence[Array]) -> float:
    """The mean difference of two films in grey levels."""
    pairs = zip(first, second, strict=True)
    return float(np.mean([np.abs(a.astype(float) - b).mean() for a, b in pairs]))


def start_film(
    home: Path, *arguments: object, most_bytes: int | None = None
) -> subprocess.Popen[str]:
    """`dreambridge … --json` as a process of its own, which may write no larger files."""

    def limit() -> None:
        if most_bytes is not None:
            import resource

            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return subprocess.Popen(
        [sys.executable, "-m", "dreambridge", *map(str, arguments), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {VARIABLE: str(home)},
        preexec_fn=limit if most_bytes is not None else None,
    )
