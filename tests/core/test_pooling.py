"""Pooling by average: the gradient that plain torch has, in tiles and in codes too."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from dreamcore import DreamSettings
from dreamcore.layers import LAYERS
from dreamcore.pixels import Source

NAMES = list(LAYERS)
SEVERAL = {"relu1_2": 1.0, "pool2": 1.0, "relu3_3": 0.5, "conv4_1": 1.0}


@pytest.fixture(scope="module")
def averaging(reference):
    """torchvision's network with average pooling."""
    other = copy.deepcopy(reference)
    for index, module in enumerate(other.features):
        if isinstance(module, nn.MaxPool2d):
            other.features[index] = nn.AvgPool2d(2)
    return other


@pytest.fixture(scope="module")
def part(coffee):
    return np.ascontiguousarray(coffee[100:203, 180:271])


def settings(layers):
    return DreamSettings(layers=layers, pooling="average")


def cosine(one, other):
    one, other = one.astype(float), other.astype(float)
    return (one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum())


@pytest.mark.parametrize(
    "layers",
    [{"pool1": 1.0}, {"relu2_1": 1.0}, {"pool3": 1.0}, {"relu4_1": 1.0}, SEVERAL],
    ids=lambda layers: "+".join(layers),
)
def test_the_gradient_is_that_of_plain_torch(layers, averaging, dreamer_with, part):
    pixels = Source.of(part).planes()[None].requires_grad_(True)
    deepest = max(NAMES.index(name) for name in layers) + 1
    found = averaging(pixels, deepest)
    value = sum(w * found[NAMES.index(name)].square().sum() / 2 for name, w in layers.items())
    (expected,) = torch.autograd.grad(value, pixels)
    ours = dreamer_with(precision="float32").gradient(part, settings(layers))
    np.testing.assert_allclose(
        ours, expected[0].permute(1, 2, 0), atol=2e-5 * float(expected.abs().max())
    )


@pytest.mark.parametrize("name", ["pool2", "relu3_3"])
def test_tiles_add_up_to_the_whole(name, dreamer_with, coffee):
    image = np.ascontiguousarray(coffee[:203, :271])
    whole, tiled = (
        dreamer_with(precision="float32", tile=tile).gradient(image, settings({name: 1.0}))
        for tile in ("off", 2 * LAYERS[name].halo + 96)
    )
    np.testing.assert_allclose(tiled, whole, atol=1e-5 * np.abs(whole).max())


@pytest.mark.parametrize(("precision", "least"), [("mixed", 0.98), ("int8", 0.95)])
@pytest.mark.parametrize(
    "layers",
    [{"relu2_2": 1.0}, {"pool3": 1.0}, {"relu4_3": 1.0}, SEVERAL],
    ids=lambda layers: "+".join(layers),
)
def test_codes_point_where_float32_does(precision, least, layers, dreamer_with, part):
    expected, found = (
        dreamer_with(precision=kind).gradient(part, settings(layers))
        for kind in ("float32", precision)
    )
    assert cosine(expected, found) > least
    assert np.linalg.norm(found) == pytest.approx(np.linalg.norm(expected), rel=0.15)


def test_it_is_another_dream(dreamer, part):
    dreams = [
        [*dreamer.dream(part, DreamSettings(octaves=2, iterations=3, pooling=pooling))][-1].image
        for pooling in ("max", "average")
    ]
    assert np.abs(dreams[0].astype(int) - dreams[1]).mean() > 1
