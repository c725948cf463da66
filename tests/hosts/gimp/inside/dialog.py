"""The dialog in GIMP's window: preview, pages, repeat, cancel and help, with pictures of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gi.repository import Gimp, Gio

from inside.harness import (
    AGAIN,
    FOLDER,
    QUICK,
    call,
    case,
    ellipse,
    paint,
    painted,
    picture,
    state,
)
from inside.layers import group_of_two
from inside.photographed import all_metadata, awaited, interactive, photo, quiet
from inside.processes import concurrently, running, wait_until, wait_until_dreaming
from inside.screen import (
    ASIDE,
    choose,
    drag_picture,
    dream_long,
    hold_picture,
    photograph,
    press,
    shell,
    show,
    turn_wheel,
    window,
)


def widen_layers() -> None:
    """Drag the border of the docks, so that the picture shows the layers' names."""
    drag = "mousemove 1036 421 mousedown 1 mousemove 1000 421 mouseup 1"
    shell("xdotool", *drag.split(), *ASIDE)
    time.sleep(1.5)  # until the window is drawn


def click_cancel() -> None:
    """Click Cancel in the status bar: the right end of what the progress has changed there."""
    pictures = (str(FOLDER / "idle.png"), str(FOLDER / "progress.png"))
    bar = (
        "-crop 1280x40+0+755 +repage -compose difference -composite -threshold 5% -format %@ info:"
    )
    size, left, _ = shell("convert", *pictures, *bar.split()).split("+")
    right = int(size.split("x")[0]) + int(left)
    shell("xdotool", "mousemove", str(right - 15), "772", "click", "1")


@case("dialog")
def _() -> Any:
    """Open, look, choose another preset, look again, dream, look at the document; then repeat."""
    image, _layer = photo()
    facts: dict[str, Any] = {}
    with awaited():
        choose("DeepDream")
        wait_until(lambda: window("DeepDream"), "a dialog")
    photograph("dialog", window("DeepDream"))
    with awaited():
        press("DeepDream", "alt+p", "Right")
    photograph("preview", window("DeepDream"))
    hold_picture("DeepDream", "held")
    press("DeepDream", "alt+a")
    photograph("advanced", window("DeepDream"))
    turn_wheel("DeepDream")
    photograph("scrolled", window("DeepDream"))
    press("DeepDream", "alt+k", "alt+v")
    wait_until(lambda: not running(), "without a preview")
    time.sleep(0.5)  # until the picture is drawn
    photograph("original", window("DeepDream"))
    press("DeepDream", "alt+d")
    wait_until(lambda: len(all_metadata(image)) == 1, "dreamed")
    widen_layers()
    photograph("document")
    facts["names"] = [layer.get_name() for layer in image.get_layers()]
    press("– GIMP", "ctrl+f")  # the photograph is still selected
    wait_until(lambda: len(all_metadata(image)) == 2, "dreamed again by Repeat Last")
    return {**facts, "metadata": all_metadata(image)}


def next_image_id() -> int:
    """The id that GIMP gives to an image now; they are numbered as they are made."""
    image = Gimp.Image.new(1, 1, Gimp.ImageBaseType.RGB)
    number = int(image.get_id())
    image.delete()
    return number


@case("changes while the dialog is open")
def _() -> Any:
    """Each starts a preview; how many images the plug-in makes for it besides."""
    image = picture(300, 200, precision="U16_NON_LINEAR")
    group = group_of_two(image)
    layer = painted(image, size=(280, 180), at=(10, 10), parent=group, seed=5)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 30, 180, 120)
    image.set_selected_layers([group])
    show(image)
    with awaited():
        choose("DeepDream")
        wait_until(lambda: window("DeepDream"), "a dialog")
    made = {}

    def counting(name: str, change: Callable[[], object]) -> None:
        before = next_image_id()
        with awaited():
            change()
        made[name] = next_image_id() - before - 1

    try:
        wait_until(quiet, "the looks' pictures")  # which would count as dreams
        for name in ("preset", "another preset"):  # to the left: the look is the last of its row
            counting(name, lambda: press("DeepDream", "alt+p", "Left"))
        photograph("16 bits", window("DeepDream"))
        counting("selection", lambda: ellipse(image, 60, 40, 90, 90))
        counting("paint", lambda: paint(layer, 6, alpha=False))
        photograph("painted", window("DeepDream"))
    finally:
        press("DeepDream", "Escape")  # or it would stand in the way of all that follows
    return made


@case("variations")
def _() -> Any:
    """A surprise, then four seeds as pictures, of which the second is chosen and dreamed."""
    image, layer = photo()

    def use_the_dialog() -> None:
        with awaited():
            wait_until(lambda: window("DeepDream"), "a dialog")
        with awaited():
            press("DeepDream", "alt+m")
        photograph("surprise", window("DeepDream"))
        with awaited():
            press("DeepDream", "alt+f")
        photograph("seeds", window("DeepDream"))
        with awaited():
            press("DeepDream", "Right")
        photograph("chosen", window("DeepDream"))
        press("DeepDream", "alt+d")

    with concurrently(use_the_dialog) as failures:
        outcome = interactive(image, layer)
    return {**outcome, "failures": failures, "metadata": all_metadata(image)}


@case("a part at full size")
def _() -> Any:
    """Zoomed, then dragged with the mouse."""
    image, layer = photo(2.0)
    whole = Gio.File.new_for_path(str(FOLDER / "whole.png"))
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, whole, None)

    def use_the_dialog() -> None:
        wait_until(lambda: window("DeepDream"), "a dialog")
        press("DeepDream", "alt+v", "alt+1")  # undreamed, so that it is the photograph itself
        time.sleep(1.5)  # until it is drawn
        photograph("part", window("DeepDream"))
        drag_picture("DeepDream", 60, 40)
        time.sleep(1.5)
        photograph("dragged", window("DeepDream"))
        press("DeepDream", "Escape")

    with concurrently(use_the_dialog) as failures:
        outcome = interactive(image, layer)
    return {**outcome, "failures": failures}


@case("dialog of dreaming again")
def _() -> Any:
    image, layer = photo()
    call(image, [layer], **QUICK, seed=5)

    def use_the_dialog() -> None:
        with awaited():
            wait_until(lambda: window("Dream Again"), "a dialog")
        photograph("again", window("Dream Again"))
        with awaited():
            press("Dream Again", "alt+n")
        press("Dream Again", "alt+d")

    with concurrently(use_the_dialog) as failures:
        outcome = interactive(image, image.get_layers()[0], procedure=AGAIN)
    return {**outcome, "failures": failures, "metadata": all_metadata(image)}


@case("dialog closed")
def _() -> Any:
    image, layer = photo()
    before = state(image)

    def use_the_dialog() -> None:
        wait_until(lambda: window("DeepDream"), "a dialog")
        dream_long()
        wait_until_dreaming()
        press("DeepDream", "Escape")

    with concurrently(use_the_dialog) as failures:
        outcome = interactive(image, layer)
    stopped = wait_until(lambda: not running(), "stopped")
    unchanged = state(image) == before
    return {**outcome, "failures": failures, "unchanged": unchanged, "stopped": stopped}


@case("cancelled in the progress bar")
def _() -> Any:
    image, layer = photo()
    before = state(image)
    seconds = []

    photograph("idle")

    def use_the_dialog() -> None:
        wait_until(lambda: window("DeepDream"), "a dialog")
        dream_long()
        press("DeepDream", "alt+v")
        wait_until(lambda: not running(), "without a preview")
        press("DeepDream", "alt+d")
        wait_until_dreaming()
        time.sleep(1.0)  # a few steps, so that the progress bar says something
        photograph("progress")
        click_cancel()
        seconds.append(wait_until(lambda: not running(), "stopped"))

    with concurrently(use_the_dialog) as failures:
        outcome = interactive(image, layer)
    unchanged = state(image) == before
    return {**outcome, "failures": failures, "unchanged": unchanged, "seconds": seconds}


@case("help")
def _() -> Any:
    """The dialog's Help button, with a browser that only notes what it is given."""
    image, layer = photo()
    noted = Path.home() / "opened"

    def use_the_dialog() -> None:
        wait_until(lambda: window("DeepDream"), "a dialog")
        press("DeepDream", "alt+h")
        wait_until(noted.exists, "opened")
        wait_until(lambda: noted.read_text("utf-8").strip(), "noted")
        press("DeepDream", "Escape")

    with concurrently(use_the_dialog) as failures:
        outcome = interactive(image, layer)
    return {**outcome, "failures": failures, "page": noted.read_text("utf-8").strip()}
