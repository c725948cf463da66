"""A picture as its file has it, and what can be wrong with one; knows no file formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dreambridge.arrays import Array


def full_scale(dtype: np.dtype[Any]) -> float:
    """The value that means full intensity in such pixels."""
    return 1.0 if dtype.kind == "f" else float(np.iinfo(dtype).max)


class PictureError(Exception):
    """A file can't be read or written as a picture; the message says why and what to do."""


class Rescued(PictureError):
    """A result could not be written where it should go, and is in the file `rescued` instead."""

    def __init__(self, message: str, rescued: Path) -> None:
        super().__init__(message)
        self.rescued = rescued


@dataclass(frozen=True)
class Metadata:
    """What a file says about its picture, in forms that do not belong to one format.

    `icc` is a colour profile, `exif` an Exif block (from its TIFF header on), `xmp` a packet, `dpi`
    the resolution across and down, `texts` what PNG calls so, by keyword. `attributes` are
    OpenEXR's, which no other format has.
    """

    icc: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""
    dpi: tuple[float, float] | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """H × W × C pixels of uint8, uint16, float16 or float32, upright, with 1 to 4 channels.

    They stand as the file has them: `linear` where numbers are proportional to light instead of
    sRGB-encoded, `associated` where colours are multiplied by alpha. `notes` are sentences on what
    the file had and this has not.
    """

    pixels: Array
    metadata: Metadata = Metadata()
    notes: list[str] = field(default_factory=list)
    linear: bool = False
    associated: bool = False

    @property
    def has_alpha(self) -> bool:
        """Whether the last channel is alpha."""
        return self.pixels.shape[2] in (2, 4)
