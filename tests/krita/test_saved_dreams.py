"""A document's dreams outlive the version that made them.

`hosts/krita/saved` holds documents as earlier versions saved them, made in a real Krita: two
dreams, the second of a selection.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from bridgeclient.region import Rect
from bridgeclient.validation import completed
from dreamcore import DreamSettings
from dreamcore.schema import schema
from dreamkrita.document import history

SAVED = sorted((Path(__file__).parents[1] / "hosts" / "krita" / "saved").glob("*.kra"))


def annotation(document: Path, name: str) -> bytes:
    with ZipFile(document) as archive:
        return next(
            archive.read(file)
            for file in archive.namelist()
            if file.endswith(f"annotations/{name}")
        )


@pytest.fixture(params=SAVED, ids=lambda path: path.stem)
def document(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def saved(document: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(annotation(document, "dreambridge-history"))
    return values


def test_dreams_of_earlier_versions_are_there_with_their_pixels(document: Path) -> None:
    dreams = history.from_json(annotation(document, "dreambridge-history"))
    assert [dream.region for dream in dreams] == [Rect(10, 8, 30, 24), Rect(0, 0, 64, 48)]
    for dream in dreams:
        pixels, mask = history.unpack(annotation(document, f"dreambridge-{dream.id}"), dream)
        assert len(pixels) == dream.region.width * dream.region.height * 4
        assert (mask is not None) is dream.masked


def test_they_can_be_dreamed_again(saved: dict[str, Any]) -> None:
    settings = [completed(entry["settings"], schema()) for entry in saved["dreams"]]
    wanted = DreamSettings(layers={"relu2_2": 1.0}, iterations=2, octaves=1)
    assert [DreamSettings.from_json(one).seed for one in settings] == [7, 0]
    assert DreamSettings.from_json(settings[1]) == wanted


def test_what_a_later_version_added_is_kept(saved: dict[str, Any]) -> None:
    for entry in saved["dreams"]:
        entry["region"]["turned"] = entry["space"]["rendering"] = "by a later version"
        entry["frames"] = [1, 2]
        entry["settings"]["mood"] = 0.5
    again = json.loads(history.to_json(history.from_json(json.dumps(saved).encode())))
    assert again == saved


def test_a_damaged_dream_takes_no_other_with_it(saved: dict[str, Any]) -> None:
    del saved["dreams"][0]["region"]
    (left,) = history.from_json(json.dumps(saved).encode())
    assert left.id == saved["dreams"][1]["id"]
