"""A look that nobody chose: always one that the engine takes, and other each time."""

from __future__ import annotations

import random

import pytest

from bridgeclient.surprise import surprise
from dreamcore.schema import schema
from dreamcore.settings import DreamSettings

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_surprise_is_a_look_that_the_engine_takes(seed: int) -> None:
    settings = DreamSettings.from_json(surprise(schema(), random.Random(seed)))
    assert len(settings.layers) == 2
    assert all(0 < weight <= 60 for weight in settings.layers.values())
    assert 0.2 <= settings.step <= 1.6


def test_surprises_differ() -> None:
    looks = {str(surprise(schema(), random.Random(seed))) for seed in SEEDS}
    assert len(looks) == len(SEEDS)


def test_looks_that_keep_the_colours_go_on_doing_so() -> None:
    for seed in SEEDS:
        settings = surprise(schema(), random.Random(seed))
        assert settings["saturation"] == 0 or settings["saturation"] >= 0.3
