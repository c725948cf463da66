"""A document in GIMP's window, on a screen of its own: undo, and closing it during a dream."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.gimp.conftest import START_S, Gimp
from hosts.host import stop


@pytest.fixture(scope="module")
def found(gimp: Gimp) -> dict[str, Any]:
    run, folder = gimp.start("window", "--console-messages", plugin=str(gimp.plugin))
    try:
        run.wait(START_S)
    finally:
        stop(run)
    return gimp.findings(folder)


def good(facts: dict[str, Any], status: str = "success") -> dict[str, Any]:
    assert "traceback" not in facts, facts["traceback"]
    assert not facts.get("failures"), facts["failures"]
    assert facts["status"] == status, facts["message"]
    return facts


@pytest.mark.parametrize(
    "case", ["undo", "undo of two layers", "undo of coherent frames", "undo of dreaming again"]
)
def test_a_dream_is_one_undo_step(found: dict[str, Any], case: str) -> None:
    facts = good(found[case])
    assert facts["changed"]
    assert facts["undone"], "one undo did not bring every pixel back"
    assert facts["redone"]
    assert facts["undone_again"]


def test_closing_the_image_stops_its_dream(found: dict[str, Any]) -> None:
    facts = found["closed while it is dreamed"]
    assert "traceback" not in facts, facts["traceback"]
    assert "Traceback" not in facts["log"], facts["log"]
    assert "The image was closed while it was dreamed, so the dream is lost." in facts["log"]
    assert facts["images"] == 0
    assert facts["seconds"] < 15.0
