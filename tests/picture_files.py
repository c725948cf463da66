"""Small pictures for tests, some in formats that few tools write."""

from __future__ import annotations

import struct
import zlib
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
from PIL import Image

RANDOM = np.random.default_rng(24)
SIZE = (40, 30)


def bundled_photo(name: str) -> np.ndarray:
    """A photograph that the engine ships, H x W x 3 uint8."""
    with Image.open(str(files("dreamcore") / "data" / "photos" / name)) as picture:
        return np.asarray(picture.convert("RGB"))


def values(channels: int, dtype: str) -> np.ndarray:
    if dtype.startswith("float"):
        return RANDOM.uniform(0, 1, (*SIZE, channels)).astype(dtype)
    return RANDOM.integers(0, np.iinfo(dtype).max, (*SIZE, channels), dtype, endpoint=True)


def deep_png(pixels: np.ndarray, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with 16 bits per channel, made by hand, because Pillow can't write one in colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    height, width, channels = pixels.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0))
    between = b"".join(chunk(*each) for each in chunks)
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + between + body


def exr(path: Path, channels: dict[str, np.ndarray], **header: Any) -> None:
    OpenEXR.File({"type": OpenEXR.scanlineimage, **header}, channels).write(str(path))
