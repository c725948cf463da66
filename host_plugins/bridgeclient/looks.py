"""Settings as the editors show them: which part is a look, whose preset it is, a layer's title.

Everything about a setting comes from the JSON schema that the server and the installer hand out.
Knows no editor and no widget.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridgeclient.errors import ServerError
from bridgeclient.text import as_text

Json = dict[str, Any]

_NO_LOOK = "seed"
"""The setting that leaves the look alone."""


def defaults(schema: Json) -> Json:
    """The settings when nothing is chosen."""
    return {name: spec["default"] for name, spec in schema["properties"].items()}


def look(settings: Mapping[str, Any]) -> Json:
    """The settings without the one that leaves the look alone: the seed."""
    return {name: value for name, value in settings.items() if name != _NO_LOOK}


def preset_of(settings: Mapping[str, Any], schema: Json) -> str | None:
    """The preset with this look, whatever the seed; None if it is nobody's."""
    for name, preset in schema["x-presets"].items():
        if all(settings[key] == value for key, value in look(preset["settings"]).items()):
            return str(name)
    return None


def read_schema(folder: Path) -> Json:
    """The settings' JSON schema that the installer wrote into a plug-in's folder.

    Raises:
        ServerError: `server.start_failed`, it is missing or damaged.
    """
    try:
        schema: Json = json.loads((folder / "schema.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ServerError(
            "server.start_failed",
            "The DeepDream plug-in is not installed completely: its schema.json can't be read.",
            "Run `dreambridge install` for this editor again.",
        ) from error
    return schema


def with_guide(settings: Mapping[str, Any], *, guided: bool) -> Json:
    """The settings for a dream with or without a guide: with one the objective is "guide".

    Raises:
        ValueError: the objective wants a guide and there is none; the text says what to do.
    """
    if guided:
        return {**settings, "objective": "guide"}
    if settings["objective"] == "guide":
        raise ValueError("The objective “guide” needs one: choose a guide, or another objective.")
    return dict(settings)


def title(settings: Mapping[str, Any], schema: Json, *, draft: bool = False) -> str:
    """A new layer's name: the preset if the settings are one's, else the layers and weights."""
    preset = preset_of(settings, schema)
    kind = "layers_at" if settings["layers_at"] else "layers"
    layers = as_text(kind, settings[kind]).replace(",", " + ")
    name = schema["x-presets"][preset]["label"] if preset else layers
    return f"Dream · {name}{' (draft)' if draft else ''}"


def time_left(seconds: float | None) -> str:
    """ ", 12 s left", nothing while there is nothing to estimate from."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f", {max(1, round(seconds))} s left"
    return f", {round(seconds / 60)} min left"


def counted(number: int, thing: str) -> str:
    """A number of things in words: "1 dream", "3 dreams"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
