"""Command-line options for every setting of a dream, generated from `DreamSettings`.

A new setting appears here without a change. Values are checked by `DreamSettings` itself; here they
are only read from text.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from dreamcore.errors import SettingsError
from dreamcore.presets import PRESETS
from dreamcore.settings import DreamSettings

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _layers(text: str) -> dict[str, float]:
    """`relu4_3` or `relu3_3=0.5,relu5_1=1`: layer names with weights, a name alone weighs 1."""
    weights: dict[str, float] = {}
    for item in filter(None, map(str.strip, text.split(","))):
        name, equals, weight = item.partition("=")
        if name in weights:
            raise click.BadParameter(f"{name} is named twice.")
        try:
            weights[name] = float(weight) if equals else 1.0
        except ValueError as error:
            raise click.BadParameter(f"The weight {weight!r} of {name} is no number.") from error
    return weights


def _integers(text: str) -> list[int]:
    """`1,2,3`: whole numbers; nothing means none."""
    try:
        return [int(item) for item in text.split(",") if item.strip()]
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no list of whole numbers such as 3,5,8.") from error


def _tile(text: str) -> str | int:
    """A word, or a number of pixels."""
    return int(text) if text.isdecimal() else text


_READERS: dict[str, tuple[Any, str | None]] = {
    "integer": (click.INT, None),
    "number": (click.FLOAT, None),
    "layers": (_layers, "LAYER[=WEIGHT],…"),
    "integers": (_integers, "NUMBER,…"),
    "tile": (_tile, "auto|off|PIXELS"),
}


def settings_options(command: _Command) -> _Command:
    """Add `--preset` and one option for each setting, all None where they are not given."""
    for spec in reversed(dataclasses.fields(DreamSettings)):
        command = _option(spec)(command)
    looks = click.Choice(list(PRESETS))
    text = "Start from this look; other options change it. `dreambridge presets` lists them."
    return click.option("--preset", type=looks, help=text)(command)


def _option(spec: dataclasses.Field[Any]) -> Callable[[_Command], _Command]:
    kind, name = spec.metadata["kind"], spec.name.replace("_", "-")
    choices = spec.metadata.get("choices", ())
    type_, metavar = (click.Choice(choices), None) if kind == "choice" else _READERS[kind]
    return click.option(
        f"--{name}", spec.name, type=type_, metavar=metavar, default=None, help=_help(spec)
    )


def _help(spec: dataclasses.Field[Any]) -> str:
    facts = []
    if "range" in spec.metadata and spec.metadata["kind"] != "layers":
        low, high = spec.metadata["range"]
        facts.append(f"{low} to {high} {spec.metadata.get('unit', '')}".strip())
    facts.append(f"default {_as_text(getattr(DreamSettings(), spec.name))}")
    return f"{spec.metadata['help']}  [{'; '.join(facts)}]"


def _as_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ",".join(f"{name}={weight:g}" for name, weight in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "all" if value == () else str(value)


def chosen_settings(
    preset: str | None, given: dict[str, Any], *, guided: bool = False
) -> DreamSettings:
    """The preset's settings (or the defaults) with the options that were given laid over them.

    `guided` says whether there is a guide image.

    Raises:
        click.UsageError: a value is not accepted; names the option and what it accepts.
    """
    base = PRESETS[preset].settings if preset else DreamSettings()
    changes = {name: value for name, value in given.items() if value is not None}
    try:
        settings = DreamSettings.from_json({**base.to_json(), **changes})
    except SettingsError as error:
        command = click.get_current_context().command
        option = next(param for param in command.params if param.name == error.field)
        lists = error.field == "layers" and isinstance(error.value, str)
        more = " `dreambridge layers` lists them all." if lists else ""
        shown = _as_text(error.value) or "Nothing"
        said = f"{shown} is not accepted; it takes {error.accepted}.{more}"
        raise click.BadParameter(said, param=option) from error
    if guided is not (settings.objective == "guide"):
        raise click.UsageError("--guide and --objective guide go together.")
    return settings
