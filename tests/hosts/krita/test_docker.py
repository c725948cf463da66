"""The docker for people with a large font, with a keyboard, and without knowledge of VGG16."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dreambridge.paths import Paths
from hosts.krita.conftest import Krita
from servers import Server

LARGE = "use_custom_system_font=true\ncustom_system_font=DejaVu Sans\ncustom_font_size=20\n\n"
"""What Settings ▸ Configure Krita ▸ General ▸ Window writes."""


def run(krita: Krita, cases: list[str], name: str) -> dict[str, Any]:
    out = krita.home / name
    out.mkdir()
    facts: dict[str, Any] = krita.run("docker", cases=cases, out=str(out))
    if kept := os.environ.get("DREAMBRIDGE_LOOKED_AT"):
        shutil.copytree(out, Path(kept) / name, dirs_exist_ok=True)
    for case in facts.values():
        assert "traceback" not in case, case["traceback"]
    return facts


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    return run(krita, ["font", "keyboard", "chosen", "feature size"], "usual")


@pytest.fixture(scope="module")
def large(make_krita: Callable[[Paths], Krita], server: Server) -> dict[str, Any]:
    krita = make_krita(server.home)
    krita.configuration.write_text(LARGE + krita.configuration.read_text("utf-8"), "utf-8")
    return run(krita, ["font"], "large")


def test_with_the_usual_font_the_docker_is_narrow(found: dict[str, Any]) -> None:
    facts = found["font"]
    assert (facts["width"], facts["width_advanced"]) == (220, 220)
    assert facts["cut"] == facts["cut_advanced"] == []


def test_with_a_large_font_nothing_is_cut_off(found: dict[str, Any], large: dict[str, Any]) -> None:
    facts = large["font"]
    assert facts["height"] > 1.8 * found["font"]["height"]
    assert facts["cut"] == facts["cut_advanced"] == []
    assert 220 < facts["width"] < 480


def test_arrow_keys_choose_a_look(found: dict[str, Any]) -> None:
    facts = found["keyboard"]
    assert facts["clicked"] == "Eyes relu4_3"
    assert facts["keys"] == ["Arches relu4_3", "Eyes relu4_3", "Swirls relu4_2"]


def test_coming_to_the_looks_chooses_none(found: dict[str, Any]) -> None:
    facts = found["keyboard"]
    assert facts["custom"] == []
    assert facts["focus_only"]
    assert facts["return"] == "Swirls relu4_2"


def test_the_chosen_look_is_framed_and_not_greyed(found: dict[str, Any]) -> None:
    facts = found["chosen"]
    assert facts["same"]
    assert facts["framed"]
    assert facts["bare"]


def test_feature_sizes_are_words_for_painters(found: dict[str, Any]) -> None:
    facts = found["feature size"]
    assert len(set(facts["words"])) == 13
    assert facts["words"][0] == "contrast"
    assert facts["words"][-1] == "creatures"
    assert not any("relu" in word for word in facts["words"])
    assert facts["tip"] == "In VGG16: relu5_3"
    assert facts["eyes"] == "eyes"
    assert facts["fever"] == "faces +"
    assert (facts["conv1_1"], facts["conv4_3"], facts["pool5"]) == ("contrast", "eyes", "creatures")
