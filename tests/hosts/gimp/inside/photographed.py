"""Steps with the dialog on a photograph, for every run that has GIMP's window."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gi.repository import Gimp, Gio

from inside.harness import DREAM, PARAMETERS, call, ellipse
from inside.processes import running, wait_until
from inside.screen import photograph, show


def dreams() -> int:
    """How many dreams the server has finished, previews among them."""
    return Path(PARAMETERS["log"]).read_text("utf-8").count("ended: result")


@contextmanager
def awaited() -> Iterator[None]:
    """Do something that starts a dream, and wait until the server has finished it."""
    before = dreams()
    yield
    try:
        wait_until(lambda: dreams() > before, "a dream")
    except TimeoutError:
        photograph("in-vain")
        raise
    wait_until(lambda: not running(), "quiet")
    time.sleep(0.5)  # until what came back is drawn


def quiet() -> bool:
    """Nothing is dreamed, and nothing follows at once: a look's picture after that of another."""
    if running():
        return False
    time.sleep(0.3)
    return not running()


def loaded(scale: float = PARAMETERS["scale"]) -> Gimp.Image:
    """The photograph with a soft ellipse selected."""
    file = Gio.File.new_for_path(PARAMETERS["photo"])
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
    image.scale(int(image.get_width() * scale), int(image.get_height() * scale))
    ellipse(image, *(int(scale * side) for side in (180, 60, 300, 260)))
    return image


def photo(scale: float = PARAMETERS["scale"]) -> tuple[Gimp.Image, Gimp.Layer]:
    """The photograph with its selection, shown in the window."""
    image = loaded(scale)
    show(image)
    return image, image.get_layers()[0]


def interactive(image: Gimp.Image, layer: Gimp.Layer, **arguments: Any) -> dict[str, Any]:
    mode = Gimp.RunMode.INTERACTIVE
    return call(image, [layer], arguments.pop("procedure", DREAM), run_mode=mode, **arguments)


def all_metadata(image: Gimp.Image) -> list[str]:
    found = [layer.get_parasite("dreambridge") for layer in image.get_layers()]
    return [bytes(parasite.get_data()).decode() for parasite in found if parasite]
