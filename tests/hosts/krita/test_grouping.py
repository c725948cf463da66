"""The group in which a blended layer and its dreams are one picture; several dreams at once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from hosts.krita.conftest import Krita


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    out = krita.home / "queueing"
    out.mkdir()
    cases = krita.run("grouping", out=str(out))
    if kept := os.environ.get("DREAMBRIDGE_LOOKED_AT"):
        shutil.copytree(out, Path(kept) / "queueing", dirs_exist_ok=True)
    assert not [name for name, facts in cases.items() if "traceback" in facts], cases
    return cases


def test_a_second_dream_and_an_earlier_one_join_the_group(found: dict[str, Any]) -> None:
    facts = found["a second dream joins the first"]
    assert facts["differ"] == 3
    assert facts["steps"] == 1
    assert facts["beside"][0] == "source"
    assert len(facts["beside"]) == 3
    assert facts["top"] == ["paper", "source, dreamed"]
    assert facts["alpha_kept"]
    assert facts["placed_is_first"] <= 1.01
    assert facts["layers"] == 4


@pytest.mark.parametrize("case", ["cancel at once", "cancel"])
def test_cancel_leaves_no_group(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    assert facts["message"] == "Cancelled; the document is as it was."
    assert facts["same_layers"]
    assert facts["levels"] == 0
    assert facts["annotations"] == []


def test_other_selected_layers_stay_where_they_are(found: dict[str, Any]) -> None:
    facts = found["several layers are selected"]
    assert facts["selected"] > 1
    assert facts["message"].startswith("Done in")
    assert facts["top"] == ["paper", "source, dreamed"]


def test_a_group_waits_until_its_document_is_in_front(found: dict[str, Any]) -> None:
    facts = found["another document is in front at the end"]
    assert facts["busy"]
    assert facts["waits"] == "Done; it is placed when its document is in front again."
    assert facts["here"] == 0
    assert facts["beside"][0] == "source"
    assert len(facts["beside"]) == 2
    assert facts["message"].startswith("Done in")


def test_a_locked_group_is_left_alone(found: dict[str, Any]) -> None:
    facts = found["in a locked group"]
    assert facts["message"].startswith("The group “kept” is locked")
    assert facts["inside"] == 1


def test_dreams_wait_for_each_other_and_keep_their_layers(found: dict[str, Any]) -> None:
    facts = found["several dreams wait"]
    assert facts["dream_in_sight"]
    assert facts["words"] == "2 more dreams wait."
    assert facts["cut"] == []
    assert "is hidden" in facts["refused"]
    assert facts["still_busy"]
    assert facts["message"].startswith("Done in")
    assert [name.split(" ")[0] for name in facts["names"]] == ["low", "high", "Dream", "Dream"]


def test_two_dreams_of_a_blended_layer_share_its_group(found: dict[str, Any]) -> None:
    facts = found["two dreams of one blended layer"]
    assert facts["message"].startswith("Done in")
    assert facts["dreams"] == 2
    groups = [below for name, kind, below in facts["tree"] if kind == "grouplayer"]
    assert [len(below) for below in groups] == [3]


def test_closing_a_document_ends_its_own_dream_only(found: dict[str, Any]) -> None:
    facts = found["dreams in two documents"]
    assert facts["names"][0] == "two"
    assert len(facts["names"]) == 2
    assert facts["after"].startswith("Done in")
