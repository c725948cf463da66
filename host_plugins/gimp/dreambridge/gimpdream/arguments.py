"""The settings as typed arguments of GIMP's procedures, and the arguments back as settings.

Everything about a setting comes from `schema.json`; what has no type in GIMP (layers with
weights, lists, "auto or a number") is text, written as on the command line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gi.repository import Gimp, GObject

from bridgeclient.looks import Json, as_text, defaults, look, preset_of
from gimpdream.sentences import Refused

CUSTOM = "custom"
STORED = "stored"
MASK, ALPHA = "mask", "transparency"
HIDE = "hide-earlier"
AUTOMATIC = -1

_FLAGS = GObject.ParamFlags.READWRITE
_WRITTEN = ("layers", "integers", "tile")
_GINT_MAX = 2**31 - 1


def read_schema(here: Path) -> Json:
    """The settings' JSON schema that the installer wrote beside the plug-in."""
    schema: Json = json.loads((here / "schema.json").read_text("utf-8"))
    return schema


@dataclass(frozen=True)
class Wish:
    """What the user asks for: the dream's settings, and what is the plug-in's own."""

    settings: Json
    guide: Gimp.Layer | None
    context: int
    feather: float
    result: str
    hide_earlier: bool = False


def declare(procedure: Gimp.Procedure, schema: Json, *, again: bool) -> None:
    """Give the procedure its arguments: preset, the settings, and the plug-in's own."""
    labels = _Labels()
    choice, default = _presets(schema, again)
    about = "A named look. Arguments that are left at their defaults are taken from it."
    procedure.add_choice_argument("preset", labels.next("Preset"), about, choice, default, _FLAGS)
    for name, spec in schema["properties"].items():
        _declare_setting(procedure, name, spec, labels.next(spec["x-label"]))
    about = "A layer whose features the dream takes up."
    procedure.add_layer_argument("guide", labels.next("Guide"), about, True, _FLAGS)
    if again:
        return
    about = "How the selection shapes the new layer."
    procedure.add_choice_argument("result", labels.next("Result"), about, _results(), MASK, _FLAGS)
    about = "Hide the earlier dreams of the same layer, so that only the new one shows."
    label = labels.next("Hide earlier dreams")
    procedure.add_boolean_argument(HIDE, label, about, False, _FLAGS)
    about = (
        "Pixels around the selection that the dream sees, so that it continues them; "
        "-1 chooses from the layers and octaves."
    )
    bounds = AUTOMATIC, 8192, AUTOMATIC
    procedure.add_int_argument("context", labels.next("Context"), about, *bounds, _FLAGS)
    about = "Extra softness of the selection, in pixels."
    bounds = 0, 1000, 0
    procedure.add_double_argument("feather", labels.next("Feather"), about, *bounds, _FLAGS)


def _presets(schema: Json, again: bool) -> tuple[Gimp.Choice, str]:
    choice = Gimp.Choice.new()
    if again:
        choice.add(STORED, 0, "As it was dreamed", "The settings that the layer remembers.")
    choice.add(CUSTOM, 1, "Custom", "The settings below.")
    for number, (name, preset) in enumerate(schema["x-presets"].items(), start=2):
        choice.add(name, number, preset["label"], preset["help"])
    return choice, STORED if again else (preset_of(defaults(schema), schema) or CUSTOM)


def _results() -> Gimp.Choice:
    choice = Gimp.Choice.new()
    choice.add(MASK, 0, "New layer with a mask", "The mask is the selection and can be painted.")
    choice.add(ALPHA, 1, "New layer with transparency", "The selection is in the alpha channel.")
    return choice


class _Labels:
    """Gives each label a key of its own, besides those of the dialog's buttons."""

    def __init__(self) -> None:
        self._taken = set("hrcdolsnav ")  # help, reset, cancel, dream, OK, load, save, …

    def next(self, label: str) -> str:
        """The label with an underscore before its key, as it is where no letter is left."""
        for at, letter in enumerate(label.lower()):
            if letter not in self._taken:
                self._taken.add(letter)
                return f"{label[:at]}_{label[at:]}"
        return label


def _declare_setting(procedure: Gimp.Procedure, name: str, spec: Json, label: str) -> None:
    unit = f" ({spec['x-unit']})" if spec["x-unit"] else ""
    facts = (argument_name(name), label, spec["description"] + unit)
    default = spec["default"]
    match spec["x-kind"]:
        case "number":
            bounds = spec["minimum"], spec["maximum"]
            procedure.add_double_argument(*facts, *bounds, default, _FLAGS)
        case "integer" if spec["maximum"] <= _GINT_MAX:
            bounds = spec["minimum"], spec["maximum"]
            procedure.add_int_argument(*facts, *bounds, default, _FLAGS)
        case "integer":
            bounds = spec["minimum"], spec["maximum"]
            procedure.add_uint_argument(*facts, *bounds, default, _FLAGS)
        case "choice":
            choice = Gimp.Choice.new()
            for number, value in enumerate(spec["enum"]):
                choice.add(value, number, value, "")
            procedure.add_choice_argument(*facts, choice, default, _FLAGS)
        case kind:
            procedure.add_string_argument(*facts, as_text(kind, default), _FLAGS)


def argument_name(name: str) -> str:
    """A setting's name as GIMP spells arguments."""
    return name.replace("_", "-")


def from_text(name: str, kind: str, text: str) -> Any:
    """The inverse of `as_text`; the engine judges names and ranges.

    Raises:
        Refused: the text can't be read.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        if kind == "layers":
            pairs = [word.partition("=") for word in words]
            return {key.strip(): float(weight) if equals else 1.0 for key, equals, weight in pairs}
        if kind == "integers":
            return [int(word) for word in words]
        return int(text) if text.strip().isdigit() else text.strip()
    except ValueError:
        example = {"layers": "relu3_3=0.5,relu5_1", "integers": "12,57"}.get(kind, "auto")
        raise Refused(f"{name} “{text}” can't be read; write it like {example}.") from None


def read_settings(config: Any, schema: Json, stored: Json | None = None) -> Json:
    """The settings that the arguments ask for, complete.

    Arguments left at their defaults come from the preset, or from what a layer remembers
    (`stored`) where the preset says so.

    Raises:
        Refused: a text argument can't be read.
    """
    plain, preset = defaults(schema), config.get_property("preset")
    if preset == STORED:
        base: Mapping[str, Any] = stored or {}
    else:
        base = look(schema["x-presets"].get(preset, {}).get("settings", {}))
    given = read_values(config, schema)
    unset = {name for name, value in given.items() if value == plain[name]}
    return given | {name: base[name] for name in unset if name in base}


def read_values(config: Any, schema: Json) -> Json:
    """The settings' arguments just as they are.

    Raises:
        Refused: a text argument can't be read.
    """
    return {name: _value(config, name, spec) for name, spec in schema["properties"].items()}


def _value(config: Any, name: str, spec: Json) -> Any:
    value = config.get_property(argument_name(name))
    if spec["x-kind"] in _WRITTEN:
        return from_text(spec["x-label"], spec["x-kind"], value or "")  # GIMP's "" is None
    return value


def read_wish(config: Any, schema: Json) -> Wish:
    """Everything that the arguments ask for.

    Raises:
        Refused: a text argument can't be read, or a guide is wanted and missing.
    """
    settings = read_settings(config, schema)
    guide = guided(settings, config.get_property("guide"))
    own = [config.get_property(name) for name in ("context", "feather", "result", HIDE)]
    return Wish(settings, guide, *own)


def guided(settings: Json, guide: Gimp.Layer | None) -> Gimp.Layer | None:
    """The guide, which makes the objective "guide".

    Raises:
        Refused: the objective wants a guide and there is none.
    """
    if guide is not None:
        settings["objective"] = "guide"
    elif settings["objective"] == "guide":
        raise Refused("The guide objective needs a layer to take features from: choose a guide.")
    return guide


def write_settings(config: Any, settings: Json, schema: Json) -> None:
    """Set the arguments to these settings, those that are missing left as they are."""
    for name, value in settings.items():
        kind = schema["properties"][name]["x-kind"]
        written = as_text(kind, value) if kind in _WRITTEN else value
        config.set_property(argument_name(name), written)


def complete(settings: Json, schema: Json) -> Json:
    """The settings with defaults for those missing and without those that no longer exist."""
    plain = defaults(schema)
    return plain | {name: value for name, value in settings.items() if name in plain}
