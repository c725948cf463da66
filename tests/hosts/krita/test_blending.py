"""What one sees is the dream's change alone, for every way in which its source blends."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.krita.conftest import Krita

LEVELS = ("exported", "undone", "redone", "reopened", "flattened")
BLENDED = (
    "opaque, normal",
    "opaque, multiply",
    "soft, normal",
    "soft, multiply",
    "soft, overlay",
    "translucent, normal",
    "translucent and soft, normal",
    "translucent and soft, screen",
    "translucent and soft, color",
)
KINDS = (
    "alpha inherited",
    "a transparency mask",
    "a filter mask",
    "a group",
    "a clone",
    "something that has a clone",
    "an animated layer",
    "inside a translucent group",
    "soft vectors",
)


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    return krita.run("blending")


def check(facts: dict[str, Any], most: int = 1) -> None:
    assert "traceback" not in facts, facts["traceback"]
    assert facts["message"].startswith("Done in")
    assert all(facts[name] <= most + 0.01 for name in LEVELS), facts
    assert facts["same_layers"]
    assert facts["active"]


@pytest.mark.parametrize("blended", BLENDED)
def test_a_dream_without_change_shows_the_document_as_it_was(
    found: dict[str, Any], blended: str
) -> None:
    facts = found[blended]
    # alpha times opacity is rounded to 8 bits in the group; modes of hue double that
    check(facts, most=2 if blended.endswith("color") else 1)
    assert facts["steps"] == (1 if blended.endswith("normal") else 2)
    assert (facts["beside"][0] == "source") == (blended != "opaque, normal")


@pytest.mark.parametrize("kind", KINDS)
def test_so_it_does_for_every_kind_of_source(found: dict[str, Any], kind: str) -> None:
    check(found[kind])
    assert found[kind]["steps"] == 1
