"""Pictures of the docker in its sizes and themes; `DREAMBRIDGE_PICTURES` keeps them."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hosts.krita.conftest import Krita

NARROW, WIDE = 220, 380


@pytest.fixture(scope="module")
def out(krita: Krita) -> Path:
    folder = krita.home / "pictures"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def found(krita: Krita, out: Path) -> dict[str, Any]:
    photo = out / "photo.png"
    with Image.open(str(files("dreamcore") / "data" / "photos" / "chelsea.png")) as picture:
        picture.convert("RGB").resize((451, 300)).save(photo)
    facts: dict[str, Any] = krita.run("pictures", out=str(out), photo=str(photo))["pictures"]
    assert "traceback" not in facts, facts["traceback"]
    if kept := os.environ.get("DREAMBRIDGE_PICTURES"):
        for path in out.glob("krita*.png"):
            keep(path, Path(kept) / path.name)
    return facts


def keep(source: Path, target: Path) -> None:
    """A smaller file; the docker's few colours need no more than a palette."""
    with Image.open(source) as picture:
        colours = picture.convert("RGB")
    if "docker" in source.name:
        colours = colours.quantize(200, dither=Image.Dither.FLOYDSTEINBERG)
    colours.save(target, optimize=True)


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


def test_a_screen_with_twice_the_pixels(krita: Krita, out: Path) -> None:
    cases = krita.run("highdpi", cases=["high dpi"], out=str(out), QT_SCALE_FACTOR="2")
    found = cases["high dpi"]
    assert "traceback" not in found, found["traceback"]
    assert found["ratio"] == 2
    assert found["cut"] == []
    with Image.open(out / "docker-high-dpi.png") as picture:
        assert picture.width == 2 * found["width"] == 2 * NARROW


def test_the_window_shows_a_finished_dream(found: dict[str, Any], out: Path) -> None:
    assert found["while_busy"]
    assert found["message"].startswith("Done in")
    with Image.open(out / "krita.png") as picture:
        assert picture.width >= 1200
