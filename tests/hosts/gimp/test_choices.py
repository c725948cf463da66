"""What is dreamed in the real GIMP: what is visible, by a painted strength, guided by a file."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.gimp.conftest import Gimp


@pytest.fixture(scope="module")
def found(gimp: Gimp) -> dict[str, Any]:
    return gimp.run("choices", plugin=str(gimp.plugin))


def good(facts: dict[str, Any], status: str = "success") -> dict[str, Any]:
    assert "traceback" not in facts, facts["traceback"]
    assert facts["status"] == status, facts["message"]
    return facts


def test_all_that_is_visible_is_dreamed_on_top(found: dict[str, Any]) -> None:
    facts = good(found["all that is visible"])
    assert facts["names"] == ["Dream · relu2_2", "Visible", "source", "below"]
    assert facts["kept"]
    assert facts["inside"] > 4
    assert facts["outside"] == 0
    assert facts["images"] == 1, "nothing that was made on the way is left"


def test_it_can_be_dreamed_again(found: dict[str, Any]) -> None:
    facts = good(found["all that is visible"])
    assert facts["again"]["status"] == "success", facts["again"]["message"]
    assert facts["other"]


def test_the_preview_follows_what_is_visible_and_painted(found: dict[str, Any]) -> None:
    facts = found["the preview follows the document"]
    assert isinstance(facts, list), facts["traceback"]
    changed, pictures, masks = zip(*facts, strict=True)
    assert changed == (False, True, True, False)
    assert pictures[0] != pictures[1] == pictures[2]
    assert masks[0] == masks[1] != masks[2]


@pytest.mark.parametrize("where", ["layer", "channel"])
def test_a_painted_strength(found: dict[str, Any], where: str) -> None:
    facts = good(found[f"strength painted in a {where}"])
    assert facts["left"] == 0, "black"
    assert facts["right"] > 4, "white"


def test_a_strength_that_is_black_where_it_matters(found: dict[str, Any]) -> None:
    facts = good(found["strength that is all black"], "execution-error")
    assert "paint white" in facts["message"]
    assert facts["unchanged"]


def test_a_guide_from_a_file(found: dict[str, Any]) -> None:
    facts = good(found["guide from a file"])
    assert facts["other"]
    assert facts["objective"] == "guide"
    assert facts["name"] == "guide.png"
    assert facts["images"] == 1
    assert facts["missing"]["status"] == "execution-error"
    assert "guide.png" in facts["missing"]["message"]


def test_a_look_of_ones_own_beside_a_damaged_one(found: dict[str, Any]) -> None:
    facts = good(found["a look of one's own, beside a damaged one"])
    assert facts["name"] == "Dream · My dots"
    assert "bad.dreamlook is passed over: it is no look's file." in facts["said"]
    assert facts["gone"]["status"] == "execution-error"
    assert "my-dots" in facts["gone"]["message"]


def test_what_is_seen_follows_the_selection(found: dict[str, Any]) -> None:
    facts = found["what is seen follows the selection"]
    assert "traceback" not in facts, facts["traceback"]
    whole, part, kind = facts["seen"]
    assert len(whole) == len(part) == len(kind) == facts["pictures"] == 12
    assert whole != part
    assert {layer for layer, _ in kind} == {"relu3_3"}
    assert facts["unchanged"] is None, "it is not asked twice"
    assert "relu9_9" in facts["wrong"]
