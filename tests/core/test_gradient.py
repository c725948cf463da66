"""The engine's hand-written gradient against plain autograd on torchvision's own VGG16."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dreamcore import tiling, vgg, weights, winograd
from dreamcore.convolution import fusion_available
from dreamcore.layers import LAYERS
from dreamcore.objectives import Term, guide_features
from dreamcore.pixels import Source
from dreamcore.settings import DreamSettings

NAMES = list(LAYERS)
OBJECTIVES = ("l2", "norm", "mean", "guide")
CHANNELS = {
    "alike": dict.fromkeys((3, 17, 40), 1.0),
    "weighted": {3: 0.5, 17: 2.0, 40: 1.0},
    "away": {3: -0.5, 17: 2.0, 40: -1.0},
}


def relative(found: torch.Tensor | np.ndarray, expected: torch.Tensor | np.ndarray) -> float:
    found, expected = torch.as_tensor(found).double(), torch.as_tensor(expected).double()
    return float((found - expected).norm() / expected.norm())


def objective_value(kind, activation, channels=None, guide=None):
    """The objectives as their definitions read, for autograd to differentiate."""
    channels = channels or dict.fromkeys(range(activation.shape[1]), 1.0)
    a = activation[:, list(channels)]
    w = torch.tensor(list(channels.values()), dtype=a.dtype)[:, None, None]
    match kind:
        case "l2":
            return (w * a.square()).sum() / 2
        case "norm":
            raised, lowered = (part.sum().sqrt() for part in _by_sign(w, a))
            return raised - lowered if (w < 0).any() else raised
        case "mean":
            return (w * a).mean()
    weighted = (w * a)[0].flatten(1).T
    return (weighted @ guide[:, list(channels)].T).max(dim=1).values.sum()


def _by_sign(w, a):
    return w.clamp_min(0) * a.square(), -w.clamp_max(0) * a.square()


def autograd(reference, image, layers, kind, channels=None, guides=None):
    x = image.clone().requires_grad_(True)
    deepest = max(NAMES.index(name) for name in layers) + 1
    activations = reference(x[None], deepest)
    total = sum(
        weight
        * objective_value(
            kind, activations[NAMES.index(name)], channels, guides[name] if guides else None
        )
        for name, weight in layers.items()
    )
    total.backward()
    return x.grad


def engine(
    network, image, layers, kind, channels=None, guides=None, tile="off", origin=(0, 0), size=None
):
    terms = {
        name: Term(kind, weight, channels or {}, guide=guides[name] if guides else None)
        for name, weight in layers.items()
    }
    out = image.new_empty((3, *(size or image.shape[1:])))
    fractions = list(tiling.Tiler(network, terms, tile).gradient(image, out, origin))
    assert fractions[-1] == pytest.approx(1.0)
    return out, len(fractions)


@pytest.fixture(scope="module")
def image(coffee):
    return Source.of(coffee[100:165, 200:259]).planes()  # 65 x 59: a multiple of nothing


@pytest.fixture(scope="module")
def large(coffee):
    return Source.of(coffee[:203, :271]).planes()  # 203 x 271, likewise


@pytest.fixture(scope="module")
def exact_network():
    """Float64, where no rounding can flip a ReLU: differences mean a wrong formula."""
    return vgg.Network(weights.load(), torch.device("cpu"), torch.float64, fused=False)


PATHS = {
    "fused": {"fused": True, "winograd": False},
    "plain": {"fused": False},
    "winograd": {"fused": True, "winograd": True},
}


@pytest.fixture(scope="module")
def networks():
    """The network in float32 on every path; Winograd's squares for activations of any size."""
    cpu, source = torch.device("cpu"), weights.load()
    assert fusion_available(cpu, torch.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(winograd, "LEAST_POSITIONS", 1)
        yield {
            name: vgg.Network(source, cpu, torch.float32, **path) for name, path in PATHS.items()
        }


@pytest.fixture(params=PATHS)
def network(request, networks):
    return networks[request.param]


def guides_for(reference, layers, cat, dtype):
    guide = Source.of(cat[100:140, 140:184]).planes().to(dtype)
    activations = reference(guide[None], max(NAMES.index(name) for name in layers) + 1)
    return {name: guide_features(activations[NAMES.index(name)]) for name in layers}


@pytest.mark.parametrize("kind", OBJECTIVES)
@pytest.mark.parametrize("name", NAMES)
def test_every_layer_and_objective_equals_autograd_exactly(
    name, kind, exact_network, exact_reference, image, cat
):
    layers, image = {name: 1.0}, image.double()
    guides = guides_for(exact_reference, layers, cat, torch.float64) if kind == "guide" else None
    expected = autograd(exact_reference, image, layers, kind, guides=guides)
    found, _ = engine(exact_network, image, layers, kind, guides=guides)
    # The engine hands gradients over as float32, whose rounding is all that may differ.
    assert relative(found, expected) < 1e-6


@pytest.mark.parametrize("name", NAMES)
def test_float32_equals_autograd_but_for_activations_that_round_to_zero(
    name, network, reference, image
):
    found, _ = engine(network, image, {name: 1.0}, "l2")
    assert relative(found, autograd(reference, image, {name: 1.0}, "l2")) < 1e-2


@pytest.mark.parametrize("rows", [2, 4, 30, 64])
@pytest.mark.parametrize("name", ["pool1", "relu2_1"])
def test_the_first_block_in_strips(name, rows, exact_network, exact_reference, image, monkeypatch):
    monkeypatch.setattr(exact_network, "strip_pixels", rows * image.shape[2])
    expected = autograd(exact_reference, image.double(), {name: 1.0}, "l2")
    found, _ = engine(exact_network, image.double(), {name: 1.0}, "l2")
    assert relative(found, expected) < 1e-6


@pytest.mark.parametrize("channels", CHANNELS.values(), ids=CHANNELS)
@pytest.mark.parametrize("kind", OBJECTIVES)
def test_several_layers_and_chosen_channels(
    kind, channels, exact_network, exact_reference, image, cat
):
    layers, image = {"conv2_2": 0.5, "relu2_2": -0.2, "pool3": 2.0, "relu4_1": 1.0}, image.double()
    guides = guides_for(exact_reference, layers, cat, torch.float64) if kind == "guide" else None
    expected = autograd(exact_reference, image, layers, kind, channels, guides)
    found, _ = engine(exact_network, image, layers, kind, channels, guides)
    assert relative(found, expected) < 1e-6


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_weighted_channels_in_tiles(kind, networks, reference, large, cat):
    layers, channels = {"relu3_2": 1.0, "relu4_1": 0.5}, CHANNELS["away"]
    guides = guides_for(reference, layers, cat, torch.float32) if kind == "guide" else None
    whole, _ = engine(networks["fused"], large, layers, kind, channels, guides)
    tiled, steps = engine(networks["fused"], large, layers, kind, channels, guides, tile=176)
    assert steps > 1
    assert relative(tiled, whole) < 1e-5


def test_the_l2_gradient_at_the_layer_is_the_activation(network, image):
    trace = network.forward(image[None], ["relu3_3"])
    activation = trace.activations["relu3_3"]
    assert torch.equal(Term("l2", 1.0).gradient(activation), activation)


DEPTHS = ("relu1_1", "conv2_2", "pool3", "relu4_3")
TILED = [("fused", "l2", name) for name in NAMES]
TILED += [("fused", kind, name) for kind in OBJECTIVES[1:] for name in (*DEPTHS, "relu5_3")]
TILED += [("plain", "l2", name) for name in DEPTHS]
TILED += [("winograd", "l2", name) for name in NAMES if name.replace("relu", "conv") > "conv3_1"]


@pytest.mark.parametrize(("path", "kind", "name"), TILED)
def test_tiles_add_up_to_the_whole_gradient(path, kind, name, networks, reference, large, cat):
    network, layers, tile = networks[path], {name: 1.0}, LAYERS[name].halo * 2 + 96
    if LAYERS[name].halo > 64:  # too deep for this image to be cut: take a longer strip of it
        large = large[:, :67].repeat(1, 1, 2)[..., :501]
    guides = guides_for(reference, layers, cat, torch.float32) if kind == "guide" else None
    whole, _ = engine(network, large, layers, kind, guides=guides)
    tiled, steps = engine(network, large, layers, kind, guides=guides, tile=tile)
    assert steps > 1
    assert relative(tiled, whole) < 1e-5


SIXTEEN_BITS = [
    (torch.bfloat16, path, name)
    for path in ("fused", "winograd")
    for name in ("relu2_2", "relu4_3", "relu5_1")
]
SIXTEEN_BITS += [(torch.bfloat16, "plain", "relu3_1"), (torch.float16, "plain", "relu2_1")]


@pytest.mark.parametrize(("dtype", "path", "name"), SIXTEEN_BITS)
def test_tiles_add_up_in_16_bits(dtype, path, name, large, monkeypatch):
    monkeypatch.setattr(winograd, "LEAST_POSITIONS", 1)
    network = vgg.Network(weights.load(), torch.device("cpu"), dtype, **PATHS[path])
    whole, _ = engine(network, large, {name: 1.0}, "l2")
    tiled, steps = engine(network, large, {name: 1.0}, "l2", tile=LAYERS[name].halo * 2 + 90)
    assert steps > 1
    assert relative(tiled, whole) < 2e-2


@pytest.mark.parametrize("origin", [(0, 0), (3, 13), (31, 7)])
def test_around_the_image_the_network_sees_it_mirrored(origin, network, large):
    size = tuple(length + 34 for length in large.shape[1:])
    after = [s - o - n for s, o, n in zip(size, origin, large.shape[1:], strict=True)]
    sides = [(0, 0), *zip(origin, after, strict=True)]
    seen = torch.from_numpy(np.pad(large.numpy(), sides, mode="symmetric"))
    expected, _ = engine(network, seen, {"relu4_1": 1.0}, "l2")
    for tile in ("off", 160):
        found, _ = engine(network, large, {"relu4_1": 1.0}, "l2", None, None, tile, origin, size)
        assert relative(found, expected) < 1e-5


def test_an_image_smaller_than_its_surroundings_is_mirrored_again_and_again(network, large):
    small, origin, size = large[:, :5, :7].contiguous(), (21, 30), (64, 64)
    sides = [(0, 0), (21, 64 - 21 - 5), (30, 64 - 30 - 7)]
    seen = torch.from_numpy(np.pad(small.numpy(), sides, mode="symmetric"))
    expected, _ = engine(network, seen, {"relu3_1": 1.0}, "l2")
    found, _ = engine(network, small, {"relu3_1": 1.0}, "l2", origin=origin, size=size)
    assert relative(found, expected) < 1e-5


def test_each_layers_own_channels_are_raised(dreamer_with, coffee, exact_reference):
    """What `channels` means for the image: a layer that it doesn't name counts with all of its."""
    settings = DreamSettings(
        layers={"relu2_1": 0.5, "relu3_1": 1.0, "relu4_1": 1.0},
        channels={"relu3_1": {12: 1.0, 98: 0.5}, "relu4_1": {7: -2.0}},
    )
    part = coffee[:96, :96]
    x = Source.of(part).planes().double().requires_grad_(True)
    activations = exact_reference(x[None], NAMES.index("relu4_1") + 1)
    a = {name: activations[NAMES.index(name)][0] for name in settings.layers}
    halves = {name: activation.square().sum(dim=(1, 2)) / 2 for name, activation in a.items()}
    total = 0.5 * halves["relu2_1"].sum() - 2 * halves["relu4_1"][7]
    total += halves["relu3_1"][12] + 0.5 * halves["relu3_1"][98]
    total.backward()
    found = dreamer_with(precision="float32").gradient(part, settings)
    assert relative(found, x.grad.permute(1, 2, 0)) < 1e-2


def test_the_public_gradient_is_that_of_the_image(dreamer_with, coffee, reference):
    part = coffee[:90, :121]
    settings = DreamSettings(layers={"relu3_1": 1.0})
    found = dreamer_with(precision="float32").gradient(part, settings)
    expected = autograd(reference, Source.of(part).planes(), {"relu3_1": 1.0}, "l2")
    assert found.shape == (90, 121, 3)
    assert found.dtype == np.float32
    assert relative(found, expected.permute(1, 2, 0)) < 1e-2


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("layer", ["relu1_2", "relu3_3", "relu4_3", "relu5_3"])
@pytest.mark.parametrize(("precision", "least"), [("bfloat16", 0.9), ("float16", 0.99)])
def test_16_bits_point_the_same_way(precision, least, layer, objective, dreamer_with, coffee, cat):
    """float16, whose range is small, in spite of the gradients' size at shallow layers."""
    guide = cat[:64, :64] if objective == "guide" else None
    gradients = [
        dreamer_with(precision=kind).gradient(
            coffee[:96, :96],
            DreamSettings(layers={layer: 1.0}, objective=objective),
            guide=guide,
        )
        for kind in ("float32", precision)
    ]
    assert relative(*gradients[::-1]) < 1
    assert np.corrcoef(*(gradient.ravel() for gradient in gradients))[0, 1] > least
