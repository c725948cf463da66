"""Command-line options for every setting of a dream, and for how it is computed.

Generated from `DreamSettings` and `Execution`: a new parameter appears here without a change.
Values are checked by those classes; here they are only read from text.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from bridgeclient.channels import Json, laid_over
from bridgeclient.looks import with_guide
from bridgeclient.text import WRITTEN, as_text, from_text
from dreambridge.cli.own_looks import LookType, settings_of
from dreamcore.errors import SettingsError
from dreamcore.settings import DreamSettings, Execution

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _written(kind: str) -> Callable[[str], Any]:
    """Reads text as the editors do."""

    def read(text: str) -> Any:
        try:
            return from_text(kind, text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return read


def _tile(text: str) -> str | int:
    """A word, or a number of pixels."""
    return int(text) if text.isdecimal() else text


_STILL = [
    spec.name for spec in dataclasses.fields(DreamSettings) if spec.metadata["group"] != "motion"
]

_GUIDED = "--guide and --objective guide go together."

_READERS: dict[str, tuple[Any, str | None]] = {
    "integer": (click.INT, None),
    "number": (click.FLOAT, None),
    "layers": (_written("layers"), "LAYER[=WEIGHT],…"),
    "channels": (_written("channels"), "[LAYER:]NUMBER[=WEIGHT],…"),
    "layers_at": (_written("layers_at"), "OCTAVE:LAYER[=WEIGHT],…"),
    "tile": (_tile, "auto|off|PIXELS"),
    "device": (click.STRING, "auto|cpu|cuda[:N]|xpu[:N]|mps"),
}


_NOTHING = {"channels": "all", "layers_at": "none"}
"""What an empty value of a setting means."""


def settings_options(command: _Command) -> _Command:
    """Add `--preset` and one option for each setting, all None where they are not given."""
    return _preset_option(several=False)(_options(DreamSettings)(command))


def still_options(command: _Command) -> _Command:
    """The same for stills: without the settings of motion, which do nothing there."""
    return _preset_option(several=False)(_options(DreamSettings, _STILL)(command))


def several_presets_options(command: _Command) -> _Command:
    """The same with a `--preset` that may be given several times, () where it is not."""
    return _preset_option(several=True)(_options(DreamSettings, _STILL)(command))


def _preset_option(*, several: bool) -> Callable[[_Command], _Command]:
    text = "Start from this look; other options change it. `dreambridge presets` lists them all."
    more = " May be given several times." if several else ""
    return click.option(
        "--preset", type=LookType(), metavar="LOOK", multiple=several, help=text + more
    )


def execution_options(*names: str) -> Callable[[_Command], _Command]:
    """Add an option for each of these parameters of `Execution`, None where it is not given."""
    return _options(Execution, names)


def _options(parameters: type, names: Collection[str] = ()) -> Callable[[_Command], _Command]:
    """An option for each field of a class of parameters, or for those named."""

    def add(command: _Command) -> _Command:
        for spec in reversed(dataclasses.fields(parameters)):
            if not names or spec.name in names:
                command = _option(spec)(command)
        return command

    return add


def _option(spec: dataclasses.Field[Any]) -> Callable[[_Command], _Command]:
    kind, name = spec.metadata["kind"], spec.name.replace("_", "-")
    choices = spec.metadata.get("choices", ())
    type_, metavar = (click.Choice(choices), None) if kind == "choice" else _READERS[kind]
    facts: dict[str, Any] = {"type": type_, "metavar": metavar, "help": _help(spec)}
    facts |= {"multiple": True, "callback": _merged} if kind == "layers_at" else {"default": None}
    return click.option(f"--{name}", spec.name, **facts)


def _merged(_: click.Context, __: click.Parameter, values: Sequence[Json]) -> Json | None:
    """What an option says that may be given several times; None where it is not given."""
    return {octave: layers for value in values for octave, layers in value.items()} or None


def _help(spec: dataclasses.Field[Any]) -> str:
    facts = []
    if "range" in spec.metadata and spec.metadata["kind"] not in WRITTEN:
        low, high = spec.metadata["range"]
        facts.append(f"{low} to {high} {spec.metadata.get('unit', '')}".strip())
    default = spec.default_factory() if callable(spec.default_factory) else spec.default
    facts.append(f"default {as_text(spec.metadata['kind'], default) or _NOTHING[spec.name]}")
    return f"{spec.metadata['help']}  [{'; '.join(facts)}]"


def chosen_settings(
    preset: str | None, given: dict[str, Any], *, guided: bool = False
) -> DreamSettings:
    """The preset's settings (or the defaults) with the options that were given laid over them.

    `guided` says whether there is a guide image, which decides the objective unless one is given.

    Raises:
        click.UsageError: a value is not accepted; names the option and what it accepts.
    """
    base = settings_of(preset) if preset else DreamSettings()
    with _naming_options():
        settings = DreamSettings.from_json(laid_over(base.to_json(), _chosen(given)))
    if guided and given.get("objective") not in (None, "guide"):
        raise click.UsageError(_GUIDED)
    try:
        values = with_guide(settings.to_json(), guided=guided)
    except ValueError as error:
        raise click.UsageError(_GUIDED) from error
    with _naming_options():
        return DreamSettings.from_json(values)


def chosen_execution(given: dict[str, Any]) -> Execution | None:
    """What was chosen of how to compute, taken out of `given`; None if nothing was.

    Raises:
        click.UsageError: a value is not accepted; names the option and what it accepts.
    """
    names = [spec.name for spec in dataclasses.fields(Execution) if spec.name in given]
    changes = _chosen({name: given.pop(name) for name in names})
    with _naming_options():
        return Execution(**changes) if changes else None


def _chosen(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


@contextmanager
def _naming_options() -> Iterator[None]:
    """Say which option has a value that is not accepted."""
    try:
        yield
    except SettingsError as error:
        command = click.get_current_context().command
        option = next(param for param in command.params if param.name == error.field)
        lists = error.field == "layers" and isinstance(error.value, str)
        more = " `dreambridge layers` lists them all." if lists else ""
        shown = _shown(error.value) or "Nothing"
        said = f"{shown} is not accepted; it takes {error.accepted}.{more}"
        raise click.BadParameter(said, param=option) from error


def _shown(value: Any) -> str:
    return as_text("layers", value) if isinstance(value, Mapping) else str(value)
