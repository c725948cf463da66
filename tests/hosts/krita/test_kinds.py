"""Every kind of document and layer in the real Krita: what is new, and that nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.krita.conftest import Krita

CASES = (
    *("RGBA 8", "RGBA 16", "RGBA half", "RGBA float", "RGBA float, encoded"),
    *("RGBA 8, linear", "RGBA 16, wide", "grey 8", "grey 16", "grey 8, linear", "grey float"),
    *("CMYK 8", "CMYK 16", "Lab 16", "XYZ float", "a layer of another space than its document"),
    *("no selection", "rectangle", "soft selection over the edge", "in a group"),
    *("a group", "a clone", "a fill", "vectors", "a file"),
)


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    return krita.run("kinds")


@pytest.mark.parametrize("case", CASES)
def test_a_new_layer_shows_the_dream(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["message"].startswith("Done in")
    assert facts["new"] == 1
    assert facts["name"] == "Dream · relu2_2"
    assert facts["directly_above"]
    assert facts["same_group"]
    assert facts["look"] == [255, "normal", True]
    assert facts["originals_unchanged"]
    assert facts["still_active"]


@pytest.mark.parametrize("case", CASES)
def test_its_pixels_are_the_sources_dreamed(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    assert facts["space"] == facts["source_space"]
    assert facts["drawn"] > 0
    assert facts["changed"] > 0.3
    assert facts["mean"] < 0.25, "the dream should still look like the source"
    assert facts["alpha_error"] < 0.01
    assert facts["masks"] == ([] if case == "no selection" else ["transparencymask"])
    assert case == "no selection" or facts["mask_is_selection"]


@pytest.mark.parametrize("case", CASES)
def test_it_is_one_undo_step(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    assert facts["one_undo_step"]
    assert facts["one_redo_step"]
    assert facts["same_after_redo"]


def test_an_active_mask_stands_for_its_layer(found: dict[str, Any]) -> None:
    facts = found["an active mask"]
    assert facts["new"] == 1, facts
    assert facts["above"] == [1]
