"""A sketch takes no longer than it may, and is the beginning of its dream."""

from __future__ import annotations

import pytest

from bridgeclient.estimate import octave_sizes, work
from bridgeclient.sketch import SIDE_MOST, sketch_of
from dreamcore.schema import schema
from dreamcore.settings import DreamSettings

SCHEMA = schema()
LAYERS = SCHEMA["x-layers"]
PRESETS = SCHEMA["x-presets"]
SIZES = [(512, 512), (1536, 1200), (4000, 3000), (300, 2000), (40, 30)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("look", PRESETS)
def test_a_sketch_is_small_enough_and_the_engine_takes_it(look: str, size: tuple[int, int]) -> None:
    settings, most = PRESETS[look]["settings"], 1e11
    made = sketch_of(size, settings, LAYERS, most)
    DreamSettings.from_json(made.settings)
    assert max(made.width, made.height) <= SIDE_MOST
    taken = work(made.width, made.height, made.settings, LAYERS)
    assert taken <= most or max(made.width, made.height) <= 64


def test_a_sketch_has_the_size_of_one_of_its_dreams_octaves() -> None:
    settings = PRESETS["eyes"]["settings"]
    made = sketch_of((1536, 1536), settings, LAYERS, 4e11)
    sizes = octave_sizes(1536, 1536, settings, LAYERS)
    assert (made.width, made.height) in sizes[1:]
    own = octave_sizes(made.width, made.height, made.settings, LAYERS)
    assert own == sizes[-len(own) :]
    assert f"its last {len(sizes) - len(own)} octaves of {len(sizes)}" in made.difference


def test_a_picture_that_is_small_already_is_dreamed_as_it_is() -> None:
    settings = PRESETS["eyes"]["settings"]
    made = sketch_of((90, 70), settings, LAYERS, 1e11)
    assert (made.width, made.height, made.settings) == (90, 70, settings)
    assert made.difference == "The dream will be just this."
