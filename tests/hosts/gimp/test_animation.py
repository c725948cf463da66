"""Selected layers as frames of one motion, in the real GIMP, and the GIF that becomes of them."""

from __future__ import annotations

from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hosts.gimp.conftest import Gimp
from servers import Server

SIZE = 120, 160
STEP = 6
"""How far the camera moves from frame to frame, in pixels."""

NAMES = [f"Frame {number} ({300 if number == 3 else 100}ms)" for number in (1, 2, 3, 4)]


@pytest.fixture(scope="module")
def found(gimp: Gimp, gimp_server: Server) -> dict[str, Any]:
    photo = gimp.home / "coffee.png"
    photo.write_bytes((files("dreamcore") / "data" / "photos" / photo.name).read_bytes())
    log = str(gimp_server.home.server_log)
    return gimp.run("animation", plugin=str(gimp.plugin), photo=str(photo), log=log)


@pytest.fixture(scope="module")
def gif(gimp: Gimp, found: dict[str, Any]) -> Path:
    (path,) = (gimp.home / "runs").glob("*-animation/coherent.gif")
    return path


def good(facts: dict[str, Any], status: str = "success") -> dict[str, Any]:
    assert "traceback" not in facts, facts["traceback"]
    assert not facts.get("failures"), facts["failures"]
    assert facts["status"] == status, facts["message"]
    return facts


def pictures(frames: list[str]) -> list[np.ndarray[Any, Any]]:
    return [
        np.frombuffer(bytes.fromhex(frame), np.uint8).reshape(*SIZE, 3).astype(float)
        for frame in frames
    ]


def changes(facts: dict[str, Any], source: list[str]) -> list[np.ndarray[Any, Any]]:
    """What was dreamed into each frame."""
    return [
        after - before
        for before, after in zip(pictures(source), pictures(facts["shown"]), strict=True)
    ]


def flicker(frames: list[np.ndarray[Any, Any]]) -> float:
    """How much the change of a frame differs from the last one's, moved as the camera did."""
    pairs = pairwise(frames)
    return float(np.mean([np.abs(old[:, STEP:] - new[:, :-STEP]).mean() for old, new in pairs]))


def test_a_dream_moves_with_the_picture(found: dict[str, Any]) -> None:
    source = good(found["coherent"])["source"]
    together, alone = (
        changes(good(found[name]), source) for name in ("coherent", "each on its own")
    )
    assert all(np.abs(change).mean() > 3 for change in together), "every frame is dreamed"
    assert flicker(together) < 0.5 * flicker(alone)


def test_the_frames_stay_what_they_were_to_gimp(found: dict[str, Any]) -> None:
    """As many layers, of the same names with their timing."""
    facts = good(found["coherent"])
    assert facts["names"] == NAMES
    assert facts["same_alphas"]


def test_an_exported_gif_plays_the_dream_with_its_timing(found: dict[str, Any], gif: Path) -> None:
    facts = good(found["coherent"])
    shown, source = pictures(facts["shown"]), pictures(facts["source"])
    with Image.open(gif) as film:
        assert film.n_frames == len(NAMES)
        for number in range(film.n_frames):
            film.seek(number)
            assert film.info["duration"] == (300 if number == 2 else 100)
            played = np.asarray(film.convert("RGB"), float)
            far = [np.abs(played - frame).mean() for frame in (shown[number], source[number])]
            assert far[0] < 0.5 * far[1], "the dream in 255 colours, not the original"


def test_a_part_of_hidden_frames(found: dict[str, Any]) -> None:
    facts = good(found["part of hidden frames"])
    assert facts["visible"] == [True, False, False, False]
    for change in changes(facts, facts["source"]):
        assert np.abs(change[50:70, 60:100]).mean() > 2
        assert not change[:20].any(), "outside of the selection"


def test_layers_of_several_sizes_are_no_frames(found: dict[str, Any]) -> None:
    facts = good(found["of several sizes"], "execution-error")
    assert "Frame 5 (combine)" in facts["message"]
    assert "Unoptimize" in facts["message"]
    assert facts["unchanged"]


def test_cancelling_leaves_the_image_as_it_was(found: dict[str, Any]) -> None:
    facts = found["cancelled at the second frame"]
    assert "traceback" not in facts, facts["traceback"]
    assert not facts["failures"]
    assert facts["status"] != "success"
    assert facts["unchanged"]


def test_progress_is_that_of_all_frames(found: dict[str, Any]) -> None:
    facts = found["progress"]
    assert facts["fractions"][0] == 0.0
    assert facts["fractions"][-1] == 1.0
    assert facts["fractions"] == sorted(facts["fractions"])
    assert facts["left"] == [None, None, 3.0, 3.0]
    assert facts["words"] == "Frame 2 of 4: "
