"""The looks as pictures: at first of a photograph or as they were saved, then of what is selected.

The user's own ones are saved and looked after here, too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from pathlib import Path
from typing import Any

import gi

gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GdkPixbuf, Gtk  # noqa: E402

from bridgeclient.looks import Json, look  # noqa: E402
from bridgeclient.own_looks import plugin_schema  # noqa: E402
from gimpdream.arguments import CUSTOM, STORED  # noqa: E402
from gimpdream.ui.own_looks import OwnLooksMenu  # noqa: E402
from gimpdream.ui.picture_choice import PictureChoice, bundled, unpacked  # noqa: E402
from gimpdream.ui.sketches import Sketches, Wish  # noqa: E402

_KEY = "look"


class LooksGrid:
    """A grid that chooses the argument `preset`, `stored` first if there is one.

    `picture` is what a saved look gets as its picture, if there is one. `schema` gets the own
    looks as they come and go, for everyone who has it.
    """

    def __init__(
        self,
        config: Any,
        schema: Json,
        here: Path,
        sketches: Sketches,
        stored: Json | None,
        picture: Callable[[], GdkPixbuf.Pixbuf | None],
    ) -> None:
        self._config, self._schema, self._here = config, schema, here
        self._sketches, self._stored = sketches, stored
        self._grid = PictureChoice(lambda name: config.set_property("preset", name), 4, 4)
        self._sketched: dict[str, GdkPixbuf.Pixbuf] = {}
        self._menu = OwnLooksMenu(config, schema, here, picture, self._changed)
        self._grid.on_menu(self._menu.pop_up)
        self._fill()
        config.connect("notify::preset", lambda *_: self._show())
        self.widget = self._build()

    def _build(self) -> Gtk.Widget:
        label = Gtk.Label.new_with_mnemonic("_Presets")
        label.set_mnemonic_widget(self._grid.widget)
        label.set_xalign(0.0)
        header = Gtk.Box(spacing=6)
        header.pack_start(label, True, True, 0)
        for button in self._menu.buttons():
            header.pack_start(button, False, False, 0)
        column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=3)
        column.pack_start(header, False, False, 0)
        column.pack_start(self._grid.widget, False, False, 0)
        return column

    def _fill(self) -> None:
        """Show all the looks there are, those that were sketched already as that."""
        wishes: dict[Hashable, Wish] = {}
        self._grid.clear()
        if self._stored is not None:
            about = "The settings that this layer was dreamed with."
            self._grid.add(STORED, "As it was", about, self._sketched.get(STORED))
            wishes[_KEY, STORED] = self._wish(STORED, self._stored)
        for name, preset in self._schema["x-presets"].items():
            mark = "★ " if preset.get("favourite") else ""
            picture = self._sketched.get(name) or self._kept(name, preset)
            about = f"{preset['label']}: {preset['help']}" if preset.get("own") else preset["help"]
            self._grid.add(name, f"{mark}{preset['label']}", about, picture)
            wishes[_KEY, name] = self._wish(name, preset["settings"])
        self._grid.widget.show_all()
        self._sketches.forget(_KEY)
        self._sketches.ask(wishes)
        self._show()

    def _kept(self, name: str, preset: Json) -> GdkPixbuf.Pixbuf | None:
        if preset.get("own"):
            return unpacked(preset["thumbnail"])
        return bundled(self._here / "looks" / f"{name}.jpg")

    def _wish(self, name: str, settings: Json) -> Wish:
        return Wish(look(settings), partial(self._show_sketch, name))

    def _show_sketch(self, name: str, picture: GdkPixbuf.Pixbuf) -> None:
        self._sketched[name] = picture
        self._grid.show_picture(name, picture)

    def _show(self) -> None:
        self._grid.select(self._config.get_property("preset") or "")

    def _changed(self, old: str, new: str) -> None:
        """A look was saved or changed (`old` is "" for a new one), or deleted (`new` is "")."""
        self._schema["x-presets"] = plugin_schema(self._here)[0]["x-presets"]
        if old in self._sketched and old != new:
            self._sketched[new] = self._sketched.pop(old)
        chosen = self._config.get_property("preset")
        if old == chosen or not old:
            self._config.set_property("preset", new or CUSTOM)
        self._fill()
