"""What others see of a document with a dream: exported, flattened, undone and redone."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.krita.conftest import Krita

CASES = (
    *("one layer", "a photograph opened", "only layer of a group", "a small layer above"),
    *("a hidden layer above", "an empty group above", "a filter layer above"),
    "several above in a group",
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
