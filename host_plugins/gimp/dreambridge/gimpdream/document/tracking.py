"""Where a remembered region of a layer is now, after its image was transformed.

A tracked region is a rectangle of a layer and a patch, a few grey values of what it showed.
Scaling, cropping, flipping and rotating an image move the region in one of a few ways; the patch
tells which of them it was, and that the region still shows the same picture. Pure
arithmetic: knows no GIMP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bridgeclient.region import Rect, intersection

SIDE = 16
"""A patch has SIDE × SIDE grey values, whatever the shape of its rectangle."""

PatchReader = Callable[[Rect], bytes]
"""The patch of a rectangle of the layer as it is now."""

_SIMILAR = 16.0
"""Mean difference of patches, in grey levels, up to which they show the same."""

_SAME = 4.0
"""Mean difference of patches of the very same pixels after they were turned, at most."""

_PREFERENCE = 4.0
"""How much worse, in grey levels, the patch of the likelier guess may be."""

_ROUNDING = 2
"""How far, in pixels, GIMP's rounding moves edges when it scales an image."""

Orientation = tuple[bool, bool, bool]
"""Mirrored along the diagonal, then from left to right, then from top to bottom."""

_UPRIGHT: Orientation = (False, False, False)
_ORIENTATIONS: list[Orientation] = [
    (diagonal, across, down)
    for diagonal in (False, True)
    for across in (False, True)
    for down in (False, True)
]


@dataclass(frozen=True)
class TrackedRegion:
    """A rectangle of a layer of this width and height, and its patch."""

    layer: tuple[int, int]
    rect: Rect
    patch: bytes


def locate(
    tracked: TrackedRegion, size: tuple[int, int], here: Rect, read_patch: PatchReader
) -> Rect | None:
    """Where the region is in its layer, which now has this size; None if it can't be told.

    `here` is where what was made of the region lies now; it decides how large the answer is.
    """
    if size == tracked.layer and here == tracked.rect:
        return here
    guesses = [*_transformed(tracked, size, here), *_cropped(tracked, size, here)]
    canvas = Rect(0, 0, *size)
    best, least = None, _SIMILAR + _PREFERENCE
    for rect, patch in guesses:
        if intersection(rect, canvas) != rect:
            continue
        far = _difference(patch, read_patch(rect)) + (0 if rect == here else _PREFERENCE)
        if far < least:
            best, least = rect, far
    return best


def is_in_place(tracked: TrackedRegion, size: tuple[int, int], read_patch: PatchReader) -> bool:
    """Whether the layer was neither resized nor flipped nor turned; it may have been painted on."""
    if size != tracked.layer:
        return False
    far = {
        orientation: _difference(_oriented(tracked.patch, orientation), read_patch(rect))
        for orientation in _ORIENTATIONS
        if intersection(rect := _moved(tracked, orientation, size), Rect(0, 0, *size)) == rect
    }
    least = min(far.values())
    return least > _SAME or far[_UPRIGHT] <= least + _SAME / 8


def _transformed(
    tracked: TrackedRegion, size: tuple[int, int], here: Rect
) -> Iterator[tuple[Rect, bytes]]:
    """The region scaled with its layer, in every orientation that it can have got."""
    for orientation in _ORIENTATIONS:
        rect = _moved(tracked, orientation, size)
        if abs(rect.width - here.width) > _ROUNDING or abs(rect.height - here.height) > _ROUNDING:
            continue
        near = abs(rect.x - here.x) <= _ROUNDING and abs(rect.y - here.y) <= _ROUNDING
        x = min(rect.x, size[0] - here.width)
        y = min(rect.y, size[1] - here.height)
        there = Rect(x, y, here.width, here.height)
        yield (here if near else there), _oriented(tracked.patch, orientation)


def _cropped(
    tracked: TrackedRegion, size: tuple[int, int], here: Rect
) -> Iterator[tuple[Rect, bytes]]:
    """What a crop of the image left of the region, where that is now."""
    (width, height), rect = size, tracked.rect
    lost = rect.width - here.width, rect.height - here.height
    smaller = width <= tracked.layer[0] and height <= tracked.layer[1]
    if size == tracked.layer or not smaller or min(lost) < 0:
        return
    for left in {0, lost[0]}:
        for top in {0, lost[1]}:
            part = Rect(left, top, here.width, here.height)
            yield here, _part(tracked.patch, part, (rect.width, rect.height))


def _moved(tracked: TrackedRegion, orientation: Orientation, size: tuple[int, int]) -> Rect:
    rect, (width, height) = tracked.rect, tracked.layer
    left, right = rect.x / width, rect.right / width
    top, bottom = rect.y / height, rect.bottom / height
    diagonal, across, down = orientation
    if diagonal:
        left, top, right, bottom = top, left, bottom, right
    if across:
        left, right = 1 - right, 1 - left
    if down:
        top, bottom = 1 - bottom, 1 - top
    x, y = round(left * size[0]), round(top * size[1])
    return Rect(x, y, max(1, round(right * size[0]) - x), max(1, round(bottom * size[1]) - y))


def _oriented(patch: bytes, orientation: Orientation) -> bytes:
    rows = [patch[start : start + SIDE] for start in range(0, SIDE * SIDE, SIDE)]
    diagonal, across, down = orientation
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
