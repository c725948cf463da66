"""A document that changes while it is dreamed of: the dream follows, or ends with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.krita.conftest import Krita

ENDS = ("scaled", "cropped through the dream", "turned", "mirrored", "converted")


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    return krita.run("changes")


def facts_of(found: dict[str, Any], case: str) -> dict[str, Any]:
    facts: dict[str, Any] = found[case]
    assert "traceback" not in facts, facts["traceback"]
    return facts


@pytest.mark.parametrize("case", ["the layer is moved", "the canvas grows"])
def test_the_dream_follows_what_moves(found: dict[str, Any], case: str) -> None:
    facts = facts_of(found, case)
    assert facts["developing"]
    assert facts["message"].startswith("Done in")
    assert facts["drawn"] == facts["expected"]
    assert facts["masked"] == facts["expected"]


@pytest.mark.parametrize("case", ENDS)
def test_the_dream_ends_with_a_sentence_where_it_can_not_follow(
    found: dict[str, Any], case: str
) -> None:
    facts = facts_of(found, case)
    assert facts["message"].startswith("The picture was changed under the dream")
    assert facts["same_layers"] == ["below", "source"]
    assert facts["next"].startswith("Done in")
    assert facts["dreams"] == 1


def test_a_canvas_that_changes_before_anything_is_shown(found: dict[str, Any]) -> None:
    facts = facts_of(found, "resized before there is a layer")
    assert facts["message"].startswith("The picture was changed under the dream")
    assert facts["dreams"] == 0


def test_half_a_dream_in_a_file_is_said_and_can_be_saved_again(found: dict[str, Any]) -> None:
    facts = facts_of(found, "saved by a script while it develops")
    assert facts["saved_while_busy"], facts
    assert facts["message"].startswith("Done in")
    assert "save again" in facts["message"]
    assert facts["modified"], "Krita asks before it closes"


def test_a_cancelled_dream_in_a_file_is_said(found: dict[str, Any]) -> None:
    facts = facts_of(found, "cancelled after a script saved it")
    assert facts["dreams"] == 0
    assert "save again" in facts["message"]
    assert facts["modified"]


def test_messages_stay_with_their_document(found: dict[str, Any]) -> None:
    facts = facts_of(found, "another document")
    assert facts["here"].startswith("Done in")
    assert facts["there"] == ""
