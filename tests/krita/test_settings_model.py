"""What the docker's widgets share: presets, feature sizes, text, the guide."""

from __future__ import annotations

from typing import Any

import pytest

from dreamcore import DreamSettings
from dreamcore.presets import DEFAULT, PRESETS
from dreamcore.schema import schema
from dreamkrita.settings_model import SettingsModel


@pytest.fixture
def model() -> SettingsModel:
    return SettingsModel(schema())


def test_the_first_look_is_the_default(model: SettingsModel) -> None:
    assert model.settings == DreamSettings().to_json()
    assert model.preset == DEFAULT


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_recognised_whatever_the_seed(model: SettingsModel, name: str) -> None:
    model.set("seed", 99)
    model.choose_preset(name)
    assert model.preset == name
    assert model.settings["seed"] == 99


def test_a_change_of_a_preset_is_none(model: SettingsModel) -> None:
    model.choose_preset("swirls")
    model.set("step", 3.0)
    assert model.preset is None


def test_a_feature_size_forgets_channels_of_other_layers(model: SettingsModel) -> None:
    model.set("channels", [300])
    model.choose_feature("relu1_2")
    assert DreamSettings.from_json(model.settings).channels == ()


def test_after_the_last_channel_the_look_is_what_it_was(model: SettingsModel) -> None:
    model.choose_preset("fever")
    before = model.settings
    model.choose_channel("relu4_3", 12)
    model.choose_channel("relu5_1", 7, -0.5)
    assert model.settings["layers"] == {"relu4_3": 1.0, "relu5_1": 1.0}
    assert model.settings["channels"] == {"relu4_3": {"12": 1.0}, "relu5_1": {"7": -0.5}}
    model.set("step", 3.0)
    model.leave_channel("relu4_3", 12)
    model.leave_channel("relu5_1", 7)
    assert model.settings == before | {"step": 3.0}


def test_after_the_last_channel_of_another_look_all_of_its_layer_count(
    model: SettingsModel,
) -> None:
    model.choose_channel("relu4_3", 12)
    model.set("channels", {"relu4_3": {"5": 1.0}})
    model.leave_channel("relu4_3", 5)
    assert (model.settings["layers"], model.settings["channels"]) == ({"relu4_3": 1.0}, [])


def test_looks_that_come_are_offered_and_recognised(model: SettingsModel) -> None:
    heard: list[bool] = []
    model.listen(lambda: heard.append(True))
    model.set("step", 3.0)
    own = {"label": "Mine", "help": "", "settings": model.settings, "own": True}
    model.offer({**model.schema, "x-presets": {**model.schema["x-presets"], "mine": own}}, ["no"])
    assert (model.preset, model.damaged, heard) == ("mine", ["no"], [True, True])


def test_a_guide_and_its_objective_go_together(model: SettingsModel) -> None:
    assert model.wanted(guided=True)["objective"] == "guide"
    assert model.wanted(guided=False)["objective"] == "l2"
    model.set("objective", "guide")
    with pytest.raises(ValueError, match="choose a guide, or another objective"):
        model.wanted(guided=False)


def test_listeners_hear_of_changes_only(model: SettingsModel) -> None:
    heard: list[int] = []
    model.listen(lambda: heard.append(1))
    model.set("seed", model.settings["seed"])
    model.set("seed", 5)
    model.choose_preset("eyes")
    assert len(heard) == 1


def test_what_cannot_be_set_changes_nothing(model: SettingsModel) -> None:
    before = model.settings
    heard: list[int] = []
    model.listen(lambda: heard.append(1))
    for name, value in (("layers", {"relu9_9": 1.0}), ("layers", {}), ("channels", [600])):
        with pytest.raises(ValueError, match=r"layer|outside"):
            model.set(name, value)
    model.choose_feature("relu1_2")
    with pytest.raises(ValueError, match="relu1_2 has the channels 0 to 63, no 300"):
        model.set("channels", [300])
    assert model.settings == before | {"layers": {"relu1_2": 1.0}}
    assert len(heard) == 1


@pytest.mark.parametrize(
    "stored",
    [
        {"layers": {"relu9_9": 1.0}, "seed": 7},
        {"layers": {}, "octaves": 0, "seed": 7},
        {"layers": "relu4_3", "channels": "abc", "step": None, "seed": 7},
        {"channels": [600], "jitter": [], "objective": "toaster", "seed": 7},
    ],
)
def test_what_is_stored_and_no_setting_is_the_default(stored: dict[str, Any]) -> None:
    model = SettingsModel(schema(), stored)
    assert model.settings == DreamSettings(seed=7).to_json()
    assert model.feature == "relu4_3"


def test_stored_channels_that_the_layer_does_not_have_are_forgotten() -> None:
    stored = {"layers": {"relu1_2": 1.0}, "channels": [300]}
    settings = SettingsModel(schema(), stored).settings
    assert (settings["layers"], settings["channels"]) == ({"relu1_2": 1.0}, [])
