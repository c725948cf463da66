"""The dialog on small and usual screens."""

from __future__ import annotations

from importlib.resources import files

import pytest
from PIL import Image

from hosts.gimp.conftest import START_S, Gimp
from hosts.host import stop

PHOTO = "coffee.png"


@pytest.mark.parametrize("screen", ["800x600", "1366x768"])
def test_the_dialog_fits_the_screen(gimp: Gimp, screen: str) -> None:
    photo = gimp.home / PHOTO
    photo.write_bytes((files("dreamcore") / "data" / "photos" / PHOTO).read_bytes())
    facts = {"plugin": str(gimp.plugin), "photo": str(photo)}
    run, folder = gimp.start("small_screen", **facts, SCREEN=screen)
    try:
        run.wait(START_S)
    finally:
        stop(run)
    found = gimp.findings(folder)["dialog"]
    assert "traceback" not in found, found["traceback"]
    assert not found["failures"], found["failures"]
    width, height = map(int, screen.split("x"))
    assert len(found["sizes"]) == 2
    for across, down in found["sizes"]:
        assert across <= width - 10
        assert down <= height - 60, "the window's title and a panel need some of the screen"
    for page in ("first", "advanced") if screen == "800x600" else ():
        with (
            Image.open(folder / f"{page}.png") as before,
            Image.open(folder / f"{page}-scrolled.png") as after,
        ):
            assert before.tobytes() != after.tobytes(), "the mouse wheel scrolls the page"
