"""The words that both editors have for the network's layers."""

from __future__ import annotations

import pytest

from bridgeclient.features import FEATURE_WORDS, channel_words, deepest, feature_at, features
from dreamcore.schema import schema


def test_every_rectified_layer_has_a_word_of_its_own() -> None:
    layers = {name for name in schema()["x-layers"] if name.startswith("relu")}
    assert set(FEATURE_WORDS) == layers
    assert len(set(FEATURE_WORDS.values())) == len(layers)


def test_they_go_from_small_to_large() -> None:
    names = features(schema())
    assert names[0] == "relu1_1"
    assert names[-1] == "relu5_3"
    assert len(names) == 13


@pytest.mark.parametrize(
    ("layer", "feature"),
    [("relu4_3", "relu4_3"), ("conv4_3", "relu4_3"), ("pool4", "relu4_3"), ("conv1_1", "relu1_1")],
)
def test_a_layer_without_a_word_has_that_of_its_size(layer: str, feature: str) -> None:
    assert feature_at(layer, schema()) == feature


def test_a_mixture_is_as_large_as_its_largest_features() -> None:
    layers = {"relu4_3": 1.0, "relu5_1": 20.0, "relu1_2": 1.0}
    assert deepest({"layers": layers, "octaves": 4}, schema()) == "relu5_1"
    coarse = {"1": {"relu5_3": 1.0}, "3": {"relu3_3": 1.0}}
    assert deepest({"layers": layers, "layers_at": coarse, "octaves": 4}, schema()) == "relu5_3"


def test_a_channel_in_a_painters_words_before_its_number() -> None:
    first, second = channel_words("relu4_3", 12).split(". ")
    assert "eyes" in first
    assert "relu" not in first
    assert "12" in second
