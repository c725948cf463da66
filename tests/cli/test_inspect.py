"""`dreambridge inspect` and `dreambridge atlas`, as people and programs use them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from commands import run
from conftest import load_photo
from servers import Server


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    Image.fromarray(load_photo("chelsea.png")).save(tmp_path / "cat.png")
    return tmp_path / "cat.png"


def test_the_list_for_programs(server: Server, cat: Path) -> None:
    done = run("inspect", cat, "--layer", "relu5_1", "--json", home=server.home.folder)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert len(found) == 12
    assert all(set(entry) == {"layer", "channel", "strength"} for entry in found)
    assert {entry["layer"] for entry in found} == {"relu5_1"}
    strengths = [entry["strength"] for entry in found]
    assert strengths == sorted(strengths, reverse=True)


def test_what_is_listed_can_be_dreamed_of(server: Server, cat: Path, tmp_path: Path) -> None:
    mask = np.zeros(load_photo("chelsea.png").shape[:2], np.uint8)
    mask[80:160, 120:240] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    options = ["--mask", tmp_path / "mask.png", "--count", 3]
    done = run("inspect", cat, *options, home=server.home.folder)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    quick = ["--octaves", 1, "--iterations", 1, "--size", 64]
    chosen = ["--channels", lines[0].split()[0]]
    done = run("dream", cat, tmp_path / "out.png", *chosen, *quick, home=server.home.folder)
    assert done.exit_code == 0, done.output


def test_a_picture_that_is_not_there(server: Server, tmp_path: Path) -> None:
    done = run("inspect", tmp_path / "none.png", home=server.home.folder)
    assert done.exit_code == 1
    assert "none.png" in done.output


@pytest.mark.parametrize(("layer", "channels"), [("relu1_1", 64), ("relu3_1", 256)])
def test_the_atlas_of_a_layer(tmp_path: Path, layer: str, channels: int) -> None:
    done = run("atlas", "--layer", layer, "--out", tmp_path / "sheet.png")
    assert done.exit_code == 0, done.output
    assert str(channels) in done.output
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert np.asarray(sheet.convert("L")).std() > 30


def test_a_sheet_of_an_unknown_format(tmp_path: Path) -> None:
    assert run("atlas", "--out", tmp_path / "sheet.nothing").exit_code == 2


def test_the_layers_name_the_atlas() -> None:
    assert "dreambridge atlas" in run("layers").output
