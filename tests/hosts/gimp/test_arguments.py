"""What the procedures' arguments do in the real GIMP, and dreaming a layer again."""

from __future__ import annotations

from typing import Any

import pytest

from dreamcore.presets import PRESETS
from dreamcore.schema import schema
from hosts.gimp.conftest import Gimp

PRESET = next(name for name, preset in PRESETS.items() if len(preset.settings.layers) > 1)
"""A preset that differs from the defaults in what has no type in GIMP."""


@pytest.fixture(scope="module")
def found(gimp: Gimp) -> dict[str, Any]:
    facts = gimp.run("arguments", preset=PRESET)
    facts.update(gimp.run("edges"))
    return facts


@pytest.fixture
def case(found: dict[str, Any], request: pytest.FixtureRequest) -> Any:
    """The findings of the case that is named like the test."""
    name = request.function.__name__.removeprefix("test_").replace("_", " ")
    facts = found[name]
    if isinstance(facts, dict):
        assert "traceback" not in facts, facts.get("traceback")
        assert facts.get("status", "success") == "success", facts.get("message")
    return facts


def test_arguments(case: Any) -> None:
    settings = {name.replace("_", "-") for name in schema()["properties"]}
    both = {"preset", "guide", "guide-file", "draft"}
    own = both | {
        "source",
        "strength-map",
        "context",
        "edge",
        "result",
        "hide-earlier",
        "coherent-frames",
    }
    assert set(case["plug-in-dreambridge"]) == settings | own
    assert set(case["plug-in-dreambridge-again"]) == settings | both
    types = {name: type_ for name, (type_, _) in case["plug-in-dreambridge"].items()}
    assert types["step"] == "ParamSpecDouble"
    assert types["iterations"] == "ParamSpecInt"
    assert types["seed"] == "ParamSpecDouble"
    assert types["saturation"] == "ParamSpecDouble"
    assert types["objective"] == "ParamSpecString"
    assert types["layers"] == "ParamSpecString"
    assert types["guide"] == "ParamLayer"


def test_menu(case: Any) -> None:
    label, paths, _ = case
    assert label.replace("_", "") == "DeepDream…"
    assert paths == ["<Image>/Filters/Artistic"]


def test_preset(case: Any) -> None:
    assert case["settings"] == PRESETS[PRESET].settings.to_json()
    assert case["name"] == f"Dream · {PRESETS[PRESET].label}"


def test_preset_with_one_argument_of_ones_own(found: dict[str, Any]) -> None:
    facts = found["preset with one argument of one's own"]
    wanted = PRESETS[PRESET].settings.to_json() | {"iterations": 1, "octaves": 1}
    assert facts["settings"] == wanted
    assert facts["name"] == "Dream · " + " + ".join(
        name if weight == 1 else f"{name}={weight:g}"
        for name, weight in PRESETS[PRESET].settings.layers.items()
    )


def test_seeds(case: Any) -> None:
    assert case == {"same": True, "other": True}


@pytest.mark.parametrize("which", ["by default", "of ones own", "of none", "of a small selection"])
def test_edge(found: dict[str, Any], which: str) -> None:
    """In percent of the shorter side, like Select ▸ Feather, and 0 is the selection itself."""
    facts = found[f"edge {which}"]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["status"] == "success", facts["message"]
    assert facts["bounds"] == facts["feathered_bounds"]
    hard = which in ("of none", "of a small selection")
    assert facts["far"] <= (0 if hard else 1)  # GIMP's own blur differs by that in another frame
    assert facts["hard"] is hard


def test_everything_selected_has_no_edge(case: Any) -> None:
    assert case["mask"] == [255]


def test_a_value_that_is_the_default(case: Any) -> None:
    assert case["seed"] == 0
    assert case["settings"]["octaves"] == 4
    assert case["settings"]["step"] == 0.7
    assert case["settings"]["layers"] == {"relu3_3": 1.0}


def test_again_with_a_preset(case: Any) -> None:
    assert case["settings"] == PRESETS["lines"].settings.to_json() | {"seed": 5}


def test_draft(case: Any) -> None:
    (layer,) = case["new"]
    assert layer["name"].endswith("(draft)")
    assert layer["bounds_as_selected"]
    assert layer["mask_is_selection"]
    assert layer["changed_inside"] > 0.5
    assert layer["metadata"]["draft"]
    assert layer["metadata"]["settings"]["iterations"] == 6
    assert case["again"]["status"] == "success", case["again"]
    assert case["other"]
    assert not case["name"].endswith("(draft)")
    assert not case["metadata"]["draft"]


def test_draft_of_nothing(case: Any) -> None:
    assert case["same"]


def test_context(case: Any) -> None:
    assert case == {"repeatable": True, "matters": True, "automatic_is_not_none": True}


def test_guide(case: Any) -> None:
    (layer,) = case["new"]
    assert layer["metadata"]["settings"]["objective"] == "guide"
    assert layer["metadata"]["guide"] == case["guide"] != ""
    assert case["originals_unchanged"]
    assert layer["changed_inside"] > 0.5


def test_channels(case: Any) -> None:
    assert case["settings"]["channels"] == [3, 5]


def test_channels_with_weights(case: Any) -> None:
    wanted = {"relu3_3": {"12": 1.0, "98": -0.5}, "relu2_2": {"7": 1.0}}
    assert case["settings"]["channels"] == case["again"]["channels"] == wanted
    assert case["settings"]["layers"] == {"relu2_2": 1.0, "relu3_3": 1.0}
    assert case["again"]["seed"] == 2


def test_keep_colours(case: Any) -> None:
    assert case["new"][0]["metadata"]["settings"]["saturation"] == 0
    assert case["new"][0]["mean_change_inside"] > 0.005


def test_transparency(case: Any) -> None:
    (layer,) = case["new"]
    assert not layer["has_mask"]
    assert layer["alpha_error"] < 0.003
    assert case["outside_identical"]


def test_again(case: Any) -> None:
    assert case["other_pixels"]
    assert case["same_settings_same_pixels"]
    assert case["mask_kept"]
    assert case["all_else_kept"]
    assert case["settings"]["seed"] == 1
    assert case["settings"]["layers"] == {"relu2_2": 1.0}
    assert case["layers"] == 2


def test_again_without_a_mask(case: Any) -> None:
    assert case["alpha_kept"]
    assert case["other_pixels"]
    assert not case["mask"]


def test_again_after_saving_and_opening(case: Any) -> None:
    assert case["same_pixels"]
    assert case["metadata"]["settings"]["seed"] == 1


def test_again_where_the_mask_was_painted(case: Any) -> None:
    assert case["was_source"]
    assert case["is_dreamt"]


def test_undo_enabled(case: Any) -> None:
    assert case is True


def test_six_thousand_by_four_thousand(case: Any) -> None:
    """Only the region and its context travel: the whole layer would be refused."""
    width, height = case["size"]
    assert 200 <= width <= 230
    assert 150 <= height <= 180
