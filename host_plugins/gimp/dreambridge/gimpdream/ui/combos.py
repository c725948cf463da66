"""Combo boxes for arguments whose values are chosen by name.

They write ordinary arguments, so that a script, GIMP's saved settings and the dialog agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

from bridgeclient.features import FEATURE_WORDS, Json, features  # noqa: E402
from gimpdream.arguments import argument_name  # noqa: E402


def features_combo(config: Any, schema: Json) -> Gtk.Widget:
    """A choice of the layers in words and names; any other text of theirs is shown as it is."""
    about = (
        "What the dream is made of, from the smallest features to the largest. Each is a layer of "
        "the network VGG16; Advanced shows and mixes them by name."
    )
    words = {layer: FEATURE_WORDS[layer].capitalize() for layer in features(schema)}
    others = {"channels": "", "layers_at": ""}  # what is chosen is all of its features, throughout
    return combo(config, "layers", "Features", about, words, _mixture, others)


def _mixture(layers: str) -> str:
    """Several layers in words, "Eyes and faces"; as they are where one has none."""
    names = [part.partition("=")[0] for part in layers.split(",")]
    if not all(name in FEATURE_WORDS for name in names):
        return layers
    return " and ".join(FEATURE_WORDS[name] for name in names).capitalize()


def combo(
    config: Any,
    argument: str,
    label: str,
    about: str,
    words: Mapping[str, str],
    name: Callable[[str], str] = str,
    others: Mapping[str, str] = MappingProxyType({}),
) -> Gtk.Widget:
    """A row with a choice of an argument's values in words; another value gets a `name`.

    `others` are arguments that take these values when the user chooses.
    """
    box, known = Gtk.ComboBoxText(tooltip_text=about), list(words)
    for value, text in words.items():
        box.append(value, text)

    def show(*_: object) -> None:
        value = (config.get_property(argument) or "").replace(" ", "")
        if value not in known:
            box.append(value, name(value))
            known.append(value)
        box.set_active_id(value)

    def choose(*_: object) -> None:
        chosen = box.get_active_id()
        if chosen is not None and chosen != config.get_property(argument):
            for other, empty in others.items():
                config.set_property(argument_name(other), empty)
            config.set_property(argument, chosen)

    show()
    config.connect(f"notify::{argument}", show)
    box.connect("changed", choose)
    beside = Gtk.Label.new_with_mnemonic(label)
    beside.set_mnemonic_widget(box)
    row = Gtk.Box(spacing=6)
    row.pack_start(beside, False, False, 0)
    row.pack_start(box, True, True, 0)
    return row
