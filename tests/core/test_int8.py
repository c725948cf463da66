"""Gradients and activations in 8-bit codes: as good as promised, and the same however computed."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch

from conftest import load_photo
from dreamcore import Dreamer, DreamSettings, Execution, integer_convolution, tiling, vgg, weights
from dreamcore.integer_convolution import FusedIntegerConvolution, IntegerConvolution
from dreamcore.layers import LAYERS
from dreamcore.objectives import Term
from dreamcore.pixels import Source
from dreamcore.presets import PRESETS
from dreamcore.scales import Scales

CPU = torch.device("cpu")
INT8 = {"mixed": ("backward",), "int8": ("forward", "backward")}


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    """Between two gradients, as directions."""
    one, other = one.astype(float), other.astype(float)
    return float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum()))


def gradient(network, pixels, layers, *, tile="off", scales=None, objective="l2"):
    """With codes the second of two gradients: the first finds their scales."""
    scales = scales or Scales()
    terms = {name: Term(objective, weight) for name, weight in layers.items()}
    out = torch.empty_like(pixels)
    for _ in range(2 if network.int8 and not scales.known else 1):
        for _ in tiling.Tiler(network, terms, tile, scales).gradient(pixels, out):
            pass
    return out.numpy()


@pytest.fixture(scope="module")
def networks():
    """Numbers are float32 in all of them, so that only the codes make a difference."""
    source = weights.load()
    passes = {"float32": ()} | INT8
    return {
        name: vgg.Network(source, CPU, torch.float32, int8=int8) for name, int8 in passes.items()
    }


@pytest.fixture(scope="module")
def pixels(coffee):
    return Source.of(coffee[100:228, 180:340]).planes()


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (33, 47), (64, 65)])
@pytest.mark.parametrize("zero_point", [0, 128])
@pytest.mark.parametrize(
    ("dtype", "out_scale"), [(torch.uint8, 0.7), (torch.int8, 0.7), (torch.float32, 1.0)]
)
@pytest.mark.parametrize("relu", [False, True])
def test_the_private_operator_and_the_public_one_agree(size, zero_point, dtype, out_scale, relu):
    generator = torch.Generator().manual_seed(2)
    weight = torch.randn(24, 16, 3, 3, generator=generator)
    bias = torch.randn(24, generator=generator)
    x = torch.randint(0, 256, (1, 16, *size), generator=generator, dtype=torch.uint8)
    x = x.contiguous(memory_format=torch.channels_last)
    one, other = (
        kind(weight, bias, zero_point)(x, 0.02, dtype=dtype, out_scale=out_scale, relu=relu)
        for kind in (IntegerConvolution, FusedIntegerConvolution)
    )
    assert one.dtype == other.dtype == dtype
    difference = (one.float() - other.float()).abs()
    if dtype == torch.float32:
        assert difference.max() < 1e-3
    else:  # a sum halfway between two codes may become either
        assert difference.max() <= 1
        assert difference.mean() < 0.01


@pytest.mark.parametrize("name", LAYERS)
def test_every_layers_gradient_points_where_float32s_does(name, networks, pixels):
    expected = gradient(networks["float32"], pixels, {name: 1.0})
    for precision, least in (("mixed", 0.99), ("int8", 0.95)):
        found = gradient(networks[precision], pixels, {name: 1.0})
        assert cosine(expected, found) > least
        assert np.linalg.norm(found) == pytest.approx(np.linalg.norm(expected), rel=0.15)


@pytest.mark.parametrize("layer", ["relu2_2", "relu3_3", "relu4_3", "relu5_1"])
@pytest.mark.parametrize(("precision", "least"), [("mixed", 0.98), ("int8", 0.95)])
def test_with_the_numbers_that_the_processor_is_built_for(
    precision, least, layer, dreamer_with, coffee
):
    expected, found = (
        dreamer_with(precision=kind).gradient(
            coffee[:200, :300], DreamSettings(layers={layer: 1.0})
        )
        for kind in ("float32", precision)
    )
    assert cosine(expected, found) > least


@pytest.mark.parametrize("precision", INT8)
def test_several_layers_add_up(precision, networks, pixels):
    layers = {"relu1_2": 1.0, "pool2": 1.0, "conv3_2": 0.5, "relu4_1": 1.0, "relu4_3": 1.0}
    expected, found = (gradient(networks[kind], pixels, layers) for kind in ("float32", precision))
    assert cosine(expected, found) > 0.95


@pytest.mark.parametrize("objective", ["norm", "mean"])
@pytest.mark.parametrize("precision", INT8)
def test_tiny_gradients_have_codes_of_their_own_size(precision, objective, networks, pixels):
    expected, found = (
        gradient(networks[kind], pixels, {"relu4_1": 1.0}, objective=objective)
        for kind in ("float32", precision)
    )
    assert cosine(expected, found) > 0.95


@pytest.mark.parametrize("name", ["relu1_2", "conv2_2", "relu3_3", "pool3", "relu4_3"])
@pytest.mark.parametrize("precision", INT8)
def test_tiles_add_up_to_the_whole(precision, name, networks, coffee):
    pixels = Source.of(coffee[:203, :271]).planes()
    tile = 2 * LAYERS[name].halo + 96
    whole, tiled = (
        gradient(networks[precision], pixels, {name: 1.0}, tile=tile) for tile in ("off", tile)
    )
    assert cosine(whole, tiled) > 0.995  # the codes of a sum are not the sum of codes
    assert np.linalg.norm(tiled) == pytest.approx(np.linalg.norm(whole), rel=1e-2)


def test_tiles_note_the_same_activations_as_the_whole(networks, coffee):
    """So that the next step has the same scales: rows and columns that tiles share don't count."""
    pixels, noted = Source.of(coffee[:203, :271]).planes(), []
    for tile in ("off", 2 * LAYERS["relu4_1"].halo + 96):
        scales = Scales()
        gradient(networks["int8"], pixels, {"relu4_1": 1.0}, tile=tile, scales=scales)
        noted.append([scales.activations[name] for name in ("conv1_2", "conv2_2", "conv3_3")])
    assert noted[0] == noted[1]


@pytest.mark.parametrize("precision", INT8)
def test_scales_follow_a_picture_that_changes(precision, networks, pixels):
    """A step whose values outgrow the codes of the last one is rough, those after it are not."""
    scales, found = Scales(), np.empty(0)
    gradient(networks[precision], pixels * 0.2 + 0.4, {"relu3_3": 1.0}, scales=scales)
    for _ in range(8):
        found = gradient(networks[precision], pixels, {"relu3_3": 1.0}, scales=scales)
    assert cosine(gradient(networks["float32"], pixels, {"relu3_3": 1.0}), found) > 0.95


def dreamed(dreamer, image, **settings):
    *_, result = dreamer.dream(image, DreamSettings(**settings))
    return result.image


@pytest.fixture
def photo(coffee):
    return np.ascontiguousarray(coffee[100:260, 180:380])


SETTINGS = {"layers": {"relu3_3": 1.0}, "octaves": 2, "iterations": 3}


@pytest.mark.parametrize("precision", INT8)
def test_a_dream_without_the_private_operators_is_the_same_picture(
    precision, photo, dreamer_with, monkeypatch
):
    usual = dreamed(dreamer_with(precision=precision), photo, **SETTINGS)
    monkeypatch.setattr(integer_convolution, "fusion_available", lambda _: False)
    public = dreamed(Dreamer(execution=Execution(precision=precision)), photo, **SETTINGS)
    assert np.abs(usual.astype(int) - public).mean() < 0.2
    assert np.abs(usual.astype(int) - photo).mean() > 2


@pytest.mark.parametrize("precision", INT8)
def test_the_same_seed_gives_the_same_bytes(precision, photo):
    ones = [
        dreamed(Dreamer(execution=Execution(precision=precision)), photo, **SETTINGS)
        for _ in range(2)
    ]
    assert ones[0].tobytes() == ones[1].tobytes()


@pytest.mark.parametrize("look", ["fringes", "eyes", "temples"])
def test_a_looks_dreams_are_those_of_float32(look, photo, dreamer_with):
    """Correlation of the changes of two dreams."""
    settings = replace(PRESETS[look].settings, octaves=2, iterations=3)
    expected, *others = (
        [*dreamer_with(precision=kind).dream(photo, settings)][-1].image.astype(float) - photo
        for kind in ("float32", *INT8)
    )
    for found in others:
        assert np.corrcoef(expected.ravel(), found.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("precision", INT8)
def test_a_tiled_dream_is_the_whole_one(precision, photo, dreamer_with):
    whole, tiled = (
        dreamed(dreamer_with(precision=precision, tile=tile), photo, **SETTINGS)
        for tile in ("off", 128)
    )
    assert np.abs(whole.astype(int) - tiled).mean() < 0.5


@pytest.mark.parametrize("precision", INT8)
def test_channels_that_do_not_respond_at_first_are_dreamed_later(precision, dreamer_with):
    """Neither responds to the coarsest octave, whose gradient is nothing."""
    cat, two = load_photo("chelsea.png"), {"relu5_3": {426: 1.0, 305: 1.0}}
    found = dreamed(
        dreamer_with(precision=precision),
        cat,
        layers={"relu5_3": 1.0},
        channels=two,
        iterations=2,
        octaves=4,
    )
    assert np.abs(found.astype(int) - cat).mean() > 1


@pytest.mark.parametrize("precision", INT8)
def test_images_without_anything_to_see(precision, dreamer_with):
    for level, size in itertools.product((0, 128, 255), ((1, 1), (40, 70))):
        image = np.full((*size, 3), level, np.uint8)
        found = dreamed(dreamer_with(precision=precision), image, layers={"relu4_3": 1.0})
        assert found.shape == image.shape
