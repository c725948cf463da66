"""What the docker says when it can't dream, and that its widgets show the same settings."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.krita.conftest import Krita

SENTENCES = {
    "no document": "There is no document: open one",
    "locked": "The layer “source” is locked: unlock it",
    "hidden": "The layer “source” is hidden: show it",
    "empty layer": "The layer is empty here: dream where something is painted",
    "empty where it is selected": "The layer “spot” is empty here: select where",
    "selection outside": "The selection lies outside the canvas: select a part",
    "empty group": "The group “group” is empty: put a layer into it",
    "filter layer": "“blur” is a filter layer without a picture: choose another",
}


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    return krita.run("words")


@pytest.mark.parametrize("case", SENTENCES)
def test_one_sentence_says_what_to_do(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["message"].startswith(SENTENCES[case])
    assert facts["unchanged"]


def test_widgets_show_the_same_settings(found: dict[str, Any]) -> None:
    facts = found["widgets agree"]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["first"] == "Lines"
    assert facts["marked"] == ["Lines"]
    assert facts["layers"] == "relu1_2"
    assert facts["size"] == 1
    assert facts["saturation"] == 0
    assert facts["unmarked"] == []
    assert facts["new_seed"]
    assert facts["written"] == "relu3_3=0.5,relu5_1"
    assert facts["written_size"] == 10
    assert facts["advanced_hidden"]
    assert facts["advanced_shown"]
    assert facts["octaves"] == 4
    assert facts["stored"]


def test_every_preset_has_a_thumbnail(found: dict[str, Any]) -> None:
    assert min(found["widgets agree"]["thumbnails"]) >= 96


def test_actions_are_in_the_tools_menu(found: dict[str, Any]) -> None:
    facts = found["actions"]
    assert sorted(facts["menu"]) == [
        f"dreambridge_{n}" for n in ("again", "cancel", "dream", "frames")
    ]
    assert all(facts["known"])


def test_actions_work_without_the_docker_and_without_a_window_kept(found: dict[str, Any]) -> None:
    facts = found["actions with the docker closed"]
    assert "traceback" not in facts, facts["traceback"]
    assert (facts["dream"], facts["again"], facts["cancel"]) == (1, 1, 0), facts
    assert facts["message"].startswith("Done in")


def test_the_servers_state_is_shown(found: dict[str, Any]) -> None:
    assert found["server line"]["text"].startswith("● ")
