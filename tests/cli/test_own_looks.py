"""`--save-look` and `dreambridge looks`: a look of one's own, made, dreamed with and handed on."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bridgeclient.own_looks import OwnLooks
from commands import QUICK, run
from dreambridge.cli.pictures import read_picture
from dreambridge.paths import locate
from dreamcore import DreamSettings
from dreamcore.schema import schema


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def test_a_saved_look_is_a_preset_with_a_picture(tmp_path: Path, photo: Path) -> None:
    home, first, second = tmp_path / "home", tmp_path / "first.png", tmp_path / "second.png"
    made = run("dream", photo, first, "--local", *QUICK, "--save-look", "My Own", home=home)
    assert made.exit_code == 0, made.output
    again = run("dream", photo, second, "--local", "--preset", "my-own", home=home)
    assert again.exit_code == 0, again.output
    np.testing.assert_array_equal(read_picture(first).pixels, read_picture(second).pixels)
    assert "my-own" in run("presets", home=home).output
    (look,) = json.loads(run("looks", "list", "--json", home=home).output)
    assert (look["name"], look["label"], look["favourite"]) == ("my-own", "My Own", False)
    assert look["settings"]["layers"] == {"relu3_1": 1.0}
    stored = OwnLooks(locate(home).looks, schema()).named("my-own")
    with Image.open(BytesIO(stored.thumbnail)) as picture:
        assert picture.size == (48, 48)


@pytest.mark.parametrize("name", ["eyes", "…"])
def test_a_name_that_cannot_be_is_refused_before_dreaming(
    tmp_path: Path, photo: Path, name: str
) -> None:
    out = tmp_path / "out.png"
    result = run("dream", photo, out, "--local", "--save-look", name, home=tmp_path / "home")
    assert result.exit_code == 2
    assert "--save-look" in result.output
    assert not out.exists()


def test_looks_are_looked_after(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "handed.dreamlook"
    assert "none yet" in run("looks", home=home).output
    OwnLooks(locate(home).looks, schema()).save("One", DreamSettings(step=2.0).to_json())
    assert run("looks", "export", "one", file, home=home).exit_code == 0
    assert run("looks", "rename", "one", "Two", home=home).output == "two\n"
    assert run("looks", "import", file, home=home).output == "one\n"
    assert run("looks", "favourite", "two", home=home).exit_code == 0
    listed = json.loads(run("looks", "list", "--json", home=home).output)
    assert [(look["name"], look["favourite"]) for look in listed] == [("two", True), ("one", False)]
    assert run("looks", "delete", "two", home=home).exit_code == 0
    result = run("looks", "delete", "two", home=home)
    assert (result.exit_code, "There is no own look “two”" in result.output) == (1, True)


def test_a_damaged_look_is_told_of_and_the_others_go_on(tmp_path: Path, photo: Path) -> None:
    home = tmp_path / "home"
    folder = locate(home).looks
    OwnLooks(folder, schema()).save("One", DreamSettings(step=2.0).to_json())
    (folder / "bad.dreamlook").write_text("{", "utf-8")
    result = run("looks", home=home)
    assert "bad.dreamlook is passed over" in result.output.replace("\n", "")
    assert "one" in result.output
    refused = run("dream", photo, tmp_path / "p.png", "--preset", "bad", home=home)
    assert refused.exit_code == 2
    assert "“bad” is none of the looks" in refused.output
