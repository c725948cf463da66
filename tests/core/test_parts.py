"""Where a mask is cut into parts: only across gaps, and only where that is cheaper."""

from __future__ import annotations

import numpy as np
import pytest

from dreamcore import DreamSettings, Progress, Result
from dreamcore.parts import parts
from dreamcore.pixels import Region, grown

SETTINGS = DreamSettings(layers={"relu2_2": 1.0}, octaves=2, iterations=2)


def masked(height: int, width: int, *boxes: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    for top, left, rows, columns in boxes:
        mask[top : top + rows, left : left + columns] = 200
    return mask


def cost(region: Region) -> float:
    around = grown(region, 50, (1000, 1000))
    return around.height * around.width


def test_nothing_selected_has_no_parts():
    assert parts(masked(20, 30), 5, cost) == []


def test_one_piece_is_its_rectangle():
    assert parts(masked(1000, 1000, (10, 20, 30, 40)), 64, cost) == [Region(10, 20, 30, 40)]


@pytest.mark.parametrize(
    "boxes",
    [
        [(0, 0, 50, 60), (940, 930, 60, 70)],
        [(0, 930, 50, 60), (940, 0, 60, 70)],
        [(500, 0, 20, 20), (500, 900, 20, 20)],
        [(0, 500, 20, 20), (700, 500, 20, 20), (950, 500, 20, 20)],
    ],
)
def test_patches_far_apart_are_parts(boxes):
    found = parts(masked(1000, 1000, *boxes), 64, cost)
    assert sorted(found, key=lambda r: (r.top, r.left)) == [Region(*box) for box in boxes]


def test_what_is_near_or_not_cheaper_stays_whole():
    near = masked(1000, 1000, (100, 100, 300, 300), (100, 430, 300, 300))
    assert parts(near, 64, cost) == [Region(100, 100, 300, 630)]
    wide = masked(1000, 1000, (0, 0, 1000, 400), (0, 500, 1000, 400))
    assert parts(wide, 64, cost) == [Region(0, 0, 1000, 900)]


def test_a_frame_has_no_gap_and_stays_whole():
    mask = masked(1000, 1000, (0, 0, 1000, 1000))
    mask[5:-5, 5:-5] = 0
    assert parts(mask, 64, cost) == [Region(0, 0, 1000, 1000)]


def test_all_of_the_mask_is_in_a_part():
    mask = (np.random.default_rng(1).random((1000, 1000)) > 0.9999).astype(np.float32)
    covered = np.zeros(mask.shape, bool)
    for part in parts(mask, 64, cost):
        covered[part.slices] = True
    assert covered[mask != 0].all()


def test_parts_far_apart_are_each_dreamed_as_if_alone(dreamer, photo):
    image = np.tile(photo, (3, 4, 1))
    height, width = image.shape[:2]
    one = masked(height, width, (5, 5, 40, 50))
    other = masked(height, width, (height - 60, width - 70, 50, 60))
    *_, first = dreamer.dream(image, SETTINGS, mask=one)
    *_, second = dreamer.dream(image, SETTINGS, mask=other)
    events = list(dreamer.dream(image, SETTINGS, mask=one | other))
    both = events[-1]
    assert isinstance(both, Result)
    assert np.array_equal(both.image, np.where((other != 0)[..., None], second.image, first.image))
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    assert fractions[0] < 0.3
    assert fractions[-1] == pytest.approx(1)


def test_a_preview_shows_the_parts_that_are_done(dreamer, photo):
    image = np.tile(photo, (3, 4, 1))
    height, width = image.shape[:2]
    mask = masked(height, width, (5, 5, 40, 50), (height - 60, width - 70, 50, 60))
    last = None
    for event in dreamer.dream(image, SETTINGS, mask=mask):
        if isinstance(event, Progress):
            last = event.preview(max(height, width))
        else:
            result = event.image
    assert np.abs(last.astype(int) - result).max() <= 2
