"""In the real GIMP, a dream that changes nothing changes nothing of what one sees."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.gimp.conftest import Gimp

CASES = (
    *("opaque", "opaque and alone", "translucent wash", "half transparent pixels"),
    *("half transparent pixels, alone", "translucent and alone", "multiplied and alone"),
    *("MULTIPLY", "SCREEN", "OVERLAY", "ADDITION", "DIFFERENCE", "SOFTLIGHT", "HSL_COLOR"),
    *("MULTIPLY_LEGACY", "NORMAL_LEGACY", "LCH_HUE", "SUBTRACT", "GRAIN_MERGE"),
    *("multiplied and opaque", "clipped by what is below", "with a mask", "text"),
    *("group", "multiplied group", "group that passes through", "in a group"),
    *("in a group that passes through", "16 bits, linear", "floats", "baked transparency"),
    *("draft", "hidden", "made translucent after its first dream, which is hidden"),
    "blended group that passes through",
    "blended group that passes through, half transparent",
    "blended group that passes through, masked",
    "blended group that passes through, alone",
    "blended group that passes through, in a group",
)
ROUNDING = {"floats": 1e-5, "16 bits, linear": 2 / 65535}
"""How far GIMP's own compositing is off in a group; elsewhere nothing may differ."""


@pytest.fixture(scope="module")
def found(gimp: Gimp) -> dict[str, Any]:
    return gimp.run("unchanged")


@pytest.mark.parametrize("case", CASES)
def test_a_dream_without_change_is_not_seen(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    assert "traceback" not in facts, facts["traceback"]
    assert [outcome["message"] for outcome in facts["outcomes"]] == [""] * len(facts["outcomes"])
    assert max(facts["far"]) <= ROUNDING.get(case, 0.0), facts
    assert facts["dreamed"] > 0.01
