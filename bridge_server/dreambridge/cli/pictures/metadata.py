"""EXIF and XMP: what they say of the picture's orientation, and EXIF inside TIFF files.

An upright picture must not say that it lies. TIFF has EXIF as directories of its own: an Exif block
is a small TIFF file itself, whose directories are laid behind the picture's.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from dreambridge.arrays import Array

ORIENTATION, EXIF_DIRECTORY, GPS_DIRECTORY = 0x0112, 0x8769, 0x8825
DESCRIPTIVE = {
    0x010D: "Title",
    0x010E: "Description",
    0x010F: "Make",
    0x0110: "Model",
    0x0131: "Software",
    0x0132: "Creation Time",
    0x013B: "Author",
    0x8298: "Copyright",
}
"""The tags of TIFF and EXIF that are texts about the picture, with PNG's keywords for them."""

_HEADER_BYTES, _ENTRY_BYTES = 8, 12
_WIDTH, _HEIGHT, _SHORT = 0xA002, 0xA003, 3
_TIFF_HEADER = b"II*\0\x08\0\0\0"
_WIDE_HEADER = b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0"


def upright(pixels: Array, orientation: int) -> Array:
    """The picture turned and mirrored as its orientation says (EXIF's 1 to 8)."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def upright_exif(block: bytes) -> bytes:
    """The Exif block of a dream: it stands upright and has no thumbnail of what it was before.

    Patched where it stands, because cameras' own notes break when they are moved.
    """
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < _HEADER_BYTES:
        return block
    (start,) = struct.unpack_from(order + "I", block, 4)
    try:
        (count,) = struct.unpack_from(order + "H", block, start)
        patched = bytearray(block)
        for at in range(start + 2, start + 2 + count * _ENTRY_BYTES, _ENTRY_BYTES):
            if struct.unpack_from(order + "H", block, at) == (ORIENTATION,):
                struct.pack_into(order + "H", patched, at + 8, 1)
        struct.pack_into(order + "I", patched, start + 2 + count * _ENTRY_BYTES, 0)  # the thumbnail
    except struct.error:
        return b""  # cut off: other programs would stumble over it
    return bytes(patched)


def sized_exif(block: bytes, width: int, height: int) -> bytes:
    """The Exif block of a picture that has got another size, patched where it stands."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return block
    patched = bytearray(block)
    try:
        (start,) = struct.unpack_from(order + "I", block, 4)
        entries = dict(_entries(block, order, start))
        if EXIF_DIRECTORY not in entries:
            return block
        (start,) = struct.unpack_from(order + "I", block, entries[EXIF_DIRECTORY] + 8)
        entries = dict(_entries(block, order, start))
        for tag, value in ((_WIDTH, width), (_HEIGHT, height)):
            if tag in entries:
                at = entries[tag]
                (kind,) = struct.unpack_from(order + "H", block, at + 2)
                struct.pack_into(order + ("H" if kind == _SHORT else "I"), patched, at + 8, value)
    except struct.error:
        return block
    return bytes(patched)


def _entries(block: bytes, order: str, start: int) -> Iterator[tuple[int, int]]:
    """The tags of a directory, each with the place of its entry."""
    (count,) = struct.unpack_from(order + "H", block, start)
    for at in range(start + 2, start + 2 + count * _ENTRY_BYTES, _ENTRY_BYTES):
        (tag,) = struct.unpack_from(order + "H", block, at)
        yield tag, at


def upright_xmp(packet: bytes) -> bytes:
    """The XMP packet without an orientation."""
    attribute = rb'\s*tiff:Orientation\s*=\s*"[^"]*"'
    element = rb"<tiff:Orientation>[^<]*</tiff:Orientation>"
    return re.sub(element, b"", re.sub(attribute, b"", packet))


def loaded(block: bytes) -> Image.Exif:
    """An Exif block, which may be empty."""
    exif = Image.Exif()
    exif.load(block)
    return exif


def packed(exif: Image.Exif) -> bytes:
    """The block of it, beginning with its TIFF header; empty if nothing is in it."""
    return exif.tobytes().removeprefix(b"Exif\0\0") if len(exif) else b""


def exif_of_tiff(file: BinaryIO) -> bytes:
    """The Exif block of an open TIFF file: its descriptive tags and EXIF's own directories."""
    found, kept = Image.Exif(), Image.Exif()
    file.seek(0)
    found.load_from_fp(file)
    for tag in DESCRIPTIVE:
        if tag in found:
            kept[tag] = found[tag]
    for tag in (EXIF_DIRECTORY, GPS_DIRECTORY):
        if directory := found.get_ifd(tag):
            kept[tag] = dict(directory)
    return packed(kept)


def directory_bytes(directory: dict[int, Any], offset: int, wide: bool) -> bytes:
    """A little-endian directory as it has to stand at `offset` of a TIFF or, `wide`, a BigTIFF."""
    ifd = ImageFileDirectory_v2(_WIDE_HEADER if wide else _TIFF_HEADER)
    for tag, value in directory.items():
        ifd[tag] = value
    return ifd.tobytes(offset)
