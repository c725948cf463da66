"""Keeps the preset and the settings in step while the dialog is open."""

from __future__ import annotations

from typing import Any

from bridgeclient.looks import Json, look
from gimpdream.arguments import (
    CUSTOM,
    STORED,
    argument_name,
    is_set,
    preset_settings,
    read_values,
    write_settings,
)
from gimpdream.errors import UserError


def follow_presets(config: Any, schema: Json, stored: Json | None) -> None:
    """A chosen preset fills in its settings; settings that are changed afterwards are custom.

    Settings that get unset, as by Reset, are filled in too. To be called before there are widgets,
    which would take the unset value for a number.
    """
    filling = False
    if config.get_property("preset") not in (CUSTOM, STORED, *schema["x-presets"]):
        config.set_property("preset", CUSTOM)  # a look of one's own that is gone

    def fill(*_: object) -> None:
        nonlocal filling
        preset = config.get_property("preset")
        if preset != CUSTOM and not filling:
            filling = True
            settings = preset_settings(preset, schema, stored)
            chosen = settings if preset not in schema["x-presets"] else look(settings)
            write_settings(config, chosen, schema)
            filling = False

    def change(*_: object) -> None:
        nonlocal filling
        name = config.get_property("preset")
        if filling:
            return
        unset = [key for key in schema["properties"] if not is_set(config, key)]
        if unset:
            filling = True
            settings = preset_settings(name, schema, stored)
            write_settings(config, {key: settings[key] for key in unset}, schema)
            filling = False
        elif name != CUSTOM and not _is_look(config, schema, preset_settings(name, schema, stored)):
            config.set_property("preset", CUSTOM)

    config.connect("notify::preset", fill)
    for name in schema["properties"]:
        config.connect(f"notify::{argument_name(name)}", change)


def _is_look(config: Any, schema: Json, wanted: Json) -> bool:
    try:
        given = read_values(config, schema)
    except UserError:
        return False
    return all(given[name] == value for name, value in look(wanted).items())
