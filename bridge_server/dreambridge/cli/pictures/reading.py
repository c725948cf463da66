"""Picture files to arrays: the reader that a file's first bytes ask for.

What can't be brought along is said in the picture's notes, never dropped in silence.
"""

from __future__ import annotations

import io
import sys
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import UnidentifiedImageError

from dreambridge.arrays import Array
from dreambridge.cli.pictures import exr, pillow, tiff
from dreambridge.cli.pictures.limits import MAX_MEGAPIXELS, Limit
from dreambridge.cli.pictures.picture import Picture, PictureError, full_scale
from dreambridge.cli.pictures.transfer import to_dream

STREAM = "-"
"""The path that means standard input or output."""

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".exr", ".webp", ".heic", ".heif"}
    | {".avif", ".bmp", ".ppm", ".pgm", ".pnm", ".gif", ".psd", ".jp2", ".tga"}
)
"""Of files that are taken for pictures where none is named; a file's bytes decide what it is."""

_READERS = {
    b"II*\0": tiff.read,
    b"MM\0*": tiff.read,
    b"II+\0": tiff.read,  # more than 4 GiB
    b"MM\0+": tiff.read,
    b"\x76\x2f\x31\x01": exr.read,
}

_LUMA = np.array((0.299, 0.587, 0.114), np.float32)


def read_picture(path: Path, max_megapixels: float = MAX_MEGAPIXELS) -> Picture:
    """The picture in a file, or in what comes through standard input.

    Raises:
        PictureError: there is none, none that can be read, or it claims too many pixels.
    """
    limit = Limit("Standard input" if str(path) == STREAM else path.name, max_megapixels)
    try:
        with _opened(path) as file, warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            read = _READERS.get(file.read(4), pillow.read)
            file.seek(0)
            picture = read(file, limit)
    except FileNotFoundError as error:
        raise PictureError(f"There is no file {path}.") from error
    except UnidentifiedImageError as error:
        raise PictureError(
            f"{limit.name} can't be read as a picture: it has no known format, or is damaged."
        ) from error
    except PictureError:
        raise
    except Exception as error:  # each decoder has errors of its own
        raise PictureError(
            f"{limit.name} can't be read as a picture ({_reason(error)})."
        ) from error
    said = dict.fromkeys(f"{limit.name}: {warning.message}" for warning in warned)
    return Picture(**{**vars(picture), "notes": [*picture.notes, *said]})


def _reason(error: Exception) -> str:
    """What a decoder says about a file, unless it only stumbled over it."""
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    said = isinstance(error, OSError | RuntimeError | SyntaxError | ValueError)
    if isinstance(error, UnicodeError) or not said or not str(error).strip():
        return "it is damaged"
    return str(error).strip().split("\n")[0]


def _opened(path: Path) -> BinaryIO:
    if str(path) == STREAM:
        return io.BytesIO(sys.stdin.buffer.read())
    return path.open("rb")


def read_mask(path: Path, max_megapixels: float = MAX_MEGAPIXELS) -> Array:
    """A mask, H × W, uint8, uint16 or float32: brightness, times opacity where there is alpha.

    Raises:
        PictureError: see `read_picture`.
    """
    picture = read_picture(path, max_megapixels)
    pixels = to_dream(picture)
    if pixels.shape[2] == 1:
        return pixels[:, :, 0]
    values = pixels.astype(np.float32)
    colours = values[:, :, :-1] if picture.has_alpha else values
    mask = colours @ _LUMA if colours.shape[2] == 3 else colours[:, :, 0]
    integers = pixels.dtype.kind == "u"
    if picture.has_alpha:
        mask *= values[:, :, -1] / full_scale(pixels.dtype)
    return (np.rint(mask) if integers else mask).astype(pixels.dtype)
