"""A document in GIMP's window, on a screen of its own: undo, closing it, choosing by looking.

`DREAMBRIDGE_PICTURES=FOLDER` keeps a picture of the dialog, for the documentation.
"""

from __future__ import annotations

import base64
import json
import os
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bridgeclient.looks import look
from dreamcore import DreamSettings
from hosts.gimp.conftest import START_S, Gimp
from hosts.host import stop
from servers import Server

PHOTO = "coffee.png"
PICTURES = os.environ.get("DREAMBRIDGE_PICTURES", "")


@pytest.fixture(scope="module")
def session(gimp: Gimp, gimp_server: Server) -> tuple[dict[str, Any], Path]:
    photo = gimp.home / PHOTO
    photo.write_bytes((files("dreamcore") / "data" / "photos" / PHOTO).read_bytes())
    facts = {
        "photo": str(photo),
        "scale": 1.0 if PICTURES else 0.25,
        "log": str(gimp_server.home.server_log),
    }
    run, folder = gimp.start("window", "--console-messages", plugin=str(gimp.plugin), **facts)
    try:
        run.wait(START_S)
    finally:
        stop(run)
    if PICTURES:
        with Image.open(folder / "dreamed-away.png") as picture:
            picture.convert("RGB").save(Path(PICTURES) / "gimp-channels.png", optimize=True)
    return gimp.findings(folder), folder


@pytest.fixture
def found(session: tuple[dict[str, Any], Path]) -> dict[str, Any]:
    return session[0]


def good(facts: dict[str, Any], status: str = "success") -> dict[str, Any]:
    assert "traceback" not in facts, facts["traceback"]
    assert not facts.get("failures"), facts["failures"]
    assert facts["status"] == status, facts["message"]
    return facts


@pytest.mark.parametrize(
    "case", ["undo", "undo of two layers", "undo of coherent frames", "undo of dreaming again"]
)
def test_a_dream_is_one_undo_step(found: dict[str, Any], case: str) -> None:
    facts = good(found[case])
    assert facts["changed"]
    assert facts["undone"], "one undo did not bring every pixel back"
    assert facts["redone"]
    assert facts["undone_again"]


def test_closing_the_image_stops_its_dream(found: dict[str, Any]) -> None:
    facts = found["closed while it is dreamed"]
    assert "traceback" not in facts, facts["traceback"]
    assert "Traceback" not in facts["log"], facts["log"]
    assert "The image was closed while it was dreamed, so the dream is lost." in facts["log"]
    assert facts["images"] == 0
    assert facts["seconds"] < 15.0


def painted(path: Path, colour: tuple[int, int, int]) -> int:
    """How many pixels of a picture have just this colour."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    return int((pixels == colour).all(axis=2).sum())


IN_THE_LOOK, DREAMED_AWAY = (0xF5, 0x79, 0x00), (0x35, 0x84, 0xE4)
"""The frames of channels."""


def test_what_it_sees_here_is_clicked_into_the_look(session: tuple[dict[str, Any], Path]) -> None:
    """While another dream runs; the second of two is dreamed away, and a third was left out."""
    facts = good(session[0]["it sees here"])
    (metadata,) = map(json.loads, facts["metadata"])
    settings = DreamSettings.from_json(metadata["settings"])
    chosen = [w for layer in settings.layers for w in settings.channels_of(layer).values()]
    assert sorted(chosen) == [-1.9, 1.0]
    assert set(settings.layers.values()) == {1.0}
    frames = {
        name: [
            painted(session[1] / f"{name}.png", colour) for colour in (IN_THE_LOOK, DREAMED_AWAY)
        ]
        for name in ("seen", "chosen-channels", "dreamed-away")
    }
    assert frames["seen"][0] == 0
    assert frames["chosen-channels"][0] > 1.5 * frames["dreamed-away"][0] > 100
    assert frames["dreamed-away"][1] > 100


def test_looks_of_ones_own_in_the_dialog(found: dict[str, Any]) -> None:
    facts = good(found["looks of one's own"], "cancel")
    assert facts["taken"] == [], "the name of a built-in look was refused"
    saved = facts["saved"]
    with Image.open(BytesIO(base64.b64decode(saved["thumbnail"]))) as picture:
        assert picture.size == (144, 144)
        assert np.ptp(np.asarray(picture)) > 100
    (dreamed,) = map(json.loads, found["it sees here"]["metadata"])
    assert saved["settings"] == look(dreamed["settings"]), "those that the dialog was left with"
    exported = facts["exported"] | {"settings": look(facts["exported"]["settings"])}
    assert exported == saved | {"label": "Kaffee", "favourite": True}
    assert {one["label"] for one in facts["left"].values()} == {"Kaffee", "Another"}
    assert all(one["thumbnail"] == saved["thumbnail"] for one in facts["left"].values())
