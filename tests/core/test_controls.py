"""What the finer controls do to a picture, seen at the network's own activations."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dreamcore import DreamSettings
from dreamcore.layers import LAYERS
from dreamcore.pixels import Source

NAMES = list(LAYERS)
QUICK = {"octaves": 2, "iterations": 3}


def energies(reference, image, layer):
    """The sum of the squared activations of each channel of a layer."""
    with torch.no_grad():
        pixels = Source.of(image).planes()[None]
        activation = reference(pixels, NAMES.index(layer) + 1)[-1][0]
    return activation.square().sum(dim=(1, 2)), activation.mean(dim=(1, 2))


@pytest.fixture(scope="module")
def part(cat):
    return cat[40:168, 120:280]


@pytest.fixture
def dreamed(dreamer_with, part):
    def dream(mask=None, execution=None, **settings):
        dreamer = dreamer_with(**(execution or {"precision": "float32"}))
        *_, result = dreamer.dream(part, DreamSettings(**{**QUICK, **settings}), mask=mask)
        return result.image

    return dream


def test_a_negative_weight_dreams_away(dreamed, part, reference):
    before, _ = energies(reference, part, "relu4_1")
    raised, _ = energies(reference, dreamed(layers={"relu4_1": 1.0}), "relu4_1")
    lowered, _ = energies(reference, dreamed(layers={"relu4_1": -1.0}), "relu4_1")
    assert lowered.sum() < 0.8 * before.sum() < before.sum() < 0.8 * raised.sum()


def test_one_channel_is_raised_and_another_dreamed_away(dreamed, part, reference):
    before, means = energies(reference, part, "relu4_1")
    up, down = means.argsort(descending=True)[:2].tolist()
    channels = {"relu4_1": {up: 1.0, down: -1.0}}
    after, _ = energies(reference, dreamed(layers={"relu4_1": 1.0}, channels=channels), "relu4_1")
    assert after[up] > 1.1 * before[up]
    assert after[down] < 0.9 * before[down]


@pytest.mark.parametrize("mode", ["strongest", "weakest", "average"])
def test_the_picture_decides_which_channels_count(mode, dreamed, part, reference):
    _, means = energies(reference, part, "relu3_3")
    alive = [channel for channel, mean in enumerate(means.tolist()) if mean > 0]
    order = {
        "strongest": -means,
        "weakest": means,
        "average": (means - means[alive].mean()).abs(),
    }[mode]
    chosen = sorted(sorted(alive, key=lambda channel: float(order[channel]))[:5])
    layers = {"relu3_3": 1.0}
    named = dreamed(layers=layers, channels=tuple(chosen))
    found = dreamed(layers=layers, channel_mode=mode, channel_count=5)
    assert np.array_equal(found, named)


def test_the_mode_takes_its_channels_among_those_chosen(dreamed, part, reference):
    _, means = energies(reference, part, "relu3_3")
    first, second = means.argsort(descending=True)[10:12].tolist()
    among = {"relu3_3": {first: 0.5, second: 1.0}}
    layers = {"relu3_3": 1.0}
    found = dreamed(layers=layers, channels=among, channel_mode="strongest", channel_count=1)
    assert np.array_equal(found, dreamed(layers=layers, channels={"relu3_3": {first: 0.5}}))
    everything = dreamed(layers=layers, channels=among, channel_mode="all")
    assert np.array_equal(everything, dreamed(layers=layers))


def test_only_the_selected_part_decides(dreamed, part, reference):
    mask = np.zeros(part.shape[:2], np.uint8)
    mask[:64, :80] = 255
    _, means = energies(reference, part[:64, :80], "relu3_3")
    strongest = means.argsort(descending=True)[:3].tolist()
    layers = {"relu3_3": 1.0}
    found = dreamed(mask, layers=layers, channel_mode="strongest", channel_count=3)
    assert np.array_equal(found, dreamed(mask, layers=layers, channels=tuple(strongest)))


def test_octaves_have_their_own_layers(dreamed):
    """Coarse ones first; where all octaves have one, it is as if it were the only one."""
    both = {"layers": {"relu3_3": 1.0}, "layers_at": {2: {"relu2_2": 1.0}}}
    one, other = dreamed(layers={"relu3_3": 1.0}), dreamed(layers={"relu2_2": 1.0})
    mixed = dreamed(**both)
    assert not np.array_equal(mixed, one)
    assert not np.array_equal(mixed, other)
    assert np.array_equal(mixed, dreamed(**both))
    assert np.array_equal(dreamed(layers_at={1: {"relu3_3": 1.0}}), one)
    assert np.array_equal(dreamed(layers={"relu3_3": 1.0}, layers_at={3: {"relu2_2": 1.0}}), one)


def test_the_full_size_has_the_last_octaves_layers_however_many_fit(dreamed):
    """Of sixteen octaves only the two largest fit, and the coarse ones are left out."""
    many = {"octaves": 16, "octave_scale": 4.0}
    found = dreamed(**many, layers_at={15: {"relu2_2": 1.0}}, layers={"relu3_3": 1.0})
    assert np.array_equal(found, dreamed(**many, layers={"relu2_2": 1.0}, layers_at={}))


@pytest.mark.parametrize(
    "settings",
    [
        {"layers": {"relu3_3": 1.0}, "channel_mode": "strongest"},
        {"layers": {"relu3_3": 1.0}, "layers_at": {2: {"relu2_2": -1.0, "relu3_1": 1.0}}},
    ],
    ids=["strongest", "by octave"],
)
def test_tiles_dream_the_same(settings, dreamed):
    whole = dreamed(execution={"precision": "float32", "tile": "off"}, **settings).astype(int)
    tiled = dreamed(execution={"precision": "float32", "tile": 96}, **settings).astype(int)
    assert np.abs(whole - tiled).max() <= 2
    assert np.abs(whole - tiled).mean() < 0.05
