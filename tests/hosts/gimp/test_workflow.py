"""An artist's ordinary workflow in the real GIMP, judged by the files that come out of it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hosts.gimp.conftest import Gimp

BOX = (60, 40, 90, 70)
SIZE = (240, 160)
FEATHERED = 6
"""How far the second dream's edge reaches: twice 3 % of 70 pixels, and a bit."""


@pytest.fixture(scope="module")
def workflow(gimp: Gimp) -> tuple[dict[str, Any], Path]:
    photo = gimp.home / "photo.jpg"
    with Image.open(str(files("dreamcore") / "data" / "photos" / "coffee.png")) as picture:
        picture.convert("RGB").resize(SIZE).save(photo, quality=95)
    facts = gimp.run("workflow", photo=str(photo))["one photograph, two dreams"]
    assert "traceback" not in facts, facts["traceback"]
    folder = max((gimp.home / "runs").glob("*-workflow"))
    return facts, folder


def pixels(path: Path) -> np.ndarray[Any, np.dtype[np.uint8]]:
    with Image.open(path) as picture:
        assert picture.mode == "RGB" or np.array(picture.getchannel("A")).min() == 255
        return np.array(picture.convert("RGB"))


def outside(margin: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    x, y, width, height = BOX
    mask = np.ones(SIZE[::-1], bool)
    mask[y - margin : y + height + margin, x - margin : x + width + margin] = False
    return mask


def test_what_is_exported_is_what_is_seen(workflow: tuple[dict[str, Any], Path]) -> None:
    facts, folder = workflow
    assert [outcome["status"] for outcome in facts["outcomes"]] == ["success"] * 2
    before, first, second = (
        pixels(folder / f"{name}.png") for name in ("before", "first", "second")
    )
    assert (before[outside(0)] == first[outside(0)]).all()
    assert (before[outside(FEATHERED)] == second[outside(FEATHERED)]).all()
    assert (before != first)[~outside(0)].mean() > 0.5
    assert (first != second)[~outside(0)].mean() > 0.5
    assert facts["flattened"]


def test_a_jpeg_shows_the_same(workflow: tuple[dict[str, Any], Path]) -> None:
    folder = workflow[1]
    second = pixels(folder / "second.png").astype(int)
    assert abs(pixels(folder / "second.jpg").astype(int) - second).mean() < 6


def test_the_saved_document_reopens_the_same(
    workflow: tuple[dict[str, Any], Path],
) -> None:
    facts = workflow[0]
    assert facts["same"]
    assert facts["names"] == facts["reopened"]
    assert facts["names"][0].startswith("Dream · relu3_3")
    assert len(facts["names"]) == 3
    assert facts["kept"]
