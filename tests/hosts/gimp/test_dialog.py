"""The dialog of a GIMP with a window on a screen of its own: what an artist sees and presses.

`DREAMBRIDGE_PICTURES=FOLDER` keeps the pictures, for the documentation.
"""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

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
    scale = 1.0 if PICTURES else 0.4
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


def test_the_dialog_fits_a_screen_of_800_by_600(found: dict[str, Any]) -> None:
    facts = found["dialog"]
    assert "traceback" not in facts, facts["traceback"]
    for width, height in (facts["first_size"], facts["advanced_size"]):
        assert width <= 790
        assert height <= 540, "the window's title and a panel need some of the screen"


def test_the_mouse_wheel_scrolls_the_advanced_page(session: tuple[dict[str, Any], Path]) -> None:
    """And changes nothing there, which the dream's settings prove in the next test."""
    with (
        Image.open(session[1] / "advanced.png") as before,
        Image.open(session[1] / "scrolled.png") as after,
    ):
        assert before.tobytes() != after.tobytes()


def test_the_chosen_preset_is_dreamed(found: dict[str, Any]) -> None:
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


def test_the_dialogs_preview_shows_the_dream(session: tuple[dict[str, Any], Path]) -> None:
    with (
        Image.open(session[1] / "dialog.png") as first,
        Image.open(session[1] / "preview.png") as second,
    ):
        assert first.size == second.size
        assert first.tobytes() != second.tobytes()


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
