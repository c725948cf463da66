"""The life of a dream in the real Krita: developing, cancelling, closing, doing it again."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.krita.conftest import Krita


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    return krita.run("dreams")


def facts_of(found: dict[str, Any], case: str) -> dict[str, Any]:
    facts: dict[str, Any] = found[case]
    assert "traceback" not in facts, facts["traceback"]
    return facts


def test_the_layer_develops_in_place(found: dict[str, Any]) -> None:
    facts = facts_of(found, "develops in place")
    assert facts["sharpened_while_busy"], facts
    assert facts["one_layer"] == 1
    assert facts["undo_steps"] == 1
    assert facts["final_differs"]
    assert facts["canvas_shows_it"]
    assert facts["active"], "the user goes on painting on the layer that was active"
    assert facts["told"][-1].startswith("Dreaming: size ")
    assert facts["told"][-1].endswith(" left")


def test_cancelling_leaves_no_trace(found: dict[str, Any]) -> None:
    facts = facts_of(found, "cancel")
    assert facts["same_layers"]
    assert facts["same_canvas"]
    assert facts["annotations"] == []
    assert facts["undo_takes"] in (["source"], ["selection"]), "the last thing that the user did"
    assert facts["message"] == "Cancelled; the document is as it was."


def test_cancelling_keeps_what_was_painted_meanwhile(found: dict[str, Any]) -> None:
    facts = facts_of(found, "cancel after painting meanwhile")
    assert facts["names"] == ["Background", "source", "meanwhile"]
    assert facts["stroke_is_there"]


def test_cancelling_at_once(found: dict[str, Any]) -> None:
    facts = facts_of(found, "cancel at once")
    assert facts["same_layers"]
    assert facts["message"].startswith("Cancelled")


def test_undoing_the_layer_cancels(found: dict[str, Any]) -> None:
    facts = facts_of(found, "undone while it develops")
    assert facts["same_layers"]
    assert "cancelled" in facts["message"]


def test_closing_the_document_cancels(found: dict[str, Any]) -> None:
    facts = facts_of(found, "document closed while it develops")
    assert "closed" in facts["message"]
    assert facts["next"].startswith("Done in")
    assert facts["layers"] == 1


def test_the_dream_goes_to_the_document_it_was_asked_for(found: dict[str, Any]) -> None:
    facts = facts_of(found, "another document in front")
    assert facts["message"].startswith("Done in")
    assert (facts["here"], facts["there"]) == (1, 0)
    assert facts["finished"]


def test_two_dreams_in_a_row(found: dict[str, Any]) -> None:
    facts = facts_of(found, "two in a row")
    assert facts["count"] == 2
    assert sorted(facts["above"]) == [1, 2]
    assert facts["differ"]
    assert facts["history"] == 2


def test_again_takes_the_last_settings_and_a_new_seed(found: dict[str, Any]) -> None:
    facts = facts_of(found, "again")
    assert facts["names"] == ["Dream · relu2_2"]
    assert facts["differ"]


def test_history_survives_saving(found: dict[str, Any]) -> None:
    facts = facts_of(found, "saved and opened")
    assert facts["saved"]
    assert "Dream · relu2_2" in facts["tip"]
    assert facts["placed_is_same"]
    assert facts["placed_masks"] == ["transparencymask"]
    assert facts["message"].startswith("Done in")
    assert (facts["dreams"], facts["history"]) == (3, 2)


def test_a_guide_layer(found: dict[str, Any]) -> None:
    facts = facts_of(found, "a guide")
    assert facts["message"].startswith("Done in")
    assert facts["guided"] == 1


def test_the_gui_does_not_stand_still(krita: Krita) -> None:
    """4000 × 3000 pixels, 1024² of them selected. The figures in docs/krita.md are from here.

    How long that takes depends on the machine; a GUI that waited for the dream, or for the canvas
    at each preview, would stand still for a good part of it.
    """
    facts = facts_of(krita.run("stalls"), "stall")
    assert facts["layers"] == 1, facts
    assert facts["dreaming"][0][0] < facts["took"] / 4, facts
    assert facts["dreaming"][6][0] < facts["took"] / 12, facts
