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


_FULL = {"U8": b"\xff", "U16": b"\xff\xff", "F16": b"\x00\x3c", "F32": b"\x00\x00\x80\x3f"}
"""The bytes of a full alpha, by Krita's names of depths."""


def half_transparent(pixels: bytes, channels: int, depth: str, greys: bytes | None) -> bool:
    """Whether any pixel is neither opaque nor fully transparent; where `greys` aren't 0, if given.

    Alpha is the last channel.
    """
    some = other = 0
    for byte, full in zip(_alpha_bytes(pixels, channels, depth), _FULL[depth], strict=True):
        some |= int.from_bytes(byte.translate(_SUPPORT), "little")
        other |= int.from_bytes(byte.translate(_unlike(full)), "little")
    where = int.from_bytes(support(greys), "little") if greys is not None else -1
    return bool(some & other & where)


def made_opaque(pixels: bytes, channels: int, depth: str) -> bytes:
    """The pixels, opaque wherever they aren't fully transparent; alpha is the last channel."""
    out, some = bytearray(pixels), 0
    alpha = _alpha_bytes(pixels, channels, depth)
    for byte in alpha:
        some |= int.from_bytes(byte.translate(_SUPPORT), "little")
    flags, size = some.to_bytes(len(alpha[0]), "little"), channels * len(alpha)
    for place, full in enumerate(_FULL[depth], size - len(alpha)):
        out[place::size] = flags.translate(bytes([0] * 255 + [full]))
    return bytes(out)


def _alpha_bytes(pixels: bytes, channels: int, depth: str) -> list[bytes]:
    """The alpha of all pixels, for each of a value's bytes."""
    width = len(_FULL[depth])
    return [pixels[(channels - 1) * width + byte :: channels * width] for byte in range(width)]


def _unlike(value: int) -> bytes:
    """For `bytes.translate`: 255 for every other value, 0 for this one."""
    return bytes(0 if one == value else 255 for one in range(256))


def support(greys: bytes) -> bytes:
    """A mask that is 255 wherever anything is selected.

    Not the grey values: the dream is full there, and the layer's mask alone softens it.
    """
    return greys.translate(_SUPPORT)
