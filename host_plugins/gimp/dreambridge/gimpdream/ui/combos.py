"""Combo boxes for arguments whose values are chosen by name.

They write ordinary arguments, so that a script, GIMP's saved settings and the dialog agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

from bridgeclient.features import FEATURE_WORDS, Json, features  # noqa: E402


def features_combo(config: Any, schema: Json) -> Gtk.Widget:
    """A choice of the layers in words and names; any other text of theirs is shown as it is."""
    about = "What the dream is made of, from the smallest features to the largest."
    words = {layer: f"{FEATURE_WORDS[layer].capitalize()}  ({layer})" for layer in features(schema)}
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
