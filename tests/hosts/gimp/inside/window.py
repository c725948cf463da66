"""A document in GIMP's window: looking, undo, and closing it while it is dreamed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from gi.repository import Gimp

from inside import looking  # noqa: F401  whose cases come first, in the same window
from inside.harness import AGAIN, FOLDER, QUICK, call, case, ellipse, painted, picture, state
from inside.processes import running, wait_until, wait_until_dreaming
from inside.screen import DISPLAYS, choose, dream_long, press, show, window


def undone(image: Gimp.Image, dream: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Dream, undo once, redo once, undo: what the document is like each time."""
    before = state(image)
    outcome = dream()
    after = state(image)

    def becomes(wanted: dict[str, Any], *keys: str) -> bool:
        press("– GIMP", *keys)
        try:
            wait_until(lambda: _same(state(image), wanted), "as it was")
        except TimeoutError:
            return False
        return True

    return {
        **outcome,
        "changed": not _same(after, before),
        "undone": becomes(before, "ctrl+z"),
        "redone": becomes(after, "ctrl+y"),
        "undone_again": becomes(before, "ctrl+z"),
    }


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one == other


def small() -> tuple[Gimp.Image, list[Gimp.Layer]]:
    image = picture(320, 240)
    low = painted(image, name="low", seed=2)
    high = painted(image, name="high", alpha=True, size=(200, 180), at=(30, 20), seed=3)
    ellipse(image, 60, 50, 150, 120)
    show(image)
    return image, [low, high]


@case("undo")
def _() -> Any:
    image, (low, _) = small()
    return undone(image, lambda: call(image, [low], **QUICK))


@case("undo of two layers")
def _() -> Any:
    image, layers = small()
    return undone(image, lambda: call(image, layers, **QUICK, result="transparency"))


@case("undo of coherent frames")
def _() -> Any:
    """Which are changed themselves, where a soft part of them is selected."""
    image = picture(160, 120)
    frames = [painted(image, name=f"{n} (100ms)", alpha=n > 1, seed=n) for n in (1, 2, 3)]
    ellipse(image, 30, 25, 75, 60)
    show(image)
    return undone(image, lambda: call(image, frames, **QUICK, coherent_frames=True))


@case("undo of dreaming again")
def _() -> Any:
    image, (low, _) = small()
    call(image, [low], **QUICK)
    dream = image.get_layers()[image.get_item_position(low) - 1]
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 5, 20, 20)
    return undone(image, lambda: call(image, [dream], AGAIN, seed=9))


@case("closed while it is dreamed")
def _() -> Any:
    """As an artist does, from the menu; GIMP writes what it says into the log."""
    image, (low, _) = small()
    image.set_selected_layers([low])
    image.clean_all()  # so that GIMP does not ask whether to save it
    choose("DeepDream")
    wait_until(lambda: window("DeepDream"), "a dialog")
    dream_long()
    press("DeepDream", "alt+v")
    wait_until(lambda: not running(), "without a preview")
    press("DeepDream", "alt+d")
    wait_until(lambda: not window("DeepDream"), "without the dialog")
    time.sleep(1.0)  # until its last sketch is cancelled
    wait_until_dreaming()
    DISPLAYS.clear()
    press("– GIMP", "ctrl+w")
    seconds = wait_until(lambda: not running(), "stopped")
    log = FOLDER / "log.txt"
    wait_until(lambda: "closed while it was dreamed" in log.read_text("utf-8"), "told")
    return {"seconds": seconds, "images": len(Gimp.get_images()), "log": log.read_text("utf-8")}
