"""Earlier dreams placed again, and what a dream can be given besides its settings."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from hosts.krita.conftest import Krita

CASES = ("the same size", "half the size", "twice the size", "cropped", "grown")


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    out = krita.home / "given"
    out.mkdir()
    facts: dict[str, Any] = krita.run("earlier", out=str(out))
    if kept := os.environ.get("DREAMBRIDGE_LOOKED_AT"):
        shutil.copytree(out, Path(kept) / "given", dirs_exist_ok=True)
    return facts


def facts_of(found: dict[str, Any], case: str) -> dict[str, Any]:
    facts: dict[str, Any] = found[case]
    assert "traceback" not in facts, facts["traceback"]
    return facts


@pytest.mark.parametrize("case", CASES)
def test_an_earlier_dream_is_placed_where_it_belongs_now(found: dict[str, Any], case: str) -> None:
    facts = facts_of(found, case)
    assert facts["message"].endswith("is placed again.")
    assert facts["drawn"] == facts["expected"]
    assert all(abs(a - b) <= 1 for a, b in zip(facts["masked"], facts["expected"], strict=True))


def test_where_nothing_tells_its_place_it_is_not_placed(found: dict[str, Any]) -> None:
    facts = facts_of(found, "cropped without its layer")
    assert "no telling where it belongs" in facts["message"]
    assert "drawn" not in facts


def test_a_click_shows_an_earlier_dream_in_the_docker_alone(found: dict[str, Any]) -> None:
    facts = facts_of(found, "looked at and deleted")
    assert not facts["shown_at_first"]
    assert facts["visible"]
    assert facts["differs"]
    assert "seed 0" in facts["words"]
    assert facts["untouched"] == [True, 0, False]


def test_an_earlier_dreams_settings_can_be_used_and_it_can_be_deleted(
    found: dict[str, Any],
) -> None:
    facts = facts_of(found, "looked at and deleted")
    seed, strength, before = facts["copied"]
    assert seed == 0
    assert strength != before
    assert facts["modified"]
    assert facts["layers"]


def test_a_guide_can_be_a_file(found: dict[str, Any]) -> None:
    facts = facts_of(found, "a guide from a file")
    assert not facts["clear_at_first"]
    assert facts["thumbnail"]
    assert facts["clear"]
    assert facts["cut"] == []
    assert facts["message"].startswith("Done in")
    assert "“gone.png” can't be read" in facts["gone"]
    assert facts["cleared"] == ["", False]


def test_a_painted_layer_or_mask_says_where_to_dream(found: dict[str, Any]) -> None:
    facts = facts_of(found, "where it is painted")
    assert facts["message"].startswith("Done in")
    assert facts["steps"] == 1
    assert facts["changed"]["outside"] == 0
    assert facts["changed"]["inside"] > 500
    assert "is black here" in facts["night"]
    assert facts["with_mask"].startswith("Done in")
    assert facts["masked"]["outside"] == 0
    assert facts["masked"]["inside"] > 5000
