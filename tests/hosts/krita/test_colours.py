"""Light above white, wide gamuts and inks: the dream's change is added, nothing is replaced."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.krita.conftest import Krita

CASES = ("HDR float", "HDR half", "wide gamut", "inks")


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    return krita.run("colours")


@pytest.mark.parametrize("case", CASES)
def test_colours_that_do_not_travel_come_back(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["message"].startswith("Done in")
    assert facts["untouched"], "a dream that changes nothing"
    assert facts["changed"] > 0.3, "a dream that does"
    assert facts["kept"] > 0.8, facts
    assert facts["placed_is_same"]
