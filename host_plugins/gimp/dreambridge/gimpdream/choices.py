"""What in the dialog is chosen by name: the size of the features, and presets.

Both write ordinary arguments, so that a script, GIMP's saved settings and the dialog agree.
"""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

from bridgeclient.looks import Json, look  # noqa: E402
from gimpdream.arguments import (  # noqa: E402
    CUSTOM,
    STORED,
    argument_name,
    read_values,
    write_settings,
)
from gimpdream.sentences import Refused  # noqa: E402

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

_MIXED = "mixed"


def features_combo(config: Any) -> Gtk.Widget:
    """A choice of the layers in words and names; any other text of theirs is shown as it is."""
    combo = Gtk.ComboBoxText()
    combo.set_tooltip_text("What the dream is made of, from the smallest features to the largest.")
    for layer, words in _FEATURES.items():
        combo.append(layer, f"{words}  ({layer})")

    def show(*_: object) -> None:
        text = config.get_property("layers").replace(" ", "")
        if text in _FEATURES:
            combo.set_active_id(text)
            return
        if combo.get_model().iter_n_children(None) > len(_FEATURES):
            combo.remove(len(_FEATURES))
        combo.append(_MIXED, text)
        combo.set_active_id(_MIXED)

    def choose(*_: object) -> None:
        if combo.get_active_id() in _FEATURES:
            config.set_property("layers", combo.get_active_id())

    show()
    config.connect("notify::layers", show)
    combo.connect("changed", choose)
    row = Gtk.Box(spacing=6)
    row.pack_start(Gtk.Label(label="Features"), False, False, 0)
    row.pack_start(combo, True, True, 0)
    return row


def follow_presets(config: Any, schema: Json) -> None:
    """A chosen preset fills in its settings; settings that are changed afterwards are custom."""
    filling = False

    def fill(*_: object) -> None:
        nonlocal filling
        preset = schema["x-presets"].get(config.get_property("preset"))
        if preset is not None:
            filling = True
            write_settings(config, look(preset["settings"]), schema)
            filling = False

    def leave(*_: object) -> None:
        name = config.get_property("preset")
        if filling or name == CUSTOM:
            return
        if name == STORED or not _is_look(config, schema, name):
            config.set_property("preset", CUSTOM)

    config.connect("notify::preset", fill)
    for name in look(schema["properties"]):
        config.connect(f"notify::{argument_name(name)}", leave)


def _is_look(config: Any, schema: Json, preset: str) -> bool:
    wanted = look(schema["x-presets"][preset]["settings"])
    try:
        given = read_values(config, schema)
    except Refused:
        return False
    return all(given[name] == value for name, value in wanted.items())
