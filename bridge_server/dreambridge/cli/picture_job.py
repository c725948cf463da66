"""One picture on its way through a dream: read with what goes with it, tried, and written.

Knows nothing of where the dream is computed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bridgeclient.request import DreamRequest
from dreambridge.arrays import Array, to_array, to_frame
from dreambridge.cli.engines import Dream
from dreambridge.cli.pictures import (
    MAX_MEGAPIXELS,
    QUALITY,
    Destination,
    Picture,
    from_dream,
    read_mask,
    read_picture,
    reduced,
    reduced_mask,
    to_dream,
)
from dreamcore.settings import DreamSettings


@dataclass(frozen=True)
class ReadOptions:
    """How large a picture is read at most, and to which longest side it is made smaller."""

    max_megapixels: float = MAX_MEGAPIXELS
    size: int | None = None


@dataclass(frozen=True)
class WriteOptions:
    """The format's name, None for that of the suffix, and the quality of JPEG and WebP.

    `try_all` says whether the whole picture is written for a trial, which finds a full disk too, or
    a corner of it, where the time matters and the dream can be had again.
    """

    format: str | None = None
    quality: int = QUALITY
    try_all: bool = True


@dataclass(frozen=True)
class Files:
    """The picture to dream, where the dream goes, and the mask; each a path or `-`."""

    source: Path
    out: Path
    mask: Path | None = None


class PictureJob:
    """A picture that is ready to be dreamed: a context that holds its destination's temporary file.

    `request` is what to dream; `notes` are sentences on what the result will lack.
    """

    def __init__(
        self, files: Files, request: DreamRequest, picture: Picture, destination: Destination
    ) -> None:
        self.files = files
        self.request = request
        self.notes = list(picture.notes)
        self._picture = picture
        self._destination = destination

    def __enter__(self) -> PictureJob:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary file."""
        self._destination.__exit__()

    def finish(self, dreamed: Dream) -> dict[str, Any]:
        """Write the result; the facts about it are those of the event `result`.

        Raises:
            PictureError: it can't be written; the error names the rescue file if there is one.
        """
        try:
            result = from_dream(self._picture, to_array(self.request.image), dreamed.image)
        except MemoryError as error:
            rescued = Picture(dreamed.image)
            raise self._destination.rescue(rescued, "not enough memory") from error
        self._destination.write(result)
        height, width = dreamed.image.shape[:2]
        facts = {name: value for name, value in vars(dreamed).items() if name != "image"}
        return {"out": str(self.files.out), "width": width, "height": height, **facts}


def open_job(
    files: Files,
    settings: DreamSettings,
    guide: Picture | None = None,
    reading: ReadOptions = ReadOptions(),
    writing: WriteOptions = WriteOptions(),
) -> PictureJob:
    """Read a picture, and try everything that could fail once it is dreamed.

    Raises:
        PictureError: a file can't be read, or nothing can be written there.
    """
    picture, mask = _read(files, reading)
    request = DreamRequest.still(
        to_frame(to_dream(picture)),
        settings.to_json(),
        mask=None if mask is None else to_frame(mask),
        guide=None if guide is None else to_frame(to_dream(guide)),
    )
    destination = Destination(files.out, writing.format, writing.quality)
    job = PictureJob(files, request, picture, destination.__enter__())
    try:
        tried = picture if writing.try_all else replace(picture, pixels=picture.pixels[:16, :16])
        job.notes += [*(guide.notes if guide else ()), *destination.try_encoding(tried)]
    except BaseException:
        job.close()
        raise
    return job


def _read(files: Files, options: ReadOptions) -> tuple[Picture, Array | None]:
    """The picture and its mask, which is made smaller with it."""
    most, longest = options.max_megapixels, options.size
    picture = read_picture(files.source, most)
    mask = None if files.mask is None else read_mask(files.mask, most)
    if longest is None:
        return picture, mask
    before = picture.pixels.shape[:2]
    picture = reduced(picture, longest)
    height, width = picture.pixels.shape[:2]
    if mask is not None and mask.shape == before != (height, width):
        mask = reduced_mask(mask, (width, height))
    return picture, mask
