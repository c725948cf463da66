"""The looks as pictures: at first of a photograph, then of what is selected."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

from bridgeclient.looks import Json, look  # noqa: E402
from gimpdream.arguments import STORED  # noqa: E402
from gimpdream.ui.picture_choice import PictureChoice, bundled  # noqa: E402
from gimpdream.ui.sketches import Sketches, Wish  # noqa: E402


def looks_grid(
    config: Any, schema: Json, folder: Path, sketches: Sketches, stored: Json | None
) -> Gtk.Widget:
    """A grid that chooses the argument `preset`, `stored` first if there is one."""
    presets = schema["x-presets"]
    grid = PictureChoice(lambda name: config.set_property("preset", name), 4, 4)
    wishes: dict[Hashable, Wish] = {}
    if stored is not None:
        grid.add(STORED, "As it was", "The settings that this layer was dreamed with.", None)
        wishes[STORED] = Wish(look(stored), partial(grid.show_picture, STORED))
    for name, preset in presets.items():
        picture = bundled(folder / f"{name}.jpg")
        grid.add(name, preset["label"], preset["help"], picture)
        wishes[name] = Wish(look(preset["settings"]), partial(grid.show_picture, name))
    sketches.ask(wishes)

    def show(*_: object) -> None:
        grid.select(config.get_property("preset") or "")

    show()
    config.connect("notify::preset", show)
    label = Gtk.Label.new_with_mnemonic("_Presets")
    label.set_mnemonic_widget(grid.widget)
    column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
    column.pack_start(label, False, False, 0)
    column.pack_start(grid.widget, False, False, 0)
    return column
