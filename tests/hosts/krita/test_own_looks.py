"""Looks of one's own in the docker: there at once with a picture, or a sentence says why not."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="module")
def saved(chosen_from: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = chosen_from["save a look"]
    return facts


@pytest.fixture(scope="module")
def menu(chosen_from: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = chosen_from["a look's menu"]
    return facts


def test_a_saved_look_is_in_the_grid_at_once_with_a_picture(saved: dict[str, Any]) -> None:
    assert saved["saved"] == ""
    assert saved["looks"] == saved["marked"] == ["Quick strokes"]
    assert saved["colours"] > 20
    assert saved["layers"] == {"relu2_2": 1.0}
    assert saved["cut"] == []


def test_a_name_that_can_not_be_is_said_where_it_is_asked(saved: dict[str, Any]) -> None:
    assert saved["built_in"].startswith("“eyes” is one of the built-in looks.")
    assert saved["nothing"].startswith("“---” can't be a look's name.")
    assert saved["taken"].startswith("There is a look “quick-strokes” already.")


def test_the_menu_of_a_look(menu: dict[str, Any]) -> None:
    assert menu["offered"] == ["Rename…", "Favourite", "Export…", "Delete…", "Import…"]
    assert menu["first"] == "Quick strokes", "a favourite stands before the others"
    assert menu["renamed"] == ""
    assert menu["names"] == ["Slow strokes"]
    assert menu["question"] == "Delete the look “Slow strokes”? It can't be brought back."
    assert menu["left"] == []


def test_a_look_is_exported_and_imported(menu: dict[str, Any]) -> None:
    assert menu["file"]
    assert menu["clash"].startswith("There is a look “slow-strokes” already.")
    assert menu["twin"] == ""
    assert sorted(menu["twins"]) == ["Slow strokes", "Twin"]
    assert menu["damaged"].endswith("it is no look's file. Export it again.")
