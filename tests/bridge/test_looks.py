"""What both editors say of settings: a layer's title, a plug-in's schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridgeclient import ServerError
from bridgeclient.looks import counted, read_schema, title
from dreamcore import DreamSettings
from dreamcore.presets import PRESETS
from dreamcore.schema import schema

SCHEMA = schema()


@pytest.mark.parametrize("name", PRESETS)
def test_the_title_of_a_preset_is_its_label_whatever_the_seed(name: str) -> None:
    settings = PRESETS[name].settings.to_json() | {"seed": 99}
    assert title(settings, SCHEMA) == f"Dream · {PRESETS[name].label}"


def test_another_title_has_the_layers_with_their_weights() -> None:
    layers = {"relu3_3": 0.5, "relu5_1": 1.0}
    settings = DreamSettings(layers=layers, iterations=3).to_json()
    assert title(settings, SCHEMA) == "Dream · relu3_3=0.5 + relu5_1"
    assert title(settings, SCHEMA, draft=True) == "Dream · relu3_3=0.5 + relu5_1 (draft)"


def test_the_schema_beside_a_plugin(tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA), "utf-8")
    assert read_schema(tmp_path) == SCHEMA


@pytest.mark.parametrize("text", [None, "", "{"])
def test_a_plugin_without_its_schema_says_what_to_do(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "schema.json").write_text(text, "utf-8")
    with pytest.raises(ServerError, match=r"not installed completely.*Run `dreambridge install`"):
        read_schema(tmp_path)


@pytest.mark.parametrize(("number", "words"), [(0, "0 dreams"), (1, "1 dream"), (3, "3 dreams")])
def test_things_are_counted_in_words(number: int, words: str) -> None:
    assert counted(number, "dream") == words
