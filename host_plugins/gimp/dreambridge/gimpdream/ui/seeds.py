"""The seed: its number, another one, four to choose from, and a look that nobody expected."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GimpUi, Gtk  # noqa: E402

from bridgeclient.looks import Json  # noqa: E402
from bridgeclient.surprise import surprise  # noqa: E402
from gimpdream.arguments import CUSTOM, write_settings  # noqa: E402
from gimpdream.ui.picture_choice import PictureChoice  # noqa: E402
from gimpdream.ui.sketches import Sketches, Wish  # noqa: E402

_SEEDS = 1_000_000
_COUNT = 4


def seed_row(config: Any, spec: Json) -> Gtk.Widget:
    """A number, and a button for another one."""
    label = Gtk.Label(label=spec["x-label"], xalign=0.0)
    number = GimpUi.prop_spin_button_new(config, "seed", 1, 1000, 0)
    number.set_range(spec["minimum"], spec["maximum"])
    number.set_tooltip_text(spec["description"])
    number.set_width_chars(10)
    button = Gtk.Button.new_with_mnemonic("_New seed")
    button.connect("clicked", lambda *_: config.set_property("seed", random.randrange(_SEEDS)))
    row = Gtk.Box(spacing=6)
    row.pack_start(label, False, False, 0)
    row.pack_start(number, True, True, 0)
    row.pack_start(button, False, False, 0)
    return row


def variations(config: Any, schema: Json, sketches: Sketches) -> Gtk.Widget:
    """Buttons for four seeds as pictures and for a surprise; the pictures appear below them."""
    pictures = PictureChoice(lambda name: config.set_property("seed", int(name)), _COUNT, _COUNT)
    pictures.widget.set_no_show_all(True)
    four = Gtk.Button.new_with_mnemonic("_Four seeds")
    four.set_tooltip_text("The same look four times, each grown differently: choose one.")
    four.connect("clicked", lambda *_: _show_four(config, pictures, sketches))
    other = Gtk.Button.new_with_mnemonic("Surprise _me")
    other.set_tooltip_text("A look that is none of the above, mixed from two of them.")
    other.connect("clicked", lambda *_: _surprise(config, schema))
    row = Gtk.Box(spacing=6, homogeneous=True)
    row.pack_start(four, True, True, 0)
    row.pack_start(other, True, True, 0)
    column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
    column.pack_start(row, False, False, 0)
    column.pack_start(pictures.widget, False, False, 0)
    return column


def _show_four(config: Any, pictures: PictureChoice, sketches: Sketches) -> None:
    pictures.clear()
    wishes: dict[Hashable, Wish] = {}
    for seed in [int(config.get_property("seed")), *random.sample(range(_SEEDS), _COUNT - 1)]:
        name = str(seed)
        pictures.add(name, "", f"Seed {seed}", None)
        show: Callable[[Any], None] = partial(pictures.show_picture, name)
        wishes["seed", seed] = Wish({"seed": seed}, show)
    pictures.widget.set_no_show_all(False)
    pictures.widget.show_all()
    pictures.select(str(int(config.get_property("seed"))))
    pictures.focus()
    sketches.forget("seed")
    sketches.ask(wishes)


def _surprise(config: Any, schema: Json) -> None:
    config.set_property("preset", CUSTOM)
    write_settings(config, surprise(schema, random.Random()), schema)
