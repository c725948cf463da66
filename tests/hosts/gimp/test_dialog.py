"""The dialog of a GIMP with a window on a screen of its own: what an artist sees and presses.

`DREAMBRIDGE_PICTURES=FOLDER` keeps the pictures, for the documentation.
"""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dreamcore.presets import DEFAULT, PRESETS
from hosts.gimp.conftest import START_S, Gimp
from hosts.host import stop
from servers import Server

PHOTO = "coffee.png"
PICTURES = os.environ.get("DREAMBRIDGE_PICTURES", "")


@pytest.fixture(scope="module")
def session(gimp: Gimp, gimp_server: Server) -> tuple[dict[str, Any], Path]:
    photo = gimp.home / PHOTO
    photo.write_bytes((files("dreamcore") / "data" / "photos" / PHOTO).read_bytes())
    prepare_browser(gimp.home)
    scale = 1.0 if PICTURES else 0.25
    log = str(gimp_server.home.server_log)
    facts = {"plugin": str(gimp.plugin), "photo": str(photo), "scale": scale, "log": log}
    run, folder = gimp.start("dialog", **facts)
    try:
        run.wait(START_S)
    finally:
        stop(run)
    keep_pictures(folder)
    return gimp.findings(folder), folder


def prepare_browser(home: Path) -> None:
    """A program for web pages that writes down the address it is given."""
    applications = home / ".local" / "share" / "applications"
    applications.mkdir(parents=True)
    note = home / "note-page"
    note.write_text(f'#!/bin/sh\necho "$1" > {home}/opened\n')
    note.chmod(0o755)
    entry = f"[Desktop Entry]\nType=Application\nName=Note\nExec={note} %u\n"
    (applications / "note.desktop").write_text(entry)
    kinds = "text/html", "x-scheme-handler/file", "x-scheme-handler/http", "x-scheme-handler/https"
    lines = [f"{kind}=note.desktop" for kind in kinds]
    (home / ".config").mkdir(exist_ok=True)
    (home / ".config" / "mimeapps.list").write_text(
        "[Default Applications]\n" + "\n".join(lines) + "\n"
    )


def keep_pictures(folder: Path) -> None:
    """Those for the documentation."""
    for name in ("preview.png", "document.jpg", "again.png") if PICTURES else ():
        with Image.open(folder / name.replace("jpg", "png")) as picture:
            picture.convert("RGB").save(Path(PICTURES) / f"gimp-{name}", optimize=True, quality=90)


@pytest.fixture
def found(session: tuple[dict[str, Any], Path]) -> dict[str, Any]:
    return session[0]


def good(facts: dict[str, Any], status: str = "success") -> dict[str, Any]:
    assert "traceback" not in facts, facts["traceback"]
    assert not facts.get("failures"), facts["failures"]
    assert facts["status"] == status, facts["message"]
    return facts


def test_the_chosen_preset_is_dreamed(found: dict[str, Any]) -> None:
    """Though the mouse wheel was turned over all the settings."""
    names = list(PRESETS)
    chosen = PRESETS[names[names.index(DEFAULT) + 1]]
    facts = found["dialog"]
    metadata = json.loads(facts["metadata"][0])
    assert metadata["settings"] == chosen.settings.to_json()
    assert metadata["result"] == "mask"
    assert facts["names"] == [f"Dream · {chosen.label}", "Background"]


def test_repeat_last_dreams_the_same_again(found: dict[str, Any]) -> None:
    facts = found["dialog"]
    one, two = (json.loads(metadata) for metadata in facts["metadata"])
    assert one["settings"] == two["settings"]
    assert one["region"] == two["region"]
    assert one["source"] == two["source"]


def test_the_dialogs_preview_shows_the_dream(session: tuple[dict[str, Any], Path]) -> None:
    with (
        Image.open(session[1] / "dialog.png") as first,
        Image.open(session[1] / "preview.png") as second,
    ):
        assert first.size == second.size
        assert first.tobytes() != second.tobytes()


def crop(folder: Path, name: str) -> bytes:
    """The middle of the preview in a picture of the dialog."""
    with Image.open(folder / f"{name}.png") as picture:
        return picture.convert("RGB").crop((60, 60, 320, 260)).tobytes()


def test_holding_the_preview_shows_it_undreamed(session: tuple[dict[str, Any], Path]) -> None:
    held, dreamed, original = (crop(session[1], n) for n in ("held", "preview", "original"))
    assert held == original
    assert held != dreamed


def test_the_looks_become_pictures_of_what_is_selected(
    session: tuple[dict[str, Any], Path],
) -> None:
    """At first they are of a photograph that came along."""
    shown = []
    for name in ("dialog", "original"):
        with Image.open(session[1] / f"{name}.png") as picture:
            right = picture.width - 330, 60, picture.width - 30, 260
            shown.append(picture.convert("RGB").crop(right).tobytes())
    assert shown[0] != shown[1]


def place(folder: Path, name: str) -> tuple[int, int]:
    """Where in the photograph the left of the preview is, pixel for pixel."""
    with Image.open(folder / f"{name}.png") as shown, Image.open(folder / "whole.png") as photo:
        piece = np.asarray(shown.convert("RGB"), np.int16)[60:64, 40:48]
        whole = np.asarray(photo.convert("RGB"), np.int16)
    spots = np.lib.stride_tricks.sliding_window_view(whole, piece.shape)[:, :, 0]
    far = np.abs(spots - piece).max(axis=(2, 3, 4))
    y, x = np.unravel_index(np.argmin(far), far.shape)
    assert far.min() <= 2, "it is not at its full size"
    return int(x), int(y)


def test_a_part_at_full_size_moves_with_the_mouse(session: tuple[dict[str, Any], Path]) -> None:
    good(session[0]["a part at full size"], "cancel")
    (x, y), (left, top) = (place(session[1], name) for name in ("part", "dragged"))
    assert (left, top) == (x - 60, y - 40), "it was drawn to the right and down"


def test_a_surprise_and_one_of_four_seeds(found: dict[str, Any]) -> None:
    facts = good(found["variations"])
    (metadata,) = map(json.loads, facts["metadata"])
    layers = [preset.settings.layers for preset in PRESETS.values()]
    assert metadata["settings"]["layers"] not in layers, "a mixture that is no preset's"
    assert metadata["settings"]["seed"] > 0


def test_the_preview_reads_the_document_only_when_that_changes(found: dict[str, Any]) -> None:
    """Other settings cost no copy of anything; the layer is never copied."""
    facts = found["changes while the dialog is open"]
    assert "traceback" not in facts, facts["traceback"]
    assert facts["preset"] == facts["another preset"] == 0
    assert facts["selection"] <= 2, "its soft edge, and its small picture"
    assert facts["paint"] <= 2


def test_dreaming_again_starts_from_what_the_layer_remembers(found: dict[str, Any]) -> None:
    facts = good(found["dialog of dreaming again"])
    (metadata,) = map(json.loads, facts["metadata"])
    assert metadata["settings"]["layers"] == {"relu2_2": 1.0}
    assert metadata["settings"]["iterations"] == 2
    assert metadata["settings"]["seed"] != 5, "a new seed was asked for"


def test_closing_the_dialog_dreams_nothing(found: dict[str, Any]) -> None:
    facts = good(found["dialog closed"], "cancel")
    assert facts["unchanged"]
    assert facts["stopped"] < 15.0


def test_cancel_in_the_progress_bar(found: dict[str, Any]) -> None:
    facts = good(found["cancelled in the progress bar"], "cancel")
    assert facts["unchanged"]
    assert facts["seconds"][0] < 15.0


def test_help_is_our_own_page(found: dict[str, Any]) -> None:
    facts = good(found["help"], "cancel")
    assert facts["page"].endswith("plug-ins/dreambridge/help/en/dreambridge.html")
