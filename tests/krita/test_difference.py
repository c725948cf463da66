"""The dream's change on original pixels of every depth."""

from __future__ import annotations

import struct

import pytest

from dreamkrita.document.difference import added

CODES = {"U8": "B", "U16": "H", "F16": "e", "F32": "f"}


def packed(depth: str, *values: float) -> bytes:
    return struct.pack(f"={len(values)}{CODES[depth]}", *values)


@pytest.mark.parametrize("depth", CODES)
def test_without_a_change_every_bit_stays(depth: str) -> None:
    original, sent = packed(depth, 8, 6, 3, 1), packed(depth, 1, 1, 1, 1)
    assert added(original, sent, sent, depth) == original


@pytest.mark.parametrize("depth", CODES)
def test_the_change_is_added(depth: str) -> None:
    original, sent, dreamed = (packed(depth, *v) for v in ((8, 6, 3), (1, 2, 1), (3, 1, 1)))
    assert added(original, sent, dreamed, depth) == packed(depth, 10, 5, 3)


def test_whole_numbers_stay_in_their_range() -> None:
    original, sent, dreamed = packed("U8", 250, 3), packed("U8", 100, 100), packed("U8", 120, 80)
    assert added(original, sent, dreamed, "U8") == packed("U8", 255, 0)


def test_light_above_white_stays_above_it() -> None:
    original, sent, dreamed = packed("F32", 8.0), packed("F32", 1.0), packed("F32", 0.75)
    assert added(original, sent, dreamed, "F32") == packed("F32", 7.75)
