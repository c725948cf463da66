"""What the network sees of an image: every shift of it, and whole strides."""

from __future__ import annotations

import pytest
import torch

from dreamcore.jitter import edge, largest_window, origin, window
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
            assert edge(layer) <= begin <= room - length - edge(layer)


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
    assert {row - edge(layer) for row, _ in origins(3, layer)} == {0, 1, 2, 3}


def test_layers_that_see_further_get_more_around_the_image():
    assert edge(LAYERS["relu1_1"]) == edge(LAYERS["relu4_3"]) == 2
    assert edge(LAYERS["relu5_3"]) > edge(LAYERS["relu5_2"]) > 2


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
