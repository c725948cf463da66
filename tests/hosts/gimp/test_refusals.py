"""What GIMP's user is told when a document can't be dreamed, and that nothing happened to it."""

from __future__ import annotations

from typing import Any

import pytest

from hosts.gimp.conftest import Gimp

SENTENCES = {
    "indexed colours": "Image ▸ Mode ▸ RGB",
    "selection beside the layer": "misses the layer “source”",
    "empty layer": "“source” is empty here",
    "empty where it is selected": "“source” is empty here",
    "one of two layers is missed": "misses the layer “far”",
    "empty group": "group “source” is empty",
    "channel": "“spots” is a channel",
    "layer mask": "is a layer mask",
    "floating selection": "anchor it first",
    "no layer": "No layer is selected",
    "unknown layer of the network": "relu9_9",
    "no layer of the network": "layers",
    "weight that is no number": "is no weight: write relu3_3=0.5.",
    "channels that are no numbers": "Write whole numbers with commas between them",
    "channel that the layer lacks": "0 to 127",
    "unknown preset": "preset “nonsense” is unknown",
    "octaves below their range": "Octaves is 0 and must be from 1 to 16",
    "strength below its range": "Strength is -1 and must be from 0 to 32",
    "strength above its range": "Strength is 100 and must be from 0 to 32",
    "part of a seed": "Seed is 1.5 and must be a whole number",
    "unknown objective": "“beauty” is unknown; there are l2, norm, mean, guide",
    "unknown result": "“poster” is unknown; there are mask, transparency",
    "edge out of range": "edge is -1 and must be from 0 to 25",
    "context out of range": "context is -2 and must be from -1 to 8192",
    "again: as it was dreamed, for a new dream": "preset “stored” is unknown",
    "guide wanted and none chosen": "choose a guide",
    "empty guide": "“guide” is empty",
    "again: not dreamed": "was not dreamed",
    "layer of another image": "“foreign” is in another image",
    "in a group within a locked group": "group “kept” are locked",
    "again: in a locked group": "group “kept” are locked",
    "again: copied into another image": "not in this image",
    "again: guide of another image": "guide “guide” is not in this image",
    "again: source gone": "not in this image",
    "again: resized": "resized",
    "again: source cropped": "resized",
    "again: pixels locked": "unlock",
    "again: two layers": "select the one",
}


@pytest.fixture(scope="module")
def found(gimp: Gimp) -> dict[str, Any]:
    return gimp.run("refusals")


@pytest.mark.parametrize("case", SENTENCES)
def test_a_refusal_is_one_sentence_and_changes_nothing(found: dict[str, Any], case: str) -> None:
    facts = found[case]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["status"] == "execution-error"
    assert SENTENCES[case] in facts["message"], facts["message"]
    assert "\n" not in facts["message"]
    assert facts["unchanged"]


def test_without_an_image_gimp_itself_refuses(found: dict[str, Any]) -> None:
    assert found["no image"]["status"] in ("calling-error", "execution-error")
    assert "image" in found["no image"]["message"]
