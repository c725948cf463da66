"""The docker for people with a large font, with a keyboard, and without knowledge of VGG16."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dreambridge.paths import Paths
from hosts.krita.conftest import Krita, run_and_keep
from servers import Server

LARGE = "use_custom_system_font=true\ncustom_system_font=DejaVu Sans\ncustom_font_size=20\n\n"
"""What Settings ▸ Configure Krita ▸ General ▸ Window writes."""


@pytest.fixture(scope="module")
def found(chosen_from: dict[str, Any]) -> dict[str, Any]:
    return chosen_from


@pytest.fixture(scope="module")
def large(make_krita: Callable[[Paths], Krita], server: Server) -> dict[str, Any]:
    krita = make_krita(server.home)
    krita.configuration.write_text(LARGE + krita.configuration.read_text("utf-8"), "utf-8")
    return run_and_keep(krita, "large", "docker", cases=["font"])


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
    assert facts["tip"] == "Grows features of this kind and size. The layer relu5_3 of VGG16."
    assert facts["eyes"] == "eyes"
    assert facts["fever"] == "faces +"
    assert (facts["conv1_1"], facts["conv4_3"], facts["pool5"]) == ("contrast", "eyes", "creatures")


def test_a_sketch_follows_settings_and_selection(found: dict[str, Any]) -> None:
    facts = found["sketch"]
    print("seconds from a change to the sketch of 512 × 512 selected pixels:", facts["rounds"])
    assert facts["none_at_first"]
    assert len(facts["rounds"]) == 3
    assert facts["after_selecting"]["first_s"] > 0
    assert facts["changes"] > 1


def test_a_sketch_leaves_the_document_alone(found: dict[str, Any]) -> None:
    facts = found["sketch"]
    assert not facts["modified"]
    assert facts["layers_same"]
    assert facts["steps"] == 0


def test_a_sketch_is_seen_undreamed_while_a_button_is_held(found: dict[str, Any]) -> None:
    assert found["sketch"]["held"] == [False, True]


def test_a_sketch_fits_into_a_narrow_docker(found: dict[str, Any]) -> None:
    assert found["sketch"]["width"] == 220
    assert found["sketch"]["cut"] == []


def test_a_sketch_shows_what_the_dream_will_be(found: dict[str, Any]) -> None:
    facts = found["sketch and dream"]
    assert facts["message"].startswith("Done in")
    # The slower the dreams before were, the smaller a sketch is, and the less like the dream.
    assert facts["sketch_differs"] < 0.9 * facts["dream_changes"]


def test_a_sketch_gives_way_to_a_dream_and_can_be_switched_off(found: dict[str, Any]) -> None:
    facts = found["sketch gives way"]
    assert facts["message"].startswith("Done in")
    assert not facts["hidden_has_picture"]
    assert facts["off"] == [True, False]
    assert facts["kept"] == "false"
    assert facts["still_off"]


def test_four_seeds_are_pictures_to_choose_from(found: dict[str, Any]) -> None:
    facts = found["seeds"]
    assert facts["hidden_at_first"]
    assert facts["count"] == 4
    assert facts["alike"] == []
    assert facts["cut"] == []
    assert facts["marked"] == [0]
    assert facts["chosen"]
    assert facts["marked_then"] == [2]
    assert facts["steps"] == 0


def test_a_surprise_is_a_look_of_its_own(found: dict[str, Any]) -> None:
    assert found["seeds"]["surprise"] == [True, 0]
