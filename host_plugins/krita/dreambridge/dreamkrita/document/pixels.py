"""Bytes of pixels: Krita's order of channels and the wire's, masks, alpha.

Pure functions on packed rows without numpy, which Krita's Python need not have. They work in
pieces, so that the GUI's thread gets its turn in between when another thread calls them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable

PIECE = 1 << 18
"""Pixels handled at a time."""

_SUPPORT = bytes([0] + [255] * 255)


def swapped(pixels: bytes, depth: str) -> bytes:
    """Four-channel pixels with the first and third channel exchanged: BGRA to RGBA and back.

    Krita keeps integer RGBA in the order B, G, R, A and floating point RGBA in the wire's order;
    `depth` is Krita's name, and pixels of "F16" and "F32" are returned as they are.
    """
    if depth == "U8":
        return _in_pieces(pixels, 4, _swap_bytes)
    if depth == "U16":
        return _in_pieces(pixels, 8, _swap_words)
    return pixels


def _in_pieces(pixels: bytes, size: int, swap: Callable[[bytes], bytes]) -> bytes:
    step = PIECE * size
    parts = [pixels[start : start + step] for start in range(0, len(pixels), step)]
    return b"".join(swap(part) for part in parts)


def _swap_bytes(pixels: bytes) -> bytes:
    out = bytearray(pixels)
    out[0::4], out[2::4] = pixels[2::4], pixels[0::4]
    return bytes(out)


def _swap_words(pixels: bytes) -> bytes:
    words = array("H", pixels)
    first, third = words[0::4], words[2::4]
    words[0::4], words[2::4] = third, first
    return words.tobytes()


def coloured(grey_alpha: bytes) -> bytes:
    """8-bit grey and alpha as RGBA."""
    out = bytearray(2 * len(grey_alpha))
    for channel in range(3):
        out[channel::4] = grey_alpha[0::2]
    out[3::4] = grey_alpha[1::2]
    return bytes(out)


def opaque_somewhere(pixels: bytes, channels: int, value_bytes: int) -> bool:
    """Whether any pixel has an alpha above 0; alpha is the last channel."""
    size = channels * value_bytes
    firsts = range(size - value_bytes, size)
    return any(pixels[first::size].strip(b"\0") for first in firsts)


def support(greys: bytes) -> bytes:
    """A mask that is 255 wherever anything is selected.

    Not the grey values: the dream is full there, and the layer's mask alone softens it.
    """
    return greys.translate(_SUPPORT)
