"""Combo boxes for arguments whose values are chosen by name.

They write ordinary arguments, so that a script, GIMP's saved settings and the dialog agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

_FEATURES = {
    "relu1_2": "Grain",
    "relu2_2": "Lines and weave",
    "relu3_1": "Dots and curls",
    "relu3_3": "Scales and spirals",
    "relu4_1": "Feathers and eyes",
    "relu4_3": "Eyes and arches",
    "relu5_1": "Faces and beasts",
    "relu5_3": "Whole scenes",
}
"""Layers in words, from the smallest features to the largest."""


def features_combo(config: Any) -> Gtk.Widget:
    """A choice of the layers in words and names; any other text of theirs is shown as it is."""
    about = "What the dream is made of, from the smallest features to the largest."
    words = {layer: f"{words}  ({layer})" for layer, words in _FEATURES.items()}
    return combo(config, "layers", "Features", about, words)


def combo(
    config: Any, argument: str, label: str, about: str, words: Mapping[str, str]
) -> Gtk.Widget:
    """A row with a choice of an argument's values in words; another value is shown as it is."""
    box, known = Gtk.ComboBoxText(tooltip_text=about), list(words)
    for value, text in words.items():
        box.append(value, text)

    def show(*_: object) -> None:
        value = (config.get_property(argument) or "").replace(" ", "")
        if value not in known:
            box.append(value, value)
            known.append(value)
        box.set_active_id(value)

    def choose(*_: object) -> None:
        chosen = box.get_active_id()
        if chosen is not None and chosen != config.get_property(argument):
            config.set_property(argument, chosen)

    show()
    config.connect(f"notify::{argument}", show)
    box.connect("changed", choose)
    name = Gtk.Label.new_with_mnemonic(label)
    name.set_mnemonic_widget(box)
    row = Gtk.Box(spacing=6)
    row.pack_start(name, False, False, 0)
    row.pack_start(box, True, True, 0)
    return row
