"""What the network sees of an image: every shift of it, and whole strides."""

from __future__ import annotations

import pytest
import torch

from dreamcore.jitter import EDGE, even_out, largest_window, origin, window
from dreamcore.layers import LAYERS, Layer
from dreamcore.tiling import Tile, read


def origins(jitter: int, layer: Layer) -> list[tuple[int, int]]:
    generator = torch.Generator().manual_seed(1)
    return [origin(generator, jitter, layer) for _ in range(600)]


@pytest.mark.parametrize("name", ["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"])
@pytest.mark.parametrize("size", [(97, 130), (16, 16), (1, 5)])
def test_the_network_sees_whole_strides_with_mirrored_pixels_on_every_side(size, name):
    layer = LAYERS[name]
    largest = largest_window(size, 32, layer)
    for start in origins(32, layer):
        seen = window(size, start, layer)
        for begin, length, room, most in zip(start, size, seen, largest, strict=True):
            assert room % layer.stride == 0
            assert room <= most
            assert EDGE <= begin <= room - length - EDGE


@pytest.mark.parametrize("name", ["relu1_2", "relu3_3", "relu5_3"])
def test_every_shift_that_makes_a_difference_is_drawn(name):
    layer = LAYERS[name]
    for shifts in zip(*origins(32, layer), strict=True):
        assert {shift % layer.stride for shift in shifts} == set(range(layer.stride))


def test_without_jitter_the_network_sees_the_image_and_no_more():
    layer = LAYERS["relu5_1"]
    assert set(origins(0, layer)) == {(0, 0)}
    assert window((97, 130), (0, 0), layer) == largest_window((97, 130), 0, layer) == (97, 130)


def test_a_little_jitter_is_a_little_jitter():
    layer = LAYERS["relu5_1"]
    assert {row - EDGE for row, _ in origins(3, layer)} == {0, 1, 2, 3}


def test_the_gradient_of_a_layer_that_sees_far_is_raised_towards_the_edges():
    lifted = {}
    for name in ("relu4_3", "relu5_2", "relu5_3"):
        gradient = torch.ones(3, 400, 500)
        even_out(gradient, LAYERS[name])
        assert torch.equal(gradient, gradient.flip(1))
        assert torch.equal(gradient, gradient.flip(2))
        lifted[name] = gradient[:, 200, 0].mean() / gradient[:, 200, 250].mean()
    assert lifted["relu4_3"] == 1
    assert 1.2 < lifted["relu5_2"] < lifted["relu5_3"] < 1.8


@pytest.mark.parametrize("size", [(1, 3), (5, 7), (40, 33)])
@pytest.mark.parametrize("span", [(0, 9), (4, 60), (0, 100)])
def test_the_image_goes_on_mirrored_as_often_as_needed(size, span):
    image = torch.rand(3, *size, generator=torch.Generator().manual_seed(1))
    around = torch.cat([image, image.flip(1)], 1).repeat(1, 110, 1)
    around = torch.cat([around, around.flip(2)], 2).repeat(1, 1, 60)
    begin = [4 * length - 3 for length in size]
    rows, columns = (slice(start + span[0], start + span[1]) for start in begin)
    seen = read(image, Tile(span, span, span, span), (3, 3))
    assert torch.equal(seen[0], around[:, rows, columns])
