"""What editors refuse while it is typed is what the engine would refuse, and said in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from bridgeclient.validation import check, check_together, completed
from dreamcore import DreamSettings
from dreamcore.errors import SettingsError
from dreamcore.presets import PRESETS
from dreamcore.schema import schema

SCHEMA = schema()

RIGHT: list[tuple[str, Any]] = [
    ("layers", {"relu3_3": 0.5, "pool5": -1}),
    ("channels", []),
    ("channels", [0, 511]),
    ("channels", {"relu4_3": {"12": 1.0, "98": -0.5}}),
    ("layers_at", {}),
    ("layers_at", {"1": {"relu5_1": 1.0}, "16": {"relu3_3": -0.5}}),
    ("step", 3),
    ("octaves", 16),
    ("objective", "mean"),
    ("seed", 2**32 - 1),
]

WRONG: list[tuple[str, Any, str]] = [
    ("layers", {"relu9_9": 1.0}, "“relu9_9” is no layer. There are conv1_1 to conv5_3, "),
    ("layers", {}, "Name at least one layer, such as relu4_3."),
    ("layers", {"relu4_3": 0}, "At least one layer needs a weight other than 0."),
    ("layers", {"relu4_3": 2000.0}, "2000.0 is outside -1000 to 1000."),
    ("layers", {"relu4_3": float("nan")}, "“nan” is no number."),
    ("layers", {"relu4_3": [1]}, "“[1]” is no number."),
    ("layers", "relu4_3", "Name at least one layer"),
    ("channels", [512], "512 is outside 0 to 511."),
    ("channels", "abc", "“abc” names no channels: write 3,14 or relu4_3:12=1,98=0.5."),
    ("channels", {}, "names no channels"),
    ("channels", {"relu4_3": {}}, "Name at least one channel of relu4_3."),
    ("channels", {"relu4_3": [3]}, "Name at least one channel of relu4_3."),
    ("channels", {"relu4_3": {"3": 0}}, "At least one channel of relu4_3 needs a weight other"),
    ("channels", {"relu4_3": {"3": 2000.0}}, "2000.0 is outside -1000 to 1000."),
    ("channels", {"relu4_3": {"512": 1.0}}, "512 is outside 0 to 511."),
    ("channels", {"relu4_3": {"-1": 1.0}}, "“-1” is no channel's number."),
    ("channels", {"relu9_9": {"3": 1.0}}, "“relu9_9” is no layer."),
    ("channels", [1.5], "“1.5” is no whole number."),
    ("layers_at", [], "“[]” are no layers by octave: write 1:relu5_1,4:relu3_3."),
    ("layers_at", {"0": {"relu5_1": 1.0}}, "“0” is no octave from 1 to 16."),
    ("layers_at", {"x": {"relu5_1": 1.0}}, "“x” is no octave from 1 to 16."),
    ("layers_at", {"1": {}}, "Name at least one layer"),
    ("layers_at", {"1": {"relu9_9": 1.0}}, "“relu9_9” is no layer."),
    ("step", float("inf"), "inf is outside 0 to 32."),
    ("step", True, "“True” is no number."),
    ("octaves", 0, "0 is outside 1 to 16."),
    ("octaves", 10**400, "is outside 1 to 16."),
    ("octaves", 4.0, "“4.0” is no whole number."),
    ("objective", "most", "“most” is none of l2, norm, mean, guide."),
    ("objective", ["l2"], "is none of"),
]


@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_what_the_engine_takes_passes(name: str, value: Any) -> None:
    check(name, value, SCHEMA)
    DreamSettings.from_json({name: value})


@pytest.mark.parametrize("name", PRESETS)
def test_every_look_passes(name: str) -> None:
    settings = PRESETS[name].settings.to_json()
    for setting, value in settings.items():
        check(setting, value, SCHEMA)
    check_together(settings, SCHEMA)


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
def test_what_the_engine_refuses_is_refused_with_a_sentence(
    name: str, value: Any, words: str
) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the text is looked at below
        check(name, value, SCHEMA)
    assert words in str(caught.value)
    with pytest.raises(SettingsError):
        DreamSettings.from_json({name: value})


def test_channels_must_be_the_layers() -> None:
    settings = DreamSettings().to_json() | {"layers": {"relu1_2": 1.0}, "channels": [3, 300]}
    with pytest.raises(ValueError, match="relu1_2 has the channels 0 to 63, no 300"):
        check_together(settings, SCHEMA)
    with pytest.raises(SettingsError):
        DreamSettings.from_json(settings)


def test_channels_of_a_layer_that_is_not_dreamed_are_refused() -> None:
    settings = DreamSettings().to_json() | {"channels": {"relu3_3": {"3": 1.0}}}
    with pytest.raises(ValueError, match="Channels of relu3_3 are named, which is none of the"):
        check_together(settings, SCHEMA)
    with pytest.raises(SettingsError):
        DreamSettings.from_json(settings)


def test_settings_saved_by_another_version_are_completed() -> None:
    saved = {"seed": 7, "tile": "auto", "precision": "float32", "device": "cuda", "mood": "blue"}
    settings = completed(saved, SCHEMA)
    assert DreamSettings.from_json(settings) == DreamSettings(seed=7)
