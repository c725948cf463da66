"""GIMP with a window: the dialog and its preview, undo, repeat, cancel, and pictures of it all."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gi.repository import Gimp, Gio

from inside.harness import (
    AGAIN,
    DREAM,
    FOLDER,
    PARAMETERS,
    QUICK,
    call,
    case,
    ellipse,
    painted,
    picture,
    state,
)
from inside.processes import concurrently, running, wait_until, wait_until_dreaming

ASIDE = ("mousemove", "1278", "798")
DISPLAYS: list[Gimp.Display] = []


def shell(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def window(title: str) -> str:
    """The id of the visible window with this title, "" if there is none."""
    return shell("xdotool", "search", "--onlyvisible", "--name", title).split("\n")[0]


def press(title: str, *keys: str) -> None:
    """Press keys in a window."""
    shell("xdotool", "windowactivate", "--sync", window(title))
    for key in keys:
        shell("xdotool", "key", "--clearmodifiers", key)
        time.sleep(0.2)  # a person's pace; GTK drops keys that come while a menu opens


def choose(action: str) -> None:
    """Run a menu's action as GIMP's users find it: by searching for its name."""
    press("– GIMP", "slash")
    wait_until(lambda: window("Search Actions"), "a search")
    shell("xdotool", "type", "--delay", "40", action)
    time.sleep(0.6)  # until GIMP lists what it found
    shell("xdotool", "key", "Return")


def photograph(name: str, of: str = "root") -> str:
    """A picture of a window, without the tooltip of what the mouse is on."""
    shell("xdotool", *ASIDE)
    time.sleep(0.5)  # until a tooltip is gone
    path = FOLDER / f"{name}.png"
    shell("import", "-window", of, str(path))
    return path.name


def size(title: str) -> tuple[int, int]:
    lines = shell("xdotool", "getwindowgeometry", "--shell", window(title)).splitlines()
    facts = dict(line.split("=") for line in lines)
    return int(facts["WIDTH"]), int(facts["HEIGHT"])


def turn_wheel(title: str) -> None:
    """Turn the mouse wheel over everything on the right of a window, as one scrolls a page."""
    width, height = size(title)
    for y in range(60, height - 130, 25):
        place = "mousemove", "--window", window(title), str(width - 250), str(y)
        shell("xdotool", *place, *("click 5 " * 3).split())
    shell("xdotool", *ASIDE)


def dreams() -> int:
    """How many dreams the server has finished, previews among them."""
    return Path(PARAMETERS["log"]).read_text("utf-8").count("ended: result")


@contextmanager
def awaited() -> Iterator[None]:
    """Do something that starts a dream, and wait until the server has finished it."""
    before = dreams()
    yield
    wait_until(lambda: dreams() > before, "a dream")
    wait_until(lambda: not running(), "quiet")
    time.sleep(0.5)  # until what came back is drawn


def shown(image: Gimp.Image) -> None:
    """Show the image, and no other, in GIMP's window, which fills the screen."""
    while DISPLAYS:
        DISPLAYS.pop().delete()
    DISPLAYS.append(Gimp.Display.new(image))
    wait_until(lambda: window("– GIMP"), "a window")
    frame = window("– GIMP")
    shell("xdotool", "windowmove", frame, "0", "0", "windowsize", "--sync", frame, "1270", "770")
    time.sleep(1.0)  # until GIMP has laid itself out


def widen_layers() -> None:
    """Drag the border of the docks, so that the picture shows the layers' names."""
    drag = "mousemove 1036 421 mousedown 1 mousemove 1000 421 mouseup 1"
    shell("xdotool", *drag.split(), *ASIDE)
    time.sleep(1.5)  # until the window is drawn


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
    shown(image)
    return image, [low, high]


@case("undo")
def _() -> Any:
    image, (low, _) = small()
    return undone(image, lambda: call(image, [low], **QUICK))


@case("undo of two layers")
def _() -> Any:
    image, layers = small()
    return undone(image, lambda: call(image, layers, **QUICK, result="transparency"))


@case("undo of dreaming again")
def _() -> Any:
    image, (low, _) = small()
    call(image, [low], **QUICK)
    dream = image.get_layers()[image.get_item_position(low) - 1]
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 5, 20, 20)
    return undone(image, lambda: call(image, [dream], AGAIN, seed=9))


def photo() -> tuple[Gimp.Image, Gimp.Layer]:
    """The photograph with a soft ellipse selected, shown in the window."""
    file, scale = Gio.File.new_for_path(PARAMETERS["photo"]), PARAMETERS["scale"]
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
    image.scale(int(image.get_width() * scale), int(image.get_height() * scale))
    ellipse(image, *(int(scale * side) for side in (180, 60, 300, 260)))
    shown(image)
    return image, image.get_layers()[0]


def interactive(image: Gimp.Image, layer: Gimp.Layer, **arguments: Any) -> dict[str, Any]:
    mode = Gimp.RunMode.INTERACTIVE
    return call(image, [layer], arguments.pop("procedure", DREAM), run_mode=mode, **arguments)


def dream_long() -> None:
    """In the dialog, ask for more steps than any test waits for."""
    press("DeepDream", "alt+e", "ctrl+a")
    shell("xdotool", "type", "1000")
    press("DeepDream", "Tab")


def click_cancel() -> None:
    """Click Cancel in the status bar: the right end of what the progress has changed there."""
    pictures = (str(FOLDER / "idle.png"), str(FOLDER / "progress.png"))
    bar = (
        "-crop 1280x40+0+755 +repage -compose difference -composite -threshold 5% -format %@ info:"
    )
    size, left, _ = shell("convert", *pictures, *bar.split()).split("+")
    right = int(size.split("x")[0]) + int(left)
    shell("xdotool", "mousemove", str(right - 15), "772", "click", "1")


def all_metadata(image: Gimp.Image) -> list[str]:
    found = [layer.get_parasite("dreambridge") for layer in image.get_layers()]
    return [bytes(parasite.get_data()).decode() for parasite in found if parasite]


@case("dialog")
def _() -> Any:
    """Open, look, choose another preset, look again, dream, look at the document; then repeat."""
    image, layer = photo()
    facts: dict[str, Any] = {}
    with awaited():
        choose("DeepDream")
        wait_until(lambda: window("DeepDream"), "a dialog")
    facts["first_size"] = size("DeepDream")
    photograph("dialog", window("DeepDream"))
    with awaited():
        press("DeepDream", "alt+p", "Down")
    photograph("preview", window("DeepDream"))
    press("DeepDream", "alt+a")
    facts["advanced_size"] = size("DeepDream")
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
    image.set_selected_layers([layer])
    press("– GIMP", "ctrl+f")
    wait_until(lambda: len(all_metadata(image)) == 2, "dreamed again by Repeat Last")
    return {**facts, "metadata": all_metadata(image)}


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

    def use_the_dialog() -> None:
        wait_until(lambda: window("DeepDream"), "a dialog")
        photograph("idle")
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
