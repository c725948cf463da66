"""The user's own looks: stored, handed on, damaged, and beside the built-in ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridgeclient.errors import RequestError, ServerError
from bridgeclient.looks import preset_of
from bridgeclient.own_looks import SUFFIX, OwnLooks, plugin_looks, plugin_schema, with_own_looks
from dreamcore import DreamSettings
from dreamcore.schema import schema

SCHEMA = schema()
LEOPARD = DreamSettings(channels={"relu4_3": {479: 1.0, 309: 0.5}}, step=1.0).to_json()
FAR = DreamSettings(layers_at={1: {"relu5_1": 1.0}, 4: {"relu3_3": -0.5}}, seed=3).to_json()


@pytest.fixture
def looks(tmp_path: Path) -> OwnLooks:
    return OwnLooks(tmp_path / "home" / "looks", SCHEMA)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "looks"


def test_a_look_is_stored_with_its_settings_and_picture(looks: OwnLooks) -> None:
    assert looks.read() == ([], [])
    saved = looks.save("My Leopard's  Fur", LEOPARD, b"a picture")
    assert (saved.name, saved.label) == ("my-leopard-s-fur", "My Leopard's Fur")
    assert looks.read() == ([saved], [])
    found = looks.named("my-leopard-s-fur")
    assert (found.settings, found.thumbnail, found.favourite) == (LEOPARD, b"a picture", False)


def test_own_looks_stand_beside_the_built_in_ones(looks: OwnLooks, folder: Path) -> None:
    looks.save("Fur", LEOPARD)
    looks.save("Far", FAR, b"picture")
    looks.favour("far", True)
    whole, damaged = with_own_looks(SCHEMA, folder)
    names = list(whole["x-presets"])
    assert names == ["far", *SCHEMA["x-presets"], "fur"]
    assert damaged == []
    assert whole["x-presets"]["far"]["thumbnail"] == b"picture"
    assert preset_of(LEOPARD | {"seed": 9}, whole) == "fur"
    assert "fur" not in SCHEMA["x-presets"]


def test_a_plug_in_finds_them_where_its_installer_says(looks: OwnLooks, folder: Path) -> None:
    looks.save("Fur", LEOPARD)
    plugin = folder.parent / "plugin"
    plugin.mkdir()
    (plugin / "schema.json").write_text(json.dumps(SCHEMA), "utf-8")
    assert plugin_schema(plugin) == (SCHEMA, [])
    with pytest.raises(ServerError, match="not installed completely"):
        plugin_looks(plugin)
    bridge = {"connection_file": str(folder.parent / "connection.json")}
    (plugin / "bridge.json").write_text(json.dumps(bridge), "utf-8")
    assert "fur" in plugin_schema(plugin)[0]["x-presets"]
    assert plugin_looks(plugin).named("fur").settings == LEOPARD


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Eyes", "“eyes” is one of the built-in looks"),
        ("fur", "There is a look “fur” already"),
        ("…", "can't be a look's name"),
        ("", "can't be a look's name"),
        ("x" * 61, "at most 60"),
    ],
)
def test_names_that_are_taken_or_none(looks: OwnLooks, label: str, said: str) -> None:
    looks.save("Fur", LEOPARD)
    with pytest.raises(RequestError, match=said):
        looks.save(label, FAR)
    assert looks.named("fur").settings == LEOPARD


def test_a_look_stays_in_its_folder(looks: OwnLooks, folder: Path) -> None:
    looks.save("../../Fur", LEOPARD)
    assert [path.name for path in folder.iterdir()] == [f"fur{SUFFIX}"]


def test_a_look_is_handed_on(looks: OwnLooks, tmp_path: Path) -> None:
    looks.save("Fur", LEOPARD, b"picture")
    looks.export("fur", tmp_path / "file")
    other = OwnLooks(tmp_path / "other" / "looks", SCHEMA)
    taken = other.take_in(tmp_path / "file")
    assert (taken.label, taken.settings, taken.thumbnail) == ("Fur", LEOPARD, b"picture")
    with pytest.raises(RequestError, match="already"):
        other.take_in(tmp_path / "file")
    assert other.take_in(tmp_path / "file", "Fur 2").name == "fur-2"


def test_renamed_and_deleted(looks: OwnLooks) -> None:
    looks.save("Fur", LEOPARD)
    assert looks.rename("fur", "FUR").name == "fur"
    assert looks.rename("fur", "Pelt").name == "pelt"
    assert [look.label for look in looks.read()[0]] == ["Pelt"]
    looks.delete("pelt")
    assert looks.read() == ([], [])
    for action in (looks.delete, looks.named):
        with pytest.raises(RequestError, match="There is no own look “pelt”"):
            action("pelt")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no look's file"),
        ("{", "no look's file"),
        ("[" * 100_000, "no look's file"),
        ("{}", "no look's file"),
        (" " * 2**20 + "{}", "no look's file"),
        ('{"format": "dreambridge look"}', "lacks its label"),
        ('{"format": "dreambridge look", "label": "A", "settings": {"step": "x"}}', "its step"),
        (
            '{"format": "dreambridge look", "label": "A", "settings": {"channels": {"relu3_3": '
            '{"3": 1.0}}}}',
            "Channels of relu3_3",
        ),
    ],
)
def test_a_damaged_look_is_told_of_and_passed_over(
    looks: OwnLooks, folder: Path, text: str, said: str
) -> None:
    good = looks.save("Fur", LEOPARD)
    (folder / f"bad{SUFFIX}").write_text(text, "utf-8")
    found, damaged = looks.read()
    assert found == [good]
    (sentence,) = damaged
    assert sentence.startswith(f"The look {folder / 'bad'}{SUFFIX} is passed over: ")
    assert said in sentence
    with pytest.raises(RequestError, match="damaged"):
        looks.named("bad")
    looks.delete("bad")
    assert looks.read()[1] == []


def test_what_a_later_version_added_is_passed_over(looks: OwnLooks, folder: Path) -> None:
    looks.save("Fur", LEOPARD)
    path = folder / f"fur{SUFFIX}"
    values = json.loads(path.read_text("utf-8"))
    values["mood"] = values["settings"]["mood"] = "blue"
    del values["settings"]["layers_at"]
    path.write_text(json.dumps(values), "utf-8")
    assert looks.named("fur").settings == LEOPARD
