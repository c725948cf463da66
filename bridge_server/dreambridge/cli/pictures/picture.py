"""A picture as its file has it, and what can be wrong with one; knows no file formats."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dreambridge.arrays import Array


class PictureError(Exception):
    """A file can't be read or written as a picture; the message says why and what to do."""


class Rescued(PictureError):
    """A result could not be written where it should go, and is in the file `rescued` instead."""

    def __init__(self, message: str, rescued: Path) -> None:
        super().__init__(message)
        self.rescued = rescued


@dataclass(frozen=True)
class Picture:
    """H × W × C pixels of uint8, uint16 or float32, upright, and what the file said about them.

    `extras` are Pillow's arguments for saving (`icc_profile`, `exif`); `notes` are sentences on
    what the file had and the pixels don't.
    """

    pixels: Array
    extras: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
