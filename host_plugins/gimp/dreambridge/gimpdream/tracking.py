"""Where a remembered piece of a layer is, after the document went through something.

A piece is a rectangle of a layer and a patch, a few grey values of what was seen there. Scaling,
cropping, flipping and turning an image move the piece in a way that its size and place allow to
guess; the patch tells which guess is right, and that the piece is still the same picture. Pure
arithmetic: knows no GIMP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bridgeclient.region import Rect, intersection

SIDE = 16
"""A patch has SIDE × SIDE grey values, whatever the shape of its rectangle."""

Look = Callable[[Rect], bytes]
"""The patch of a rectangle of the layer as it is now."""

_ALIKE = 16.0
"""Mean difference of patches, in grey levels, up to which they show the same."""

_SAME = 4.0
"""Mean difference of patches of the very same pixels after they were turned, at most."""

_PREFERENCE = 4.0
"""How much worse, in grey levels, the patch of the likelier guess may be."""

_ROUNDING = 2
"""How far, in pixels, GIMP's rounding moves edges when it scales an image."""

_Turn = tuple[bool, bool, bool]
"""Mirrored along the diagonal, then from left to right, then from top to bottom."""

_UNTURNED: _Turn = (False, False, False)
_TURNS: list[_Turn] = [
    (diagonal, across, down)
    for diagonal in (False, True)
    for across in (False, True)
    for down in (False, True)
]


@dataclass(frozen=True)
class Piece:
    """A rectangle of a layer of this width and height, and its patch."""

    layer: tuple[int, int]
    rect: Rect
    patch: bytes


def find_again(piece: Piece, size: tuple[int, int], here: Rect, look: Look) -> Rect | None:
    """Where the piece is in its layer, which now has this size; None if it can't be told.

    `here` is where what was made of the piece lies now; it decides how large the answer is.
    """
    if size == piece.layer and here == piece.rect:
        return here
    guesses = [*_transformed(piece, size, here), *_cropped(piece, size, here)]
    canvas = Rect(0, 0, *size)
    best, least = None, _ALIKE + _PREFERENCE
    for rect, patch in guesses:
        if intersection(rect, canvas) != rect:
            continue
        far = _difference(patch, look(rect)) + (0 if rect == here else _PREFERENCE)
        if far < least:
            best, least = rect, far
    return best


def is_in_place(piece: Piece, size: tuple[int, int], look: Look) -> bool:
    """Whether the layer was neither resized nor flipped nor turned; it may have been painted on."""
    if size != piece.layer:
        return False
    far = {
        turn: _difference(_turned(piece.patch, turn), look(rect))
        for turn in _TURNS
        if intersection(rect := _moved(piece, turn, size), Rect(0, 0, *size)) == rect
    }
    least = min(far.values())
    return least > _SAME or far[_UNTURNED] <= least + _SAME / 8


def _transformed(piece: Piece, size: tuple[int, int], here: Rect) -> Iterator[tuple[Rect, bytes]]:
    """The piece scaled with its layer, in every way that it can have been turned."""
    for turn in _TURNS:
        rect = _moved(piece, turn, size)
        if abs(rect.width - here.width) > _ROUNDING or abs(rect.height - here.height) > _ROUNDING:
            continue
        near = abs(rect.x - here.x) <= _ROUNDING and abs(rect.y - here.y) <= _ROUNDING
        x = min(rect.x, size[0] - here.width)
        y = min(rect.y, size[1] - here.height)
        there = Rect(x, y, here.width, here.height)
        yield (here if near else there), _turned(piece.patch, turn)


def _cropped(piece: Piece, size: tuple[int, int], here: Rect) -> Iterator[tuple[Rect, bytes]]:
    """What the crop of an image left of the piece, where that lies."""
    (width, height), rect = size, piece.rect
    lost = rect.width - here.width, rect.height - here.height
    if size == piece.layer or min(lost) < 0 or width > piece.layer[0] or height > piece.layer[1]:
        return
    for left in {0, lost[0]}:
        for top in {0, lost[1]}:
            part = Rect(left, top, here.width, here.height)
            yield here, _part(piece.patch, part, (rect.width, rect.height))


def _moved(piece: Piece, turn: _Turn, size: tuple[int, int]) -> Rect:
    rect, (width, height) = piece.rect, piece.layer
    left, right = rect.x / width, rect.right / width
    top, bottom = rect.y / height, rect.bottom / height
    diagonal, across, down = turn
    if diagonal:
        left, top, right, bottom = top, left, bottom, right
    if across:
        left, right = 1 - right, 1 - left
    if down:
        top, bottom = 1 - bottom, 1 - top
    x, y = round(left * size[0]), round(top * size[1])
    return Rect(x, y, max(1, round(right * size[0]) - x), max(1, round(bottom * size[1]) - y))


def _turned(patch: bytes, turn: _Turn) -> bytes:
    rows = [patch[start : start + SIDE] for start in range(0, SIDE * SIDE, SIDE)]
    diagonal, across, down = turn
    if diagonal:
        rows = [bytes(column) for column in zip(*rows, strict=True)]
    if across:
        rows = [row[::-1] for row in rows]
    return b"".join(rows[::-1] if down else rows)


def _part(patch: bytes, part: Rect, size: tuple[int, int]) -> bytes:
    """The patch of a part of the rectangle of this size."""
    columns = [_cell(part.x, part.width, i, size[0]) for i in range(SIDE)]
    rows = [_cell(part.y, part.height, i, size[1]) for i in range(SIDE)]
    return bytes(patch[row * SIDE + column] for row in rows for column in columns)


def _cell(start: int, length: int, i: int, whole: int) -> int:
    return int((start + length * (i + 0.5) / SIDE) * SIDE / whole)


def _difference(one: bytes, other: bytes) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)
