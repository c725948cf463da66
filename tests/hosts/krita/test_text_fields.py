"""A typo in the docker changes nothing but the field, and nothing stored can end the docker."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hosts.krita.conftest import Krita

IN_FORCE = {"relu2_2": 1.0}


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    facts: dict[str, Any] = krita.run("text_fields", cases=["typos", "wheel"])
    for case in facts.values():
        assert "traceback" not in case, case["traceback"]
    return facts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("relu9_9", "“relu9_9” is no layer. There are conv1_1 to"),
        ("", "Name at least one layer, such as relu4_3."),
        ("relu3_3 relu4_3", "Put commas between layers: relu3_3,relu4_3."),
    ],
)
def test_a_typo_is_said_in_the_field_as_it_is_typed(
    found: dict[str, Any], text: str, words: str
) -> None:
    facts = found["typos"][text]
    assert facts["said"].startswith(f"▲ {words}")
    assert facts["said"].endswith(" Still used: relu2_2.")
    assert facts["text"] == text, "for whoever wants to mend it"
    assert facts["stored"] == IN_FORCE


def test_what_is_right_is_taken(found: dict[str, Any]) -> None:
    facts = found["typos"]["relu3_3=0.5, relu2_2"]
    assert facts == {
        "said": "",
        "text": "relu3_3=0.5,relu2_2",
        "stored": {"relu3_3": 0.5, "relu2_2": 1.0},
    }


def test_channels_say_what_is_wrong(found: dict[str, Any]) -> None:
    facts = found["typos"]
    assert facts["abc"]["said"].startswith("▲ Write whole numbers with commas")
    assert facts["abc"]["said"].endswith(" Still used: all.")
    assert facts["300"]["said"].startswith("▲ relu3_3 has the channels 0 to 255, no 300.")
    assert facts["abc"]["stored"] == facts["300"]["stored"] == []
    assert facts["3, 14"] == {"said": "", "text": "3,14", "stored": [3, 14]}


def test_channels_by_layer_with_weights(found: dict[str, Any]) -> None:
    refused = found["typos"]["relu4_3:3"]
    assert refused["said"].startswith("▲ Channels of relu4_3 are named, which is none of the")
    assert refused["said"].endswith(" Still used: 3,14.")
    assert found["typos"]["relu3_3:12, 98=-0.5"] == {
        "said": "",
        "text": "relu3_3:12,98=-0.5",
        "stored": {"relu3_3": {"12": 1.0, "98": -0.5}},
    }


def test_with_a_typo_in_the_field_one_dreams_with_the_last_good_value(
    found: dict[str, Any],
) -> None:
    assert found["typos"]["message"].startswith("Done in")


def test_a_look_takes_the_typo_away(found: dict[str, Any]) -> None:
    assert found["typos"]["look"] == ["relu1_2", False]


def test_the_wheel_over_a_value_leaves_it(found: dict[str, Any]) -> None:
    assert found["wheel"]["unchanged"]


@pytest.mark.parametrize(
    "stored",
    [
        json.dumps({"layers": {"relu9_9": 1.0}}),
        json.dumps({"layers": {}, "channels": "abc", "octaves": None, "device": "toaster"}),
        "{relu4_3",
        "[" * 100_000,
    ],
    ids=["typo", "all sorts", "no json", "too deep"],
)
def test_a_docker_stands_whatever_is_stored(krita: Krita, stored: str) -> None:
    krita.run("text_fields", cases=["damage the settings"], stored=stored)
    facts = krita.run("text_fields", cases=["after a restart"])["after a restart"]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["looks"] == 12
    assert facts["layers"] == "relu4_3"
    assert facts["message"].startswith("Done in")
    assert facts["layers_made"] == 3
