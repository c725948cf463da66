"""Pictures of the docker in its sizes and themes; `DREAMBRIDGE_PICTURES` keeps them."""

from __future__ import annotations

import os
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hosts.krita.conftest import Krita, keep

NARROW, WIDE = 220, 380


@pytest.fixture(scope="module")
def out(krita: Krita) -> Path:
    folder = krita.home / "pictures"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def found(krita: Krita, out: Path) -> dict[str, Any]:
    return run(krita, out, "pictures", "pictures")


@pytest.fixture(scope="module")
def sharp(krita: Krita, out: Path) -> dict[str, Any]:
    return run(krita, out, "highdpi", "high dpi", QT_SCALE_FACTOR="2")


def run(krita: Krita, out: Path, script: str, case: str, **parameters: Any) -> dict[str, Any]:
    photo = out / "photo.png"
    with Image.open(str(files("dreamcore") / "data" / "photos" / "chelsea.png")) as picture:
        picture.convert("RGB").resize((451, 300)).save(photo)
    found = krita.run(script, cases=[case], out=str(out), photo=str(photo), **parameters)
    facts: dict[str, Any] = found[case]
    assert "traceback" not in facts, facts["traceback"]
    if kept := os.environ.get("DREAMBRIDGE_PICTURES"):
        for path in out.glob("krita*.png"):
            keep(path, Path(kept) / path.name)
    if kept := os.environ.get("DREAMBRIDGE_LOOKED_AT"):
        shutil.copytree(out, Path(kept) / script, dirs_exist_ok=True)
    return facts


def test_the_docker_can_be_narrow_and_wide(found: dict[str, Any], out: Path) -> None:
    for name, width in (("narrow", NARROW), ("wide", WIDE)):
        for theme in ("dark", "light"):
            with Image.open(out / f"krita-docker-{name}-{theme}.png") as picture:
                assert picture.width == width


def test_no_button_is_cut_off(found: dict[str, Any]) -> None:
    assert found["cut"] == []


def test_themes_colour_the_docker(found: dict[str, Any], out: Path) -> None:
    with (
        Image.open(out / "krita-docker-wide-dark.png") as dark,
        Image.open(out / "krita-docker-wide-light.png") as light,
    ):
        corner = (6, dark.height - 4)
        assert sum(dark.convert("RGB").getpixel(corner)) + 150 < sum(
            light.convert("RGB").getpixel(corner)
        )


def test_a_screen_with_twice_the_pixels(sharp: dict[str, Any], out: Path) -> None:
    assert sharp["ratio"] == 2
    assert sharp["cut"] == sharp["cut_docked"] == []
    with Image.open(out / "krita-docker-high-dpi.png") as picture:
        assert picture.width == 2 * sharp["width"] == 2 * NARROW


def test_a_small_screen(found: dict[str, Any]) -> None:
    assert found["small screen"] == {"cut": [], "size": [1366, 768]}


def test_the_window_shows_a_finished_dream(found: dict[str, Any], out: Path) -> None:
    assert found["while_busy"]
    assert found["message"].startswith("Done in")
    with Image.open(out / "krita.png") as picture:
        assert picture.width >= 1200
