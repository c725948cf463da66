"""What others see of a document with a dream: exported, flattened, undone and redone."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.krita.conftest import Krita

CASES = (
    *("one layer", "a photograph opened", "only layer of a group", "a small layer above"),
    *("a hidden layer above", "an empty group above", "a filter layer above"),
    *("several above in a group", "a pass-through group"),
)
NOTHING = {"inside": 0, "outside": 0}


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    return krita.run("canvas")


@pytest.mark.parametrize("case", CASES)
def test_only_the_selection_changes_in_what_is_exported(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["message"].startswith("Done in")
    for step in ("exported", "redone", "flattened"):
        assert facts[step]["outside"] == 0, (step, facts)
        assert facts[step]["inside"] > 1000, (step, facts)
    assert facts["undone"] == NOTHING


def facts_of(found: dict[str, Any], case: str) -> dict[str, Any]:
    facts: dict[str, Any] = found[case]
    assert "traceback" not in facts, facts["traceback"]
    return facts


def test_what_was_just_dreamed_is_what_one_sees(found: dict[str, Any]) -> None:
    facts = facts_of(found, "the latest dream is on top")
    assert facts["different"] == 4
    assert facts["all_visible"]
    assert facts["placed_is_seen"]


def test_a_new_dream_goes_above_those_of_its_source_and_below_the_rest(
    found: dict[str, Any],
) -> None:
    facts = facts_of(found, "a dream of a dream below a layer of the artist")
    assert facts["order"] == [0, 1, 2, 4], facts


def test_earlier_dreams_are_hidden_only_by_choice(found: dict[str, Any]) -> None:
    facts = facts_of(found, "earlier dreams are hidden by choice")
    assert not facts["at_first"]
    assert facts["visible"] == [True, False, False, True]
    assert facts["placed_is_seen"]


def test_a_local_selection_counts(found: dict[str, Any]) -> None:
    facts = facts_of(found, "a local selection")
    assert facts["message"].startswith("Done in")
    assert facts["changed"]["outside"] == 0
    assert facts["changed"]["inside"] > 1000


def test_a_guide_may_be_hidden(found: dict[str, Any]) -> None:
    facts = facts_of(found, "a hidden guide")
    assert facts["message"].startswith("Done in")
    assert facts["guided"]


def test_a_dream_can_go_on_top_of_all(found: dict[str, Any]) -> None:
    facts = facts_of(found, "on top of all")
    assert facts["message"].startswith("Done in")
    assert facts["names"][:2] == ["source", "small"]
    assert facts["names"][2].startswith("Dream")
    assert facts["back"] == 0


def test_all_that_is_visible_can_be_dreamed_of(found: dict[str, Any]) -> None:
    facts = facts_of(found, "all that is visible")
    assert facts["message"].startswith("Done in")
    assert facts["names"][:3] == ["paper", "multiply", "hidden"]
    assert facts["names"][3].startswith("Dream")
    assert facts["changed"]["outside"] == 0
    assert facts["changed"]["inside"] > 1000
    assert facts["own"]
    assert facts["steps"] == 1


@pytest.mark.parametrize("name", ["an opaque layer", "a translucent wash", "a shade"])
def test_a_dream_can_go_into_the_layer_itself(found: dict[str, Any], name: str) -> None:
    """The picture is that of a dream above, the layers are as before; Undo takes all of it back."""
    facts = facts_of(found, f"into {name}")
    assert facts["message"].startswith("Done in")
    assert facts["message"].endswith("s.")
    assert facts["changed"] > 3
    assert facts["like_above"] <= 1.5, facts
    assert facts["same_layers"]
    assert facts["active"]
    assert facts["own_layer"] <= 1.5
    assert facts["undone"] == 0
    assert facts["redone"] <= 1.5


def test_the_group_of_a_wash_and_its_dreams_can_be_flattened(found: dict[str, Any]) -> None:
    facts = facts_of(found, "the group of a wash and its dreams, flattened by the artist")
    assert facts["one"] <= 1.5
    assert facts["two"] <= 1.5


def test_dreams_go_into_a_layer_one_after_the_other(found: dict[str, Any]) -> None:
    facts = facts_of(found, "into its layer, twice, while another is active")
    assert facts["differ"] == 3
    assert facts["names"] == ["source", "other"]
    assert facts["active"] == "other"


def test_a_dream_goes_only_into_a_paint_layer_without_masks(found: dict[str, Any]) -> None:
    facts = facts_of(found, "not into a layer with masks, or a group")
    assert "“source”: it has masks. Choose another Place" in facts["said"][0]
    assert "“group”: only a paint layer takes it." in facts["said"][1]
    assert facts["same_layers"]


@pytest.mark.parametrize(
    ("case", "layers"),
    [("below an earlier dream", 3), ("that is hidden meanwhile", 2)],
)
def test_what_would_change_the_picture_is_not_merged(
    found: dict[str, Any], case: str, layers: int
) -> None:
    facts = facts_of(found, f"into a layer {case}")
    assert "in a layer of its own" in facts["message"]
    assert facts["layers"] == layers


def test_it_waits_until_its_document_is_in_front_or_closed(found: dict[str, Any]) -> None:
    facts = facts_of(found, "into a layer, and the document closed while another is in front")
    assert facts["waits"]
    assert "closed or removed" in facts["message"]
