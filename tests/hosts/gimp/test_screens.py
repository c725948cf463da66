"""The dialog on small and usual screens, and on one with twice the pixels.

`DREAMBRIDGE_PICTURES=FOLDER` keeps a picture of the last, for the documentation.
"""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image

from hosts.gimp.conftest import START_S, Gimp
from hosts.host import stop

PHOTO = "coffee.png"
PICTURES = os.environ.get("DREAMBRIDGE_PICTURES", "")


@pytest.mark.parametrize(("screen", "scale"), [((800, 600), 1), ((1366, 768), 2)])
def test_the_dialog_fits_the_screen(gimp: Gimp, screen: tuple[int, int], scale: int) -> None:
    photo = gimp.home / PHOTO
    photo.write_bytes((files("dreamcore") / "data" / "photos" / PHOTO).read_bytes())
    facts = {"plugin": str(gimp.plugin), "photo": str(photo), "scale": 1.0 if PICTURES else 0.4}
    width, height = (side * scale for side in screen)
    shown = {"SCREEN": f"{width}x{height}", "GDK_SCALE": str(scale)}
    run, folder = gimp.start("small_screen", **facts, **shown)
    try:
        run.wait(START_S)
    finally:
        stop(run)
    found = gimp.findings(folder)["dialog"]
    assert "traceback" not in found, found["traceback"]
    assert not found["failures"], found["failures"]
    assert len(found["sizes"]) == 2
    for across, down in found["sizes"]:
        assert across <= width - 10 * scale
        assert down <= height - 60 * scale, "the title and a panel need some of the screen"
    for page in ("first", "advanced") if scale == 1 else ():
        with (
            Image.open(folder / f"{page}.png") as before,
            Image.open(folder / f"{page}-scrolled.png") as after,
        ):
            assert before.tobytes() != after.tobytes(), "the mouse wheel scrolls the page"
    if PICTURES and scale > 1:
        with Image.open(folder / "first.png") as picture:
            picture.convert("RGB").save(Path(PICTURES) / "gimp-twice.jpg", quality=85)
