"""The expected time before a dream, and the draft beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from dreambridge.paths import Paths
from hosts.krita.conftest import Krita
from servers import Server

TIMES = re.compile(
    r"Dream: about (a|\d+) (seconds?|minutes?) · Draft: about (a|\d+) (second|minute)"
)


@pytest.fixture(scope="module")
def newcomer(make_krita: Callable[[Paths], Krita], server: Server) -> Krita:
    return make_krita(server.home)


@pytest.fixture(scope="module")
def found(newcomer: Krita) -> dict[str, Any]:
    cases = ["before and after the first dream", "a draft stays sharp", "patches far apart"]
    cases += ["a draft of a selection, dreamt again", "drafts of every kind"]
    facts: dict[str, Any] = newcomer.run("expected", cases=cases)
    for case in facts.values():
        assert "traceback" not in case, case["traceback"]
    return facts


def seconds(words: str) -> float:
    """What "Dream: about 2 minutes · …" promises."""
    number, unit = re.findall(r"about (a|\d+) (second|minute)", words)[0]
    return (1.0 if number == "a" else float(number)) * {"second": 1, "minute": 60}[unit]


def test_the_time_is_known_after_the_first_dream(found: dict[str, Any]) -> None:
    facts = found["before and after the first dream"]
    assert facts["no_document"] == ""
    assert facts["unknown"] == "How long it takes is known after the first dream."
    assert facts["done"].startswith("Done in")
    assert TIMES.match(facts["known"]), facts["known"]


def test_the_time_follows_look_and_selection(found: dict[str, Any]) -> None:
    facts = found["before and after the first dream"]
    assert seconds(facts["another_look"]) > seconds(facts["known"])
    assert seconds(facts["selected"]) < seconds(facts["another_look"])


def test_what_lies_between_patches_far_apart_is_not_counted(found: dict[str, Any]) -> None:
    facts = found["patches far apart"]
    assert facts["message"].startswith("Done in")
    assert facts["two"] == pytest.approx(2 * facts["one"], rel=0.05)
    assert facts["between"] > 10 * facts["two"]


def test_the_speed_is_remembered(found: dict[str, Any], newcomer: Krita) -> None:
    assert json.loads(found["before and after the first dream"]["stored"])
    facts = newcomer.run("expected", cases=["after a restart"])["after a restart"]
    assert "traceback" not in facts, facts["traceback"]
    assert TIMES.match(facts["known"]), facts["known"]


def test_a_draft_changes_the_picture_and_keeps_it_sharp(found: dict[str, Any]) -> None:
    facts = found["a draft stays sharp"]
    assert facts["message"].startswith("Done in")
    assert facts["name"] == "Dream · relu4_3 (draft)"
    assert facts["difference"] < 0.01
    assert facts["strong"] > 0.02


def test_a_draft_of_a_selection_becomes_a_dream(found: dict[str, Any]) -> None:
    facts = found["a draft of a selection, dreamt again"]
    assert facts["bounds"] == [31, 21, 77, 55]
    assert facts["masks"] == ["transparencymask"]
    assert {"Dream · relu3_1", "Dream · relu3_1 (draft)"} <= set(facts["names"])
    assert "Dream · relu3_1<" in facts["history"][0]
    assert "(draft)" in facts["history"][1]


def test_drafts_of_every_kind(found: dict[str, Any]) -> None:
    for kind, facts in found["drafts of every kind"].items():
        if kind == "took_s":
            continue
        assert facts["message"].startswith("Done in"), kind
        assert facts["space"] == kind.split()
        assert 0.001 < facts["difference"] < 0.25, kind
