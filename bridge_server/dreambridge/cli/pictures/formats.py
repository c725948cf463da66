"""Which formats pictures are written in, and what each can hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from dreambridge.arrays import Array
from dreambridge.cli.pictures.picture import Picture, PictureError


@dataclass(frozen=True)
class Format:
    """A format that can be written: its name for Pillow, its suffixes, and what it can hold."""

    name: str
    suffixes: tuple[str, ...]
    alpha: bool = True
    types: tuple[str, ...] = ("uint8",)


FORMATS = (
    Format("PNG", (".png",), types=("uint8", "uint16")),
    Format("JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), alpha=False),
    Format("TIFF", (".tif", ".tiff"), types=("uint8", "uint16", "float32")),
    Format("WEBP", (".webp",)),
    Format("BMP", (".bmp",), alpha=False),
    Format("PPM", (".ppm", ".pgm", ".pnm"), alpha=False),
)

_SAVING: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"quality": 95, "exact": True},
    "TIFF": {"compression": "tiff_deflate"},
}


def format_of(path: Path) -> Format:
    """The format that a path's suffix names.

    Raises:
        PictureError: it names none that can be written.
    """
    for format_ in FORMATS:
        if path.suffix.lower() in format_.suffixes:
            return format_
    known = ", ".join(format_.suffixes[0][1:] for format_ in FORMATS)
    raise PictureError(f"{path.name} has no suffix of a known format; choose one of {known}.")


def check_holds(format_: Format, pixels: Array) -> None:
    """Whether the format can hold pixels of this type and number of channels.

    Raises:
        PictureError: it can't; names formats that can.
    """
    if pixels.shape[2] in (2, 4) and not format_.alpha:
        raise PictureError(f"{format_.name} can't hold the picture's transparency; choose .png.")
    if pixels.dtype == np.uint16 and "uint16" not in format_.types:
        raise PictureError(f"{format_.name} can't hold the picture's 16 bits; choose .png or .tif.")
    if pixels.dtype.kind == "f" and "float32" not in format_.types:
        raise PictureError(f"{format_.name} can't hold the picture's floats; choose .tif.")


def encode(file: BinaryIO, picture: Picture, format_: Format) -> None:
    """Write the picture into a file that is open for reading and writing.

    Raises:
        Exception: the encoder can't, for a reason of its own.
    """
    pixels = picture.pixels
    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    image.save(file, format_.name, **_SAVING.get(format_.name, {}), **picture.extras)
