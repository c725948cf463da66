"""The dreams that a document remembers: kept exactly, within bounds, never believed blindly."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from bridgeclient.region import Rect
from dreamkrita.document import history
from dreamkrita.document.colour_space import SRGB8
from dreamkrita.document.history import HistoryEntry

DREAM = HistoryEntry(
    id="a",
    name="Dream · Eyes",
    settings={"layers": {"relu4_3": 1.0}, "seed": 3},
    region=Rect(4, 5, 3, 2),
    space=SRGB8,
    source="{id}",
    masked=True,
    nbytes=10,
    picture=b"\xff\xd8 a picture",
    device="cpu",
    seconds=1.5,
)


def test_the_list_there_and_back() -> None:
    dreams = [DREAM, replace(DREAM, id="b", masked=False, picture=b"")]
    assert history.from_json(history.to_json(dreams)) == dreams


@pytest.mark.parametrize("data", [b"", b"{}", b"nonsense", b'{"version": 2, "dreams": []}', b"[1]"])
def test_damaged_lists_are_empty(data: bytes) -> None:
    assert history.from_json(data) == []


def test_the_newest_comes_first_and_the_oldest_goes() -> None:
    dreams: list[HistoryEntry] = []
    for number in range(history.MOST_DREAMS):
        dreams, gone = history.with_entry(dreams, replace(DREAM, id=str(number)))
        assert gone == []
    dreams, gone = history.with_entry(dreams, replace(DREAM, id="new"))
    assert dreams[0].id == "new"
    assert [dream.id for dream in gone] == ["0"]


def test_large_dreams_push_out_older_ones() -> None:
    half = replace(DREAM, nbytes=history.MOST_BYTES // 2)
    dreams, _ = history.with_entry([replace(half, id="old")], replace(half, id="second"))
    dreams, gone = history.with_entry(dreams, replace(half, id="third"))
    assert [dream.id for dream in dreams] == ["third", "second"]
    assert [dream.id for dream in gone] == ["old"]


def test_pixels_there_and_back() -> None:
    pixels, mask = bytes(range(24)), bytes(range(6))
    block = history.pack(pixels, mask)
    assert history.unpack(block, DREAM) == (pixels, mask)
    plain = replace(DREAM, masked=False)
    assert history.unpack(history.pack(pixels, None), plain) == (pixels, None)


@pytest.mark.parametrize("spoil", [lambda b: b[:-4], lambda b: b"", lambda b: b[:8] + b"x" * 9])
def test_damaged_pixels_are_refused(spoil: object) -> None:
    block = history.pack(bytes(24), bytes(6))
    with pytest.raises(ValueError, match="stored pixels"):
        history.unpack(spoil(block), DREAM)  # type: ignore[operator]


def test_pixels_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="another size"):
        history.unpack(history.pack(bytes(23), bytes(6)), DREAM)


def test_pixels_that_would_fill_the_memory_are_not_unpacked() -> None:
    block = history.pack(bytes(64 * 2**20), None)
    tracemalloc.start()
    with pytest.raises(ValueError, match="another size"):
        history.unpack(block, DREAM)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20
    endless = replace(DREAM, region=Rect(0, 0, 10**6, 10**6))
    with pytest.raises(ValueError, match="impossible size"):
        history.unpack(block, endless)


PLACED = replace(DREAM, region=Rect(70, 50, 60, 40), canvas=(200, 150), at=(3, 0))


@pytest.mark.parametrize(
    ("canvas", "at", "expected"),
    [
        ((200, 150), (3, 0), Rect(70, 50, 60, 40)),
        ((200, 150), (13, -5), Rect(80, 45, 60, 40)),
        ((200, 150), None, Rect(70, 50, 60, 40)),
        ((400, 300), (6, 0), Rect(140, 100, 120, 80)),
        ((100, 75), (-47, -40), Rect(20, 10, 60, 40)),
        ((120, 110), (-47, -30), Rect(20, 20, 60, 40)),
        ((120, 110), None, None),
    ],
)
def test_a_dream_follows_its_layer_and_the_canvas(
    canvas: tuple[int, int], at: tuple[int, int] | None, expected: Rect | None
) -> None:
    assert history.region_now(PLACED, canvas, at) == expected
    assert history.from_json(history.to_json([PLACED])) == [PLACED]
