"""The strip *It sees here*: what the engine itself says, chosen by clicks, also beside dreams."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridgeclient import Inspected, InspectRequest
from dreambridge.arrays import to_frame
from servers import Server


@pytest.fixture(scope="module")
def found(chosen_from: dict[str, Any]) -> dict[str, Any]:
    return chosen_from


def test_it_is_what_the_engine_sees(found: dict[str, Any], server: Server) -> None:
    facts = found["it sees here"]
    width, height = facts["size"]
    pixels = np.frombuffer(Path(facts["pixels"]).read_bytes(), np.uint8)
    image = np.ascontiguousarray(pixels.reshape(height, width, 4)[..., 2::-1])
    x, y, w, h = facts["selected"]
    mask = np.zeros((height, width), np.uint8)
    mask[y : y + h, x : x + w] = 255
    with server.connect() as client:
        images = {"image": to_frame(image), "mask": to_frame(mask)}
        (answer,) = client.events(client.inspect(InspectRequest(images)))
    assert isinstance(answer, Inspected)
    itself = {f"{one['layer']}:{one['channel']}" for one in answer.channels}
    assert len(facts["channels"]) == 12
    assert len(itself & set(facts["channels"])) >= 10, (itself, facts["channels"])


def test_it_shows_pictures_in_a_painters_words(found: dict[str, Any]) -> None:
    facts = found["it sees here"]
    assert facts["folded"]
    assert facts["said"] == "Looking…"
    assert min(facts["colours"]) > 50
    words, term = facts["tip"].split(". ")[:2]
    assert words.startswith("Grows what this picture shows")
    assert "relu" not in words
    assert "layer relu" in term


def test_a_click_adds_a_channel_and_another_takes_it_out(found: dict[str, Any]) -> None:
    facts = found["it sees here"]
    (first, fifth) = (facts["channels"][row].split(":") for row in (1, 4))
    look, framed, others, own = facts["one"]
    assert look == [{first[0]: 1.0}, {first[0]: {first[1]: 1.0}}]
    assert framed
    assert not others
    assert own, "no built-in look is marked"
    look, framed, weight = facts["two"]
    assert look[1][fifth[0]][fifth[1]] == -1.0
    assert framed
    assert weight == "−1"
    assert "dreamed away" in facts["weighed_tip"]
    assert facts["restored"], "after the last one the look is what it was"
    assert (facts["width"], facts["cut"]) == (220, [])


def test_the_right_button_has_weights(found: dict[str, Any]) -> None:
    facts = found["weights by the right button"]
    assert facts["offered"][0] == "Weight 4"
    assert facts["offered"][-1] == "Weight −4: dreamed away"
    assert [list(ones.values()) for ones in facts["weighed"].values()] == [[-0.25]]
    assert facts["left"] == []


def test_it_looks_again_when_something_else_is_selected_while_a_dream_runs(
    found: dict[str, Any],
) -> None:
    facts = found["while a dream runs"]
    assert facts["still"]
    assert facts["added"] == 1
    assert set(facts["channels"]) != set(found["it sees here"]["channels"])


def test_one_kind_of_features_beside_what_is_in_the_look(found: dict[str, Any]) -> None:
    facts = found["one kind"]
    assert {name.split(":")[0] for name in facts["kinds"][:12]} == {"relu2_2"}
    assert facts["kinds"][12:] == [facts["kept"]]
    assert facts["framed"]
    assert facts["gone"]


def test_where_nothing_is_to_be_seen_a_sentence_says_so(found: dict[str, Any]) -> None:
    facts = found["nothing to see"]
    assert facts["said"] == "The layer is empty here: select where something is painted."
    assert facts["shown"] == []
    assert facts["after"] == 12


def test_the_canvas_does_not_wait(found: dict[str, Any]) -> None:
    facts = found["a large canvas"]
    assert facts["stall"] < facts["took"] / 3, facts
    print("looked at 3000 × 2500 pixels in", facts["took"], "s, longest wait", facts["stall"])
