"""Clicking channels on and off: the settings that this comes to are ones that the engine takes."""

from __future__ import annotations

from typing import Any

from bridgeclient.channels import chosen, laid_over, weight_of, with_channel, without_channel
from dreamcore import DreamSettings

ALL = DreamSettings(layers={"relu3_3": 0.5, "relu5_1": 2.0}).to_json()


def after(settings: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return DreamSettings.from_json(settings | changes).to_json()


def test_the_first_channel_takes_the_place_of_all() -> None:
    settings = after(ALL, with_channel(ALL, "relu4_3", 12))
    assert settings["layers"] == {"relu4_3": 1.0}
    assert settings["channels"] == {"relu4_3": {"12": 1.0}}


def test_more_channels_of_several_layers() -> None:
    settings = after(ALL, with_channel(ALL, "relu4_3", 12))
    settings = after(settings, with_channel(settings, "relu5_1", 7, -0.5))
    settings = after(settings, with_channel(settings, "relu4_3", 98, 0.25))
    assert settings["layers"] == {"relu4_3": 1.0, "relu5_1": 1.0}
    assert chosen(settings) == {"relu4_3": {12: 1.0, 98: 0.25}, "relu5_1": {7: -0.5}}


def test_a_listed_choice_becomes_one_by_layer() -> None:
    listed = ALL | {"channels": [3]}
    assert chosen(listed) == {"relu3_3": {3: 1.0}, "relu5_1": {3: 1.0}}
    settings = after(listed, with_channel(listed, "relu5_1", 4))
    assert settings["layers"] == ALL["layers"]
    assert chosen(settings) == {"relu3_3": {3: 1.0}, "relu5_1": {3: 1.0, 4: 1.0}}


def test_what_is_clicked_away_is_gone() -> None:
    settings = after(ALL, with_channel(ALL, "relu4_3", 12))
    settings = after(settings, with_channel(settings, "relu5_1", 7))
    settings = after(settings, without_channel(settings, "relu4_3", 99))
    assert chosen(settings) == {"relu4_3": {12: 1.0}, "relu5_1": {7: 1.0}}
    settings = after(settings, without_channel(settings, "relu4_3", 12))
    assert (settings["layers"], chosen(settings)) == ({"relu5_1": 1.0}, {"relu5_1": {7: 1.0}})
    settings = after(settings, without_channel(settings, "relu5_1", 7))
    assert (settings["layers"], settings["channels"]) == ({"relu5_1": 1.0}, [])


def test_a_clicked_channel_counts_whatever_was_chosen_before() -> None:
    everything = ALL | {"channel_mode": "all", "layers_at": {"2": {"relu5_3": 1.0}}}
    settings = after(everything, with_channel(everything, "relu4_3", 12, -0.5))
    assert (settings["channel_mode"], settings["layers_at"]) == ("chosen", {})
    assert weight_of(settings, "relu4_3", 12) == -0.5
    assert weight_of(settings, "relu4_3", 13) == weight_of(settings, "relu3_3", 12) == 0.0


def test_given_layers_count_at_all_octaves() -> None:
    by_octave = ALL | {"layers_at": {"1": {"relu5_1": 1.0}}}
    assert laid_over(by_octave, {"layers": {"relu4_3": 1.0}})["layers_at"] == {}
    own = {"channels": {"relu5_1": {"12": 1.0}}}
    assert laid_over(by_octave, own)["layers_at"] == by_octave["layers_at"]


def test_channels_bring_their_layers_along_unless_layers_are_given() -> None:
    other = {"channels": {"relu4_3": {"12": 1.0}}}
    assert laid_over(ALL, other)["layers"] == {"relu4_3": 1.0}
    own = {"channels": {"relu5_1": {"12": 1.0}}}
    assert laid_over(ALL, own)["layers"] == ALL["layers"]
    both = other | {"layers": {"relu4_3": 2.0, "relu5_3": 1.0}}
    assert laid_over(ALL, both)["layers"] == both["layers"]
    assert laid_over(ALL, {"channels": [3], "seed": 7}) == ALL | {"channels": [3], "seed": 7}
