"""The arguments of GIMP's procedures, read as settings and written from them.

What has no type in GIMP (layers with weights, lists, choices) is text, written
as on the command line. A setting that is `UNSET`, or text that says `AS_PRESET`, comes from the
preset; every other value means itself, and a wrong one is refused. How GIMP is told of the
arguments is in `declarations`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from gi.repository import Gimp

from bridgeclient.channels import laid_over
from bridgeclient.looks import Json, defaults, look, with_guide
from bridgeclient.text import WRITTEN, as_text, from_text
from gimpdream.document.guide_files import layer_of_file
from gimpdream.errors import UserError

CUSTOM = "custom"
STORED = "stored"
MASK, ALPHA, TOP, ITSELF = "mask", "transparency", "top", "layer"
RESULTS = {
    MASK: "New layer above, with a mask",
    ALPHA: "New layer above, transparent",
    TOP: "New layer on top, with a mask",
    ITSELF: "Into the layer itself",
}
LAYER, VISIBLE = "layer", "visible"
SOURCES = {LAYER: "This layer", VISIBLE: "All that is visible"}
STRENGTH, GUIDE_FILE = "strength-map", "guide-file"
HIDE, DRAFT, COHERENT = "hide-earlier", "draft", "coherent-frames"
AUTOMATIC = -1

INT_LIMITS = -(2**31), 2**31 - 1
UNSET = INT_LIMITS[0]
"""The number that no setting can have."""

AS_PRESET = "preset"
"""The text for the same."""

OWN_LIMITS = {"context": (AUTOMATIC, 8192), "edge": (0.0, 25.0)}


@dataclass(frozen=True)
class Parameters:
    """What the user asks for: the dream's settings, and what is the plug-in's own."""

    settings: Json
    guide: Gimp.Layer | None
    context: int
    edge: float
    result: str
    hide_earlier: bool = False
    draft: bool = False
    coherent: bool = False
    visible: bool = False
    strength: Gimp.Drawable | None = None

    def dreaming(self, source: str, strength: Gimp.Drawable | None) -> Parameters:
        """The same of this source, with a painted strength."""
        return replace(self, visible=source == VISIBLE, strength=strength)

    @property
    def reading(self) -> object:
        """What the sources in the document depend on."""
        painted = None if self.strength is None else self.strength.get_id()
        return self.edge, self.result, self.coherent, self.visible, painted


def chosen_guide(config: Any) -> Gimp.Layer | None:
    """The guide: a layer, or what a file shows.

    Raises:
        UserError: the file can't be read.
    """
    guide: Gimp.Layer | None = config.get_property("guide")
    path = config.get_property(GUIDE_FILE)
    return layer_of_file(path) if guide is None and path else guide


def argument_name(name: str) -> str:
    """A setting's name as GIMP spells arguments."""
    return name.replace("_", "-")


def read_parameters(config: Any, schema: Json) -> Parameters:
    """Everything that the arguments ask for.

    Raises:
        UserError: an argument can't be read, is out of its range, or a guide is wanted and missing.
    """
    settings = read_settings(config, schema)
    guide = apply_guide(settings, chosen_guide(config))
    own = {name: config.get_property(name) for name in OWN_LIMITS}
    for name, value in own.items():
        _check_range(name, value, *OWN_LIMITS[name])
    result = config.get_property("result") or ""
    _check_choice("result", result, list(RESULTS))
    source = config.get_property("source") or ""
    _check_choice("source", source, list(SOURCES))
    flags = [config.get_property(name) for name in (HIDE, DRAFT, COHERENT)]
    return Parameters(settings, guide, own["context"], own["edge"], result, *flags).dreaming(
        source, config.get_property(STRENGTH)
    )


def read_settings(config: Any, schema: Json, stored: Json | None = None) -> Json:
    """The settings that the arguments ask for, complete.

    Those that are not set come from the preset, and what a preset leaves alone from what a layer
    remembers (`stored`).

    Raises:
        UserError: an argument can't be read or is out of its range.
    """
    preset = config.get_property("preset")
    return laid_over(preset_settings(preset, schema, stored), read_values(config, schema))


def preset_settings(preset: str | None, schema: Json, stored: Json | None = None) -> Json:
    """The settings of a preset by name, complete.

    Raises:
        UserError: there is no such preset.
    """
    presets = schema["x-presets"]
    own = [STORED, CUSTOM] if stored is not None else [CUSTOM]
    _check_choice("preset", preset or "", [*own, *presets])
    chosen = presets[preset]["settings"] if preset in presets else {}
    return defaults(schema) | (stored or {}) | look(chosen)


def read_values(config: Any, schema: Json) -> Json:
    """The settings that are set.

    Raises:
        UserError: an argument can't be read or is out of its range.
    """
    specs = schema["properties"].items()
    return {name: _value(config, name, spec) for name, spec in specs if is_set(config, name)}


def is_set(config: Any, name: str) -> bool:
    """Whether a setting's argument has a value of its own."""
    return config.get_property(argument_name(name)) not in (UNSET, AS_PRESET)


def _value(config: Any, name: str, spec: Json) -> Any:
    value, label = config.get_property(argument_name(name)), spec["x-label"]
    if spec["x-kind"] in WRITTEN:
        try:
            return from_text(spec["x-kind"], value or "")  # GIMP's "" is None
        except ValueError as error:
            raise UserError(f"{label}: {error}") from error
    if spec["x-kind"] == "choice":
        _check_choice(label, value or "", spec["enum"])
        return value
    _check_range(label, value, spec["minimum"], spec["maximum"])
    if spec["x-kind"] == "integer":
        if value != int(value):
            raise UserError(f"{label} is {value:g} and must be a whole number.")
        return int(value)
    return value


def _check_range(label: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise UserError(f"{label} is {value:g} and must be from {least:g} to {most:.10g}.")


def _check_choice(label: str, value: str, known: list[str]) -> None:
    if value not in known:
        raise UserError(f"{label} “{value}” is unknown; there are {', '.join(known)}.")


def apply_guide(settings: Json, guide: Gimp.Layer | None) -> Gimp.Layer | None:
    """The guide, which makes the objective "guide".

    Raises:
        UserError: the objective wants a guide and there is none.
    """
    try:
        settings |= with_guide(settings, guided=guide is not None)
    except ValueError as error:
        raise UserError(str(error)) from error
    return guide


def write_settings(config: Any, settings: Json, schema: Json) -> None:
    """Set the arguments to these settings, those that are missing left as they are."""
    for name, value in settings.items():
        kind = schema["properties"][name]["x-kind"]
        text_or_value = as_text(kind, value) if kind in WRITTEN else value
        config.set_property(argument_name(name), text_or_value)
