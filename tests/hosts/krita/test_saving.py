"""A document saved while a dream of it develops is in its file as it was before the dream."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hosts.krita.conftest import Krita

WAYS = ("the action", "the shortcut", "the menu", "the button")


@pytest.fixture(scope="module")
def found(krita: Krita) -> dict[str, Any]:
    return krita.run("saving")


def facts_of(found: dict[str, Any], case: str) -> dict[str, Any]:
    facts: dict[str, Any] = found[case]
    assert "traceback" not in facts, facts["traceback"]
    return facts


def layers_of(path: Path) -> list[str]:
    """The names of a `.kra`'s layers, from the top."""
    with zipfile.ZipFile(path) as file:
        return re.findall(r'<layer [^>]*?\bname="([^"]*)"', file.read("maindoc.xml").decode())


def contents_of(path: Path) -> tuple[list[str], bytes, list[bytes]]:
    """What a `.kra` shows: its layers, their picture together, their pixels."""
    with zipfile.ZipFile(path) as file:
        pixels = [name for name in sorted(file.namelist()) if re.search(r"/layer\d+$", name)]
        with Image.open(file.open("mergedimage.png")) as picture:
            merged = picture.convert("RGBA").tobytes()
        return layers_of(path), merged, [file.read(name) for name in pixels]


def before(path: Path) -> Path:
    return path.with_name(f"before-{path.name}")


@pytest.mark.parametrize("way", WAYS)
def test_the_file_is_as_before_the_dream(found: dict[str, Any], way: str) -> None:
    facts = facts_of(found, f"saved by {way}")
    path = Path(facts["file"])
    assert contents_of(path) == contents_of(before(path))


@pytest.mark.parametrize("way", WAYS)
def test_the_dream_comes_back_after_it(found: dict[str, Any], way: str) -> None:
    facts = facts_of(found, f"saved by {way}")
    assert facts["comes_back"]
    assert facts["message"] == "Cancelled; the document is as it was."
    assert facts["dreams"] == 0
    assert facts["after"] == [False, False]


def test_it_goes_on_to_its_end(found: dict[str, Any]) -> None:
    facts = facts_of(found, "goes on to its end")
    assert facts["busy"]
    assert facts["aside"]
    path = Path(facts["file"])
    assert contents_of(path.with_name("half.kra")) == contents_of(before(path))
    assert facts["message"].startswith("Done in")
    assert facts["message"].endswith(" s.")
    assert facts["modified"]
    assert facts["dreams"] == 1
    assert [name[:5] for name in facts["undo_takes"]] == ["Dream"]
    assert len(layers_of(path)) == len(layers_of(before(path))) + 1


def test_what_was_done_meanwhile_is_in_the_file(found: dict[str, Any]) -> None:
    facts = facts_of(found, "a layer was added meanwhile")
    assert layers_of(Path(facts["file"])) == ["mine", "source", "below"]
    assert facts["comes_back"]
    assert facts["top"] == ["below", "source", "mine"]


def test_the_group_of_a_blended_layer_is_not_in_the_file(found: dict[str, Any]) -> None:
    facts = facts_of(found, "in a group with its source")
    assert facts["busy"]
    assert facts["aside"]
    path = Path(facts["file"])
    assert contents_of(path) == contents_of(before(path))
    assert facts["message"].startswith("Done in")
    assert facts["beside"][0] == "source"
    assert len(facts["beside"]) == 2


def test_a_photograph_saved_over_itself_is_the_photograph(found: dict[str, Any]) -> None:
    facts = facts_of(found, "a photograph over itself")
    with Image.open(facts["file"]) as now, Image.open(facts["before"]) as was:
        assert now.convert("RGBA").tobytes() == was.convert("RGBA").tobytes()


def test_a_document_closed_and_saved_is_as_before_the_dream(found: dict[str, Any]) -> None:
    facts = facts_of(found, "closed and saved")
    assert facts["seen"] == ["QMessageBox"]
    path = Path(facts["file"])
    assert contents_of(path) == contents_of(before(path))
    assert "cancelled" in facts["message"]


def test_a_result_waits_while_a_file_is_chosen(found: dict[str, Any]) -> None:
    facts = facts_of(found, "done while a file is chosen")
    assert facts["waits"] == [True, 0]
    assert facts["message"].startswith("Done in")
    assert facts["dreams"] == 1


def test_nothing_is_left_of_watching(found: dict[str, Any]) -> None:
    assert facts_of(found, "unwatched")["checkable"] == []
