"""What channels respond to, compared with what they do on photographs."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import load_photo
from dreambridge.arrays import Array
from dreambridge.atlas import pictures
from dreamcore import Dreamer
from dreamcore.errors import ImageError


@pytest.mark.parametrize("channel", [12, 98, 222, 310])
def test_a_channels_own_picture_makes_it_stand_out(dreamer: Dreamer, channel: int) -> None:
    """Pictures, statistics and engine agree on which channel is which."""
    shown = np.asarray(pictures([("relu4_3", channel)], 96))
    found = dreamer.inspect(shown, layer="relu4_3", count=10)
    assert channel in [response.channel for response in found]


def test_all_layers_from_the_third_block_on_are_compared(dreamer: Dreamer) -> None:
    found = dreamer.inspect(load_photo(), count=500)
    layers = {response.layer for response in found}
    assert {name[:5] for name in layers} == {"relu3", "relu4", "relu5"}


def test_what_is_far_from_the_mask_does_not_matter(dreamer: Dreamer) -> None:
    before = load_photo("chelsea.png")
    after, mask = before.copy(), np.zeros(before.shape[:2], np.float32)
    mask[100:160, 100:160] = 0.5
    after[:, 300:] = 0
    assert dreamer.inspect(before, mask=mask) == dreamer.inspect(after, mask=mask)


@pytest.mark.parametrize("form", ["grey", "alpha", "tiny", "float", "large"])
def test_every_kind_of_image_is_looked_at(dreamer: Dreamer, photo: Array, form: str) -> None:
    image = {
        "grey": photo[:, :, :1],
        "alpha": np.dstack([photo, np.full(photo.shape[:2], 255, np.uint8)]),
        "tiny": photo[:1, :1],
        "float": (photo / 255).astype(np.float16),
        "large": np.tile(photo, (40, 30, 1)),
    }[form]
    assert len(dreamer.inspect(image)) == 12


def test_a_mask_that_selects_nothing_means_everything(dreamer: Dreamer, photo: Array) -> None:
    nothing = np.zeros(photo.shape[:2], np.uint8)
    assert dreamer.inspect(photo, mask=nothing) == dreamer.inspect(photo)


def test_a_mask_of_another_size_is_refused(dreamer: Dreamer, photo: Array) -> None:
    with pytest.raises(ImageError):
        dreamer.inspect(photo, mask=np.ones((3, 3), np.uint8))
