"""What a dream does to real photographs, and what it leaves alone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torchvision.transforms.functional import gaussian_blur

from dreamcore import DreamSettings, Result
from dreamcore.layers import LAYERS
from dreamcore.pixels import Source
from dreamcore.vgg import Network

QUICK = {"iterations": 3, "octaves": 2, "step": 1.5}


def dreamed(dreamer, image, *, mask=None, guide=None, **settings):
    *_, result = dreamer.dream(image, DreamSettings(**QUICK | settings), mask=mask, guide=guide)
    assert isinstance(result, Result)
    assert result.image.shape == image.shape
    assert result.image.dtype == image.dtype
    return result.image


@pytest.fixture(scope="module")
def photo(coffee):
    return coffee[90:218, 180:330]


@pytest.mark.parametrize(
    "name", [n for n in LAYERS if "conv2_2" <= n.replace("relu", "conv") <= "conv5_3"]
)
def test_dreaming_raises_the_layers_activation(name, dreamer, reference, photo):
    index = list(LAYERS).index(name)

    def energy(image):
        return float(reference(Source.of(image).planes()[None], index + 1)[index].square().sum())

    result = dreamed(dreamer, photo, layers={name: 1.0}, iterations=6)
    assert energy(result) > 1.15 * energy(photo)


def test_the_blend_mode_is_the_articles_recursion(dreamer_with, reference, photo):
    """Blur, shrink, dream the smaller, enlarge, blend 0.6, dream: as the recursion reads.

    On a photograph of little contrast, away from black and white, near which changes fade out.
    """
    photo = (photo * 0.4 + 76).astype(np.uint8)
    scale, levels, iterations, amount, index = 2.0, 3, 2, 2.0, list(LAYERS).index("relu3_3")

    def ascend(image):
        for _ in range(iterations):
            x = image.clone().requires_grad_(True)
            activation = reference(x, index + 1)[index]
            activation.backward(activation.detach())
            step = x.grad - x.grad.mean(dim=(2, 3), keepdim=True)
            image = (image + amount / 255 * step / step.abs().mean()).clamp(0, 1)
        return image

    def recurse(image, level):
        if level < levels:
            height, width = image.shape[2:]
            extended = F.pad(image, (6, 6, 6, 6), mode="replicate")
            blurred = gaussian_blur(extended, [13, 13], [2.0, 2.0])[..., 6:-6, 6:-6]
            smaller_size = (
                round(photo.shape[0] / scale**level),
                round(photo.shape[1] / scale**level),
            )
            smaller = F.interpolate(blurred, size=smaller_size, mode="bicubic", antialias=True)
            enlarged = F.interpolate(
                recurse(smaller, level + 1), size=(height, width), mode="bicubic", antialias=True
            )
            image = (0.4 * image + 0.6 * enlarged).clamp(0, 1)
        return ascend(image)

    expected = recurse(Source.of(photo).planes()[None], 1)[0].permute(1, 2, 0).numpy()
    found = dreamed(
        dreamer_with(precision="float32"),
        photo.astype(np.float32) / 255,
        layers={"relu3_3": 1.0},
        octave_mode="blend",
        octave_scale=scale,
        octaves=levels,
        iterations=iterations,
        step=amount,
        jitter=0,
        smoothing=0.0,
    )
    assert np.abs(found - expected).mean() * 255 < 0.1
    assert np.abs(found - photo / 255.0).mean() * 255 > 5


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(dreamer, photo):
    first, again, other = (dreamed(dreamer, photo, seed=seed).tobytes() for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_a_tiled_dream_equals_the_whole_one(dreamer_with, coffee):
    settings = {"layers": {"relu3_3": 1.0}, "iterations": 2}
    image = coffee[:230, :310].astype(np.float32) / 255
    whole, tiled = (
        dreamed(dreamer_with(precision="float32", tile=tile), image, **settings)
        for tile in ("off", 128)
    )
    assert np.abs(whole - tiled).mean() * 255 < 0.01
    assert np.abs(whole - image).mean() * 255 > 1


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float16", "float32"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_every_type_and_channel_count(kind, channels, dreamer, photo):
    picture = np.dstack([photo, np.full(photo.shape[:2], 200, np.uint8)])
    picture = picture[..., {1: [0], 2: [0, 3], 3: [0, 1, 2], 4: [0, 1, 2, 3]}[channels]]
    scale = {"uint8": 1, "uint16": 257, "float16": 1 / 255, "float32": 1 / 255}[kind]
    image = np.ascontiguousarray((picture * np.float64(scale)).astype(kind))
    before = image.copy()
    mask = np.zeros(photo.shape[:2], np.uint8)
    mask[30:90, 40:110] = 255
    result = dreamed(dreamer, image, mask=mask, layers={"relu2_2": 1.0})
    assert np.array_equal(image, before)
    assert np.array_equal(result[mask == 0], image[mask == 0])
    colours = slice(0, channels - 1 if channels in (2, 4) else channels)
    assert np.array_equal(result[..., colours.stop :], image[..., colours.stop :])
    changed = np.abs(result.astype(np.float64) - image)[mask > 0][:, colours] / scale
    assert 1 < changed.mean() < 40


def test_grey_values_of_the_mask_scale_the_change(dreamer, photo):
    image = photo.astype(np.float32) / 255
    full = np.zeros(photo.shape[:2], np.uint8)
    full[20:100, 20:120] = 255
    half = np.where(full > 0, 128, 0).astype(np.uint8)
    whole = dreamed(dreamer, image, mask=full) - image
    part = dreamed(dreamer, image, mask=half) - image
    assert np.allclose(part, whole * (128 / 255), atol=1e-6)
    assert np.abs(whole).max() > 0.05


def test_an_empty_mask_changes_nothing(dreamer, photo):
    mask = np.zeros(photo.shape[:2], np.uint8)
    assert np.array_equal(dreamed(dreamer, photo, mask=mask), photo)


def test_a_small_masked_region_of_a_large_image_only_costs_the_region(dreamer, seen):
    image = np.random.default_rng(0).integers(0, 255, (3000, 4000, 3), np.uint8)
    mask = np.zeros(image.shape[:2], np.uint8)
    mask[1000:1064, 1500:1570] = 255
    result = dreamed(dreamer, image, mask=mask, layers={"relu3_1": 1.0})
    assert np.array_equal(result[mask == 0], image[mask == 0])
    assert (result[mask > 0] != image[mask > 0]).mean() > 0.5
    assert len(seen) == QUICK["iterations"] * QUICK["octaves"]
    assert max(seen) < 200 * 200  # with its surroundings, of twelve million


def test_what_is_hidden_under_transparency_is_neither_seen_nor_changed(dreamer, photo):
    alpha = np.full(photo.shape[:2], 255, np.uint8)
    alpha[:, 70:] = 0
    results = []
    for hidden in (0, 255):
        image = np.dstack([photo, alpha])
        image[:, 70:, :3] = hidden
        results.append(dreamed(dreamer, image))
        assert np.array_equal(results[-1][:, 70:], image[:, 70:])
    assert np.array_equal(results[0][:, :70], results[1][:, :70])
    assert (results[0][:, :70, :3] != photo[:, :70]).mean() > 0.5


def test_values_beyond_full_intensity_survive_where_nothing_changes(dreamer, photo):
    image = photo.astype(np.float32) / 255
    image[:10, :10] = 4.0
    mask = np.zeros(photo.shape[:2], np.float32)
    mask[40:80, 40:80] = 1
    result = dreamed(dreamer, image, mask=mask)
    assert np.array_equal(result[mask == 0], image[mask == 0])


def test_no_saturation_changes_lightness_alone(dreamer, photo):
    image = photo.astype(np.float32) / 255
    change = dreamed(dreamer, image, saturation=0.0) - image
    assert np.abs(change - change.mean(axis=2, keepdims=True)).max() < 1e-5
    assert np.abs(change).mean() * 255 > 1


def test_laplacian_normalisation_brings_coarse_shapes_up(dreamer, photo):
    """A raw gradient is mostly fine; with bands of one strength what is coarse shows as well."""
    image = photo.astype(np.float32) / 255
    shares = []
    for kind in ("mean", "laplacian"):
        change = dreamed(dreamer, image, normalization=kind, smoothing=0.0) - image
        planes = torch.from_numpy(change).permute(2, 0, 1)
        shares.append(float(F.avg_pool2d(planes, 8).std() / planes.std()))
        assert 2 < np.abs(change).mean() * 255 < 10
    assert shares[1] > 1.4 * shares[0]


def test_a_guide_draws_the_dream_towards_its_features(dreamer, photo, cat, reference):
    layer = "relu4_1"
    index = list(LAYERS).index(layer)
    face = np.ascontiguousarray(cat[60:188, 120:270])

    def features(image):
        activation = reference(Source.of(image).planes()[None], index + 1)[index]
        return activation[0].flatten(1).T  # positions, channels

    def match(image, guide):
        return float((features(image) @ features(guide).T).amax(dim=1).sum())

    guides = face, photo
    settings = {"layers": {layer: 1.0}, "objective": "guide", "iterations": 6}
    by_face, by_itself = (dreamed(dreamer, photo, guide=guide, **settings) for guide in guides)
    assert match(by_face, face) > 1.1 * max(match(photo, face), match(by_itself, face))
    assert match(by_itself, photo) > match(by_face, photo)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (33, 2), (5, 7), (64, 65), (257, 129)])
@pytest.mark.parametrize("layer", ["conv1_1", "relu4_3", "pool5"])
def test_small_and_odd_sizes(size, layer, dreamer, coffee):
    """The change is of the usual size everywhere, in the last row and column too."""
    image = np.ascontiguousarray(coffee[: size[0], : size[1]]).astype(np.float32) / 255
    result = dreamed(dreamer, image, layers={layer: 1.0}, octaves=6, iterations=1)
    change = np.abs(result - image) * 255
    if layer == "conv1_1" and size == (1, 1):
        assert change.max() == 0  # a step keeps the mean, and there is only one pixel
        return
    for part in (change, change[-1], change[:, -1]):
        assert 0.3 < part.mean() < 16


def test_a_large_odd_size(dreamer, coffee):
    image = np.tile(coffee, (2, 3, 1))[:769, :1025]
    result = dreamed(dreamer, image, layers={"relu3_3": 1.0}, iterations=1)
    changed = np.pad(result != image, ((0, 31), (0, 31), (0, 0)), mode="edge")
    blocks = changed.reshape(25, 32, 33, 32, 3).mean(axis=(1, 3, 4))
    assert blocks.min() > 0.2


@pytest.fixture
def seen(monkeypatch):
    """The pixels that go through the network, one number for each pass."""
    sizes, forward = [], Network.forward

    def counted(self, image, *args):
        sizes.append(image.shape[2] * image.shape[3])
        return forward(self, image, *args)

    monkeypatch.setattr(Network, "forward", counted)
    return sizes


def test_closing_the_generator_ends_it_within_one_step(dreamer, photo, seen):
    events = dreamer.dream(photo, DreamSettings(iterations=1000))
    passes = [len(seen) for _ in itertools.islice(events, 7)]
    assert max(later - sooner for sooner, later in itertools.pairwise(passes)) == 1
    events.close()
    assert list(events) == []
    assert len(seen) == passes[-1]


def test_extreme_weights_in_float16_still_dream(dreamer_with, photo):
    part = np.ascontiguousarray(photo[:64, :64])
    layers = {"conv1_1": 1000.0, "conv5_3": 1000.0}
    result = dreamed(dreamer_with(precision="float16"), part, layers=layers, iterations=1)
    assert np.abs(result.astype(int) - part).mean() > 0.5
