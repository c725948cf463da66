"""In the real GIMP, what was dreamed last is what one sees."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.gimp.conftest import Gimp

ORDERS = {
    "three dreams of a layer": [3, 2, 1, "photo"],
    "a dream of a dream": [3, [2, 1], "photo"],
    "earlier dreams in a group": ["on top", 2, [1], "photo"],
    "another layer's dreams": [1, "photo copy", 2, "photo"],
    "a copied source has its own dreams": [2, "copy", 3, 1, "photo"],
    "earlier dreams hidden": [2, 1, "photo"],
}


@pytest.fixture(scope="module")
def found(gimp: Gimp) -> dict[str, Any]:
    return gimp.run("stacking")


@pytest.mark.parametrize("case", ORDERS)
def test_a_new_dream_lies_above_the_earlier_ones(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["order"] == ORDERS[case]
    assert all(changed > 200 for changed in facts.get("changed", [])), facts


def test_dream_again_of_a_source_takes_its_topmost_dream(found: dict[str, Any]) -> None:
    facts = found["dream again of the photograph"]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["outcome"]["status"] == "success", facts["outcome"]
    assert facts["order"] == [7, "other", 9, 1, "photo"]


def test_earlier_dreams_stay_in_view_unless_one_asks(found: dict[str, Any]) -> None:
    assert found["three dreams of a layer"]["visible"] == [True] * 4
    assert found["earlier dreams hidden"]["visible"] == [True, False, True]
    assert found["what was there before"]["kept"]
