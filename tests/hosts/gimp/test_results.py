"""Where a dream goes in the real GIMP: into the layer itself, or on top of all layers."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.gimp.conftest import Gimp


@pytest.fixture(scope="module")
def found(gimp: Gimp) -> dict[str, Any]:
    return gimp.run("results")


def good(facts: dict[str, Any], status: str = "success") -> dict[str, Any]:
    assert "traceback" not in facts, facts["traceback"]
    assert facts["status"] == status, facts["message"]
    return facts


KINDS = ("opaque", "with alpha", "with a mask", "at an offset", "grey", "16 bits, linear", "floats")


@pytest.mark.parametrize("kind", KINDS)
def test_a_dream_into_the_layer_looks_as_one_above_it(found: dict[str, Any], kind: str) -> None:
    facts = good(found[kind])
    assert facts["changed"] > 4
    assert facts["far"] <= 1, "one level of 255, for rounding"
    assert facts["shape_kept"]
    assert facts["all_else_kept"], "names, other layers, selection and channels"


@pytest.mark.parametrize(
    ("kind", "words"),
    [("a group", "merge it"), ("text", "Discard Text"), ("filters", "Merge"), ("locked", "unlock")],
)
def test_layers_that_can_not_hold_a_dream(found: dict[str, Any], kind: str, words: str) -> None:
    facts = good(found[kind], "execution-error")
    assert words in facts["message"]
    assert facts["unchanged"]


def test_a_dream_on_top(found: dict[str, Any]) -> None:
    facts = good(found["on top"])
    assert facts["name"] == "Dream · relu2_2"
    assert facts["mask"]
    assert facts["plain"]
