"""What no dream may show: where picture or selection end, burnt spots, a colour cast."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from dreamcore import PRESETS, Result


def small(image, side=200):
    picture = Image.fromarray(image)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.array(picture)


def dreamed(dreamer, image, look, mask=None):
    *_, result = dreamer.dream(image, PRESETS[look].settings, mask=mask)
    assert isinstance(result, Result)
    return result.image


def rim(change, width=8, inner=32):
    """Mean change in the outermost pixels against the inside."""
    ring = np.ones(change.shape, bool)
    ring[width:-width, width:-width] = False
    return change[ring].mean() / change[inner:-inner, inner:-inner].mean()


def change_of(image, dream):
    return np.abs(dream.astype(float) - image).mean(axis=2)


@pytest.mark.parametrize("look", ["lines", "stipple", "fringes", "eyes"])
def test_no_frame_shows_where_the_picture_ends(look, dreamer, coffee, cat):
    ratios, side = [], 96
    for image in (small(coffee), small(cat)):
        around = np.pad(image, ((side, side), (side, side), (0, 0)), mode="symmetric")
        alone = change_of(image, dreamed(dreamer, image, look))
        continued = change_of(around, dreamed(dreamer, around, look))[side:-side, side:-side]
        ratios.append(rim(alone) / rim(continued))
    assert 0.8 < np.mean(ratios) < 1.25


@pytest.mark.parametrize("look", ["lines", "stipple", "eyes", "creatures"])
def test_no_box_shows_where_the_selection_ends(look, dreamer, cat):
    image = small(cat, 260)
    rows, columns = (slice(length // 4, length - length // 4) for length in image.shape[:2])
    mask = np.zeros(image.shape[:2], np.uint8)
    mask[rows, columns] = 255
    part = change_of(image, dreamed(dreamer, image, look, mask))[rows, columns]
    whole = change_of(image, dreamed(dreamer, image, look))[rows, columns]
    assert 0.8 < rim(part, inner=24) / rim(whole, inner=24) < 1.25


@pytest.mark.parametrize("look", ["lines", "stipple", "creatures", "fever"])
def test_nothing_burns_and_colours_do_not_drift(look, dreamer, coffee):
    image = small(coffee)
    dream = dreamed(dreamer, image, look)
    ends = (dream == 0) | (dream == 255)
    assert (ends & (image > 0) & (image < 255)).mean() < 0.06
    assert np.abs(dream.mean(axis=(0, 1)) - image.mean(axis=(0, 1))).max() < 10
    assert change_of(image, dream).mean() > 10  # as wild as ever
