"""Documents saved by other versions: their dream layers are dream layers still.

`saved` holds documents as earlier versions saved them, made in a real GIMP: two dreams, the upper
one of a selection.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dreamcore import DreamSettings
from hosts.gimp.conftest import Gimp

SAVED = sorted((Path(__file__).parent / "saved").glob("*.xcf"))
LOOK = DreamSettings(layers={"relu2_2": 1.0}, iterations=2, octaves=1, step=4.0, seed=11)


@pytest.fixture(scope="module", params=SAVED, ids=lambda path: path.stem)
def found(gimp: Gimp, request: pytest.FixtureRequest) -> dict[str, Any]:
    return gimp.run("saved", document=str(request.param))


@pytest.mark.parametrize(
    ("case", "count"), [("as it was saved", 2), ("by versions before and after this one", 1)]
)
def test_saved_dreams_are_dreamed_again_with_their_settings(
    found: dict[str, Any], case: str, count: int
) -> None:
    facts = found[case]
    assert "traceback" not in facts, facts["traceback"]
    assert len(facts) == count
    for dream in facts:
        assert dream["status"] == "success", dream["message"]
        assert dream["changed"]
        assert DreamSettings.from_json(dream["settings"]) == LOOK
