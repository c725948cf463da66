"""In the real GIMP, the dialog's preview is dreamed of what its layer shows, without copying it."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.gimp.conftest import Gimp

KINDS = (
    *("opaque", "alpha", "larger than the image", "mask", "mask that is switched off"),
    *("group", "group with a mask", "group of blended layers"),
    "group of blended layers that passes through",
    *("filter", "text", "hidden", "grey", "16 bits, linear", "floats", "a profile's colours"),
)


@pytest.fixture(scope="module")
def found(gimp: Gimp) -> dict[str, Any]:
    return gimp.run("previews", plugin=str(gimp.plugin))


@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_shows_what_the_layer_shows(found: dict[str, Any], kind: str) -> None:
    """As a flattened copy of the layer does; scaled, GIMP rounds places to whole pixels."""
    facts = found[kind]
    assert "traceback" not in facts, facts["traceback"]
    print(facts)
    most, _ = facts["288"]
    assert most <= 1
    _, mean = facts["48"]
    assert mean < 6
