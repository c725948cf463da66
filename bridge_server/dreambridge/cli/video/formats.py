"""Which codec and which of its pixel formats a film is written with, so that least is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import av

from dreambridge.cli.pictures import PictureError
from dreambridge.cli.video.pixels import Layout
from dreambridge.cli.video.source import Facts

_PREFERRED = {
    ".gif": ("gif",),
    ".webm": ("libvpx-vp9", "libsvtav1", "libvpx"),
    ".webp": ("libwebp_anim",),
    ".apng": ("apng",),
}
_USUAL = ("libx264", "libopenh264", "h264_videotoolbox", "mpeg4")
_DEEP = {".webm": ("libsvtav1",)}
"""Codecs for more than 8 bits where the usual one of a suffix has only 8."""
_CRF = {"libx264": 18, "libx265": 20, "libvpx-vp9": 24, "libvpx": 10, "libsvtav1": 24}
"""What `--crf` is where it isn't given: hardly to be told from the frames themselves."""
_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "libx264": {"preset": "medium"},
    "libvpx-vp9": {"row-mt": "1", "cpu-used": "2", "deadline": "good"},
    "libsvtav1": {"preset": "6"},
    "libwebp_anim": {"quality": "85"},
}
_RGB_CODECS = {"ffv1", "png", "apng", "qtrle", "rawvideo", "huffyuv", "utvideo", "libwebp_anim"}
"""Codecs whose films of RGB every player shows."""
_UNWANTED = ("yuvj", "nv", "p0", "p2", "cuda", "vaapi", "qsv", "videotoolbox", "vulkan")


@dataclass(frozen=True)
class CodecOptions:
    """What the user asked for; None leaves it to the suffix."""

    codec: str | None = None
    crf: int | None = None


@dataclass(frozen=True)
class Codec:
    """A codec of FFmpeg's, its options, and its pixel formats, the best first."""

    name: str
    options: Mapping[str, str]
    layouts: tuple[str, ...]


def choose_codec(out: Path, facts: Facts, asked: CodecOptions) -> Codec:
    """The codec for a film in a file of this name.

    Raises:
        PictureError: there is none, or it has no `--crf`.
    """
    name = asked.codec or _default(out, facts)
    try:
        codec = av.Codec(name, "w")
    except ValueError as error:
        raise PictureError(f"FFmpeg's libraries here have no codec {name} that writes.") from error
    if codec.type != "video":
        raise PictureError(f"{name} is no codec for films.")
    options = dict(_OPTIONS.get(codec.name, {}))
    if codec.name in _CRF:
        options["crf"] = str(_CRF[codec.name] if asked.crf is None else asked.crf)
    elif asked.crf is not None:
        raise PictureError(f"--crf doesn't go with {codec.name}, only with {', '.join(_CRF)}.")
    formats = [format_.name for format_ in codec.video_formats or ()]
    return Codec(codec.name, options, _ranked(formats or ["yuv420p"], facts, codec.name))


def _default(out: Path, facts: Facts) -> str:
    suffix = out.suffix.lower()
    names = _PREFERRED.get(suffix, _USUAL)
    if facts.bits > 8:
        names = (*_DEEP.get(suffix, ()), *names)
    for name in names:
        if name in av.codecs_available:
            try:
                av.Codec(name, "w")
            except ValueError:
                continue  # it only reads
            return name
    raise PictureError(f"FFmpeg's libraries here have no codec for {out.name}; name one: --codec.")


def _ranked(formats: list[str], facts: Facts, codec: str) -> tuple[str, ...]:
    """The pixel formats, those that lose least and are understood most widely first."""
    source = Layout.of(facts.layout)
    wants_rgb = source.rgb and codec in _RGB_CODECS
    chroma = (2, 2) if source.rgb or source.grey else source.chroma

    def loss(name: str) -> tuple[float, ...]:
        layout = Layout.of(name)
        coarser = max(layout.chroma[0] - chroma[0], 0) + max(layout.chroma[1] - chroma[1], 0)
        finer = max(chroma[0] - layout.chroma[0], 0) + max(chroma[1] - layout.chroma[1], 0)
        return (
            layout.grey and not source.grey,
            facts.alpha and not layout.alpha,
            layout.rgb is not wants_rgb,
            max(0, facts.bits - layout.bits),
            coarser,
            finer,
            layout.grey,  # players expect colours
            layout.alpha and not facts.alpha,
            layout.bits,
        )

    usable = [name for name in formats if _is_usable(name)]
    return tuple(sorted(usable, key=loss))


def _is_usable(name: str) -> bool:
    """Whether the scaler makes it of RGB; those of hardware it doesn't, old names aren't wanted."""
    if name.startswith(_UNWANTED):
        return False
    try:
        layout = Layout.of(name)
        av.VideoFrame(16, 16, "rgb24").reformat(format=name)
    except (ValueError, av.FFmpegError):
        return False
    return layout.bits <= 16
