"""An animation of twelve frames in the real Krita: which frames become what, and what stays."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.krita.conftest import Krita
from hosts.krita.test_dreams import facts_of

TIMES, AFTER = [0, 2, 3, 7, 9], 12
EVERY = list(range(AFTER))


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    return krita.run("frames")


def test_every_keyframe_is_dreamed_in_one_undo_step(found: dict[str, Any]) -> None:
    facts = facts_of(found, "twelve frames")
    assert facts["offered"] == [0, 11]
    assert facts["message"].startswith("Done: 5 frames in ")
    assert facts["keys"] == [*TIMES, AFTER]
    assert facts["steps"] == 1
    assert facts["undone"]
    assert facts["time"] == 0, "the artist's time is left alone"
    assert any(line.startswith("Frame 2 of 5") for line in facts["told"])
    assert [name for name, _kind, _below in facts["tree"]][-2] == "drawing"
    assert facts["tree"][-1][2][0][1] == "transparencymask"


def test_frames_survive_saving_and_exporting(found: dict[str, Any]) -> None:
    facts = facts_of(found, "saved and exported")
    assert facts["inside"] == EVERY
    assert facts["outside"] == []
    assert facts["held"] == [True] * 3
    assert facts["differ"] == len(TIMES)
    assert facts["saved"]
    assert facts["keys"] == [*TIMES, AFTER]
    assert facts["same"]
    assert facts["files"] == [True] * AFTER


def test_other_frames_and_other_documents_stay(found: dict[str, Any]) -> None:
    facts = facts_of(found, "some frames, twice, another document meanwhile")
    assert facts["changed"] == list(range(3, 9))
    assert facts["keys"] == [0, 3, 7, 9]
    assert facts["other"] == 1
    assert facts["count"] == 2
    assert facts["again"] == list(range(3, 9))
    assert facts["source"] == TIMES


def test_cancelling_leaves_no_trace(found: dict[str, Any]) -> None:
    facts = facts_of(found, "cancel")
    assert facts["message"] == "Cancelled; the document is as it was."
    assert facts["steps"] == 0
    assert facts["same_layers"]
    assert facts["same_canvas"]
    assert facts["notes"] == []


def test_a_still_is_shown_where_its_picture_is(found: dict[str, Any]) -> None:
    facts = facts_of(found, "a still of one hold")
    assert facts["changed"] == [3, 4, 5, 6]
    assert "frames 3 to 6" in facts["message"]


def test_a_group(found: dict[str, Any]) -> None:
    facts = facts_of(found, "a group")
    assert facts["keys"] == [*TIMES, AFTER], facts
    assert facts["changed"] == EVERY


def test_half_transparent_frames_are_no_second_coat(found: dict[str, Any]) -> None:
    facts = facts_of(found, "half transparent")
    assert facts["tree"][-1][0] == "drawing, dreamed", facts
    assert facts["alphas"]
    assert facts["changed"] == EVERY
    assert facts["keys"] == [*TIMES, AFTER]


def test_frames_selected_in_the_timeline_are_offered(found: dict[str, Any]) -> None:
    facts = facts_of(found, "selected in the timeline")
    assert facts["offered"] == [2, 5]
    assert facts["keys"] == [0, 2, 3, 6]


def test_a_layer_without_frames_is_refused(found: dict[str, Any]) -> None:
    assert facts_of(found, "not animated")["message"].startswith("“drawing” isn't animated: ")
