"""GIMP's window on a screen: keys, clicks, the mouse wheel, and pictures of what is seen."""

from __future__ import annotations

import subprocess
import time

from gi.repository import Gimp

from inside.harness import FOLDER
from inside.processes import wait_until

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


def keys(*names: str) -> None:
    """Press keys where the focus is."""
    for name in names:
        shell("xdotool", "key", name)
        time.sleep(0.2)


def write(title: str, text: str) -> None:
    """Replace the text in a new window's field, and confirm it."""
    wait_until(lambda: window(title), f"a window {title}")
    time.sleep(0.5)  # until its field has the focus
    keys("ctrl+a")
    shell("xdotool", "type", text[:1])
    time.sleep(0.5)  # a path's first letter opens a field in the chooser of files
    shell("xdotool", "type", "--delay", "30", text[1:])
    keys("Return")


def choose(action: str) -> None:
    """Run a menu's action as GIMP's users find it: by searching for its name."""
    press("– GIMP", "slash")
    wait_until(lambda: window("Search Actions"), "a search")
    shell("xdotool", "type", "--delay", "40", action)
    time.sleep(0.6)  # until GIMP lists what it found
    shell("xdotool", "key", "Return")


def dream_long() -> None:
    """In the dialog, ask for more steps than any test waits for."""
    press("DeepDream", "alt+e", "ctrl+a")
    shell("xdotool", "type", "1000")
    press("DeepDream", "Tab")


def photograph(name: str, of: str = "root") -> str:
    """A picture of a window, without the tooltip of what the mouse is on."""
    shell("xdotool", *ASIDE)
    time.sleep(0.5)  # until a tooltip is gone
    path = FOLDER / f"{name}.png"
    shell("import", "-window", of, str(path))
    return path.name


def part_of(title: str, name: str, right: int, top: int, width: int, height: int) -> bytes:
    """A picture of a part of a window, so far from its right edge, as a file's bytes."""
    part = f"{width}x{height}+{size(title)[0] - right}+{top}"
    path = FOLDER / f"{name}.png"
    shell("import", "-window", window(title), "-crop", part, "+repage", str(path))
    return path.read_bytes()


def hold_picture(title: str, name: str) -> None:
    """Photograph a window while the mouse is held on its preview."""
    shell("xdotool", "mousemove", "--window", window(title), "150", "150", "mousedown", "1")
    time.sleep(0.5)  # until it is drawn
    shell("import", "-window", window(title), str(FOLDER / f"{name}.png"))
    shell("xdotool", "mouseup", "1")


def drag_picture(title: str, across: int, down: int) -> None:
    """Drag the preview with the mouse."""
    shell("xdotool", "mousemove", "--window", window(title), "200", "200", "mousedown", "1")
    for _ in range(4):
        shell("xdotool", "mousemove_relative", "--", str(across // 4), str(down // 4))
        time.sleep(0.1)
    shell("xdotool", "mouseup", "1")


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


def show(image: Gimp.Image) -> None:
    """Show the image, and no other, in GIMP's window, which fills the screen."""
    while DISPLAYS:
        DISPLAYS.pop().delete()
    DISPLAYS.append(Gimp.Display.new(image))
    wait_until(lambda: window("– GIMP"), "a window")
    frame = window("– GIMP")
    shell("xdotool", "windowmove", frame, "0", "0", "windowsize", "--sync", frame, "1270", "770")
    time.sleep(1.0)  # until GIMP has laid itself out
