"""Krita's tiles: every pixel stands where it was, wherever the picture lies."""

from __future__ import annotations

import random

import pytest

from bridgeclient.region import Rect
from dreamkrita.document.frames_file import tiles

SIDE = 64


def pixel_map(data: bytes, size: int) -> dict[tuple[int, int], bytes]:
    """The pixels that aren't transparent, read as Krita does."""
    head, rest = data.split(b"DATA ", 1)
    assert head == b"VERSION 2\nTILEWIDTH 64\nTILEHEIGHT 64\nPIXELSIZE %d\n" % size
    count, rest = rest.split(b"\n", 1)
    found = {}
    for _ in range(int(count)):
        line, rest = rest.split(b"\n", 1)
        x, y, kind, length = line.split(b",")
        tile, rest = rest[: int(length)], rest[int(length) :]
        assert (kind, tile[:1], len(tile)) == (b"LZF", b"\0", 1 + SIDE * SIDE * size)
        for at in range(SIDE * SIDE):
            if (pixel := tile[1 + at * size : 1 + (at + 1) * size]).strip(b"\0"):
                found[int(x) + at % SIDE, int(y) + at // SIDE] = pixel
    assert not rest
    return found


@pytest.mark.parametrize(
    "rect", [Rect(0, 0, 64, 64), Rect(5, 70, 130, 3), Rect(-10, -65, 20, 70), Rect(63, 63, 1, 1)]
)
@pytest.mark.parametrize("size", [4, 10])
def test_pixels_stay_in_place(rect: Rect, size: int) -> None:
    rng = random.Random(1)
    pixels = bytes(rng.randrange(1, 256) for _ in range(rect.width * rect.height * size))
    found = pixel_map(b"".join(tiles(pixels, rect, size)), size)
    assert found == {
        (rect.x + at % rect.width, rect.y + at // rect.width): pixels[at * size : (at + 1) * size]
        for at in range(rect.width * rect.height)
    }
