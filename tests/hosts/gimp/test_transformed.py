"""In the real GIMP, Dream Again takes the same region of the same picture, wherever it is now."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.gimp.conftest import Gimp

TRANSFORMATIONS = (
    "nothing",
    "scaled up",
    "scaled unevenly",
    "flipped across",
    "flipped down",
    "flipped across, U16_LINEAR",
    "flipped across, FLOAT_LINEAR",
    *(f"turned by {degrees}" for degrees in (90, 180, 270)),
    "cropped around the dream",
    "cropped through the dream",
    "canvas enlarged",
    "duplicated",
    "duplicated, turned and scaled",
    "flipped, saved and opened",
    "moved",
    "moved, and the image flipped",
    "painted on",
    "copied into the duplicate of its image",
)


@pytest.fixture(scope="module")
def found(gimp: Gimp) -> dict[str, Any]:
    return gimp.run("transformed")


@pytest.mark.parametrize("transform", TRANSFORMATIONS)
def test_dream_again_takes_the_region_beneath(found: dict[str, Any], transform: str) -> None:
    facts = found[transform]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["status"] == "success", facts["message"]
    assert facts["far"] == 0
    assert facts["mask"]


def test_what_cannot_be_told_is_refused(found: dict[str, Any]) -> None:
    facts = found["all changed"]
    assert facts["status"] == "execution-error"
    assert "dream anew" in facts["message"]
    assert facts["unchanged"]
