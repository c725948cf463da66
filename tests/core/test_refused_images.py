"""What can't be dreamed is named before anything is computed."""

from __future__ import annotations

import numpy as np
import pytest

from dreamcore import DreamSettings
from dreamcore.errors import ImageError, SettingsError


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_and_infinity_are_named(value, dreamer, photo):
    image = photo.astype(np.float32) / 255
    image[3, 4, 1] = value
    with pytest.raises(ImageError, match="NaN or infinity, first at row 3, column 4"):
        dreamer.dream(image)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((4, 4)), "shape"),
        (np.zeros((4, 4, 5), np.uint8), "shape"),
        (np.zeros((4, 4, 3), np.int32), "type int32"),
        (np.zeros((0, 4, 3), np.uint8), "empty"),
    ],
)
def test_images_that_cannot_be_dreamed(image, words, dreamer):
    with pytest.raises(ImageError, match=words):
        dreamer.dream(image)


def test_masks_and_guides_that_do_not_fit(dreamer, photo):
    with pytest.raises(ImageError, match="mask is 4 x 3 pixels"):
        dreamer.dream(photo, mask=np.zeros((3, 4), np.uint8))
    with pytest.raises(ImageError, match="mask has shape"):
        dreamer.dream(photo, mask=np.zeros((3, 4, 1), np.uint8))
    with pytest.raises(ImageError, match="no guide image was given"):
        dreamer.dream(photo, DreamSettings(objective="guide"))
    with pytest.raises(ImageError, match="a guide image was given"):
        dreamer.dream(photo, guide=photo)


def test_an_impossible_channel_is_refused():
    with pytest.raises(SettingsError, match="channels = 64 is not accepted"):
        DreamSettings(layers={"relu1_1": 1.0}, channels=[64])
