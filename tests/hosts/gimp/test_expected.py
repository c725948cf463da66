"""In the real GIMP, how long a dream will take is said before it, from the last one's duration."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.gimp.conftest import Gimp

EXPECTED = {
    "at first": "",
    "the same": "The dream will take about 40 seconds.",
    "thrice the steps": "The dream will take about 2 minutes.",
    "a draft": "The draft will take about 5 seconds.",
    "a half": "The dream will take about 20 seconds.",
    "a layer that is none": "",
}


@pytest.fixture(scope="module")
def found(gimp: Gimp) -> dict[str, Any]:
    return gimp.run("expected", plugin=str(gimp.plugin))


@pytest.mark.parametrize("case", EXPECTED)
def test_the_expected_time_follows_from_the_last_dream(found: dict[str, Any], case: str) -> None:
    facts = found["expected"]
    assert "traceback" not in facts, facts["traceback"]
    assert facts[case] == EXPECTED[case]


def test_what_lies_between_selections_far_apart_is_not_counted(found: dict[str, Any]) -> None:
    facts = found["expected"]
    assert facts["opposite corners"] == "The dream will take about a second."
