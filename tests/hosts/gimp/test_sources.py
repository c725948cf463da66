"""Every kind of source in the real GIMP: only what is selected changes, and only in a new layer."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.gimp.conftest import Gimp

CASES = (
    *("RGB", "RGBA", "GRAY", "GRAYA"),
    *("U8_LINEAR", "U8_PERCEPTUAL", "U16_LINEAR", "U16_NON_LINEAR", "U16_PERCEPTUAL"),
    *("U32_LINEAR", "U32_NON_LINEAR", "HALF_LINEAR", "HALF_NON_LINEAR"),
    *("FLOAT_LINEAR", "FLOAT_NON_LINEAR", "FLOAT_PERCEPTUAL"),
    *("DOUBLE_LINEAR", "DOUBLE_NON_LINEAR"),
    *("adobe U8_NON_LINEAR", "adobe U16_LINEAR", "adobe FLOAT_NON_LINEAR"),
    *("linear profile U8_NON_LINEAR", "linear profile U16_LINEAR"),
    "linear profile FLOAT_NON_LINEAR",
    "smaller than the image",
    "larger than the image, at a negative offset",
    "larger than the image, nothing selected",
    "inside a group of a group",
    "with a mask",
    "with a mask that is switched off",
    "locked in every way",
    "a group",
    "a group with a mask",
    "a group that passes through",
    "half transparent, multiplied, hidden",
    "text",
    "several layers",
    "a few pixels in the corner",
    "a selection with a hole, in two parts",
    "everything selected",
    "baked transparency",
)


@pytest.fixture(scope="module")
def found(gimp: Gimp) -> dict[str, Any]:
    return gimp.run("sources") | gimp.run("colours")


@pytest.mark.parametrize("case", CASES)
def test_only_the_selection_changes_in_a_new_layer(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["status"] == "success", facts["message"]
    assert facts["originals_unchanged"]
    assert facts["outside_identical"]
    assert facts["selection_kept"], "the next look is one of the same picture"
    assert len(facts["new"]) == (2 if case == "several layers" else 1)
    for layer in facts["new"]:
        check_place(layer, case)
        check_pixels(layer, case)


def check_place(layer: dict[str, Any], case: str) -> None:
    assert layer["source_is_selected_one"]
    assert layer["directly_above"]
    assert layer["same_group"]
    assert layer["bounds_as_selected"], layer["bounds"]
    assert layer["has_alpha"]
    hidden = "hidden" in case
    assert layer["appearance"] == ([50.0, "multiply", True] if hidden else [100.0, "normal", True])
    assert layer["name"].startswith("Dream · relu2_2")  # GIMP numbers the second one


def check_pixels(layer: dict[str, Any], case: str) -> None:
    baked = case == "baked transparency"
    assert layer["has_mask"] is not baked
    assert layer["mask_is_selection"] is not baked
    assert layer["changed_inside"] > 0.5
    assert layer["mean_change_inside"] > 0.01
    assert layer["most_change_outside"] < 1e-3
    assert layer["alpha_error"] < (0.003 if baked else 1e-3)


def test_the_layer_remembers_how_it_was_dreamed(found: dict[str, Any]) -> None:
    metadata = found["RGBA"]["new"][0]["metadata"]
    assert metadata["settings"]["layers"] == {"relu2_2": 1.0}
    assert metadata["settings"]["iterations"] == 2
    assert metadata["settings"]["seed"] == 0
    assert metadata["version"] == __import__("dreambridge").__version__
    assert metadata["device"]
    assert metadata["precision"]
    assert metadata["seconds"] > 0


def test_colours_beyond_srgb_come_back_as_they_were(found: dict[str, Any]) -> None:
    assert found["wide colours survive"]["same_bytes"], found["wide colours survive"]


def test_values_beyond_white_survive_and_are_dreamed(found: dict[str, Any]) -> None:
    facts = found["values beyond white"]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["status"] == "success", facts["message"]
    assert facts["far"] < 1e-4, "a dream of nothing changed values"
    assert facts["kept"]
    assert facts["changed"] > 0.02, "the highlight was not dreamed"
    for mean, was in zip(facts["means"], (8.0, 6.0, 3.0), strict=True):
        assert 0.5 * was < mean < 1.7 * was, facts["means"]
