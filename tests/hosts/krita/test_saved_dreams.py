"""A document saved by an earlier version: its history is there, and goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from hosts.krita.conftest import Krita

SAVED = sorted((Path(__file__).parent / "saved").glob("*.kra"))


@pytest.mark.parametrize("document", SAVED, ids=lambda path: path.stem)
def test_saved_dreams_are_placed_and_dreamed_again(krita: Krita, document: Path) -> None:
    facts = krita.run("saved", document=str(document))["placed again"]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["places"] == [[0, 0, 64, 48], [10, 8, 30, 24]]
    assert facts["said"].endswith("is placed again.")
    assert facts["again"].startswith("Done in")
    assert facts["layers"] == 5
