"""Whether a setting's value is one that the server takes, and if not, what is wrong in a sentence.

For editors, which say it where it was typed and not after a dream was sent. Everything comes from
the JSON schema; the server checks all the same. Knows no editor and no widget.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from bridgeclient.looks import Json, defaults


def check(name: str, value: object, schema: Json) -> None:
    """Look at one setting by itself.

    Raises:
        ValueError: the server would not take it; the text says why.
    """
    spec: Json = schema["properties"][name]
    _CHECKS[str(spec["x-kind"])](value, spec)


def check_together(settings: Mapping[str, Any], schema: Json) -> None:
    """Look at what settings that are right by themselves demand of each other.

    Raises:
        ValueError: they contradict each other; the text says how.
    """
    for layer in settings["layers"]:
        channels = int(schema["x-layers"][layer]["channels"])
        for channel in settings["channels"]:
            if channel >= channels:
                raise ValueError(f"{layer} has the channels 0 to {channels - 1}, no {channel}.")


def completed(settings: Mapping[str, Any], schema: Json) -> Json:
    """The settings that the schema knows and allows, with defaults for the rest.

    For settings that were saved, perhaps by another version.
    """
    whole = defaults(schema)
    for name in whole.keys() & settings.keys():
        with suppress(ValueError):
            check(name, settings[name], schema)
            whole[name] = settings[name]
    try:
        check_together(whole, schema)
    except ValueError:
        whole["channels"] = defaults(schema)["channels"]
    return whole


def from_text(kind: str, text: str) -> Any:
    """A value of a kind that is written as text; the inverse of `looks.as_text`.

    Raises:
        ValueError: it can't be read; the text says why.
    """
    return _READERS[kind](text)


def read_layers(text: str) -> dict[str, float]:
    """The layers and weights of a text such as "relu3_3=0.5,relu5_1"; see `looks.as_text`.

    Raises:
        ValueError: it can't be read.
    """
    weights = {}
    for part in _parts(text):
        name, equals, weight = (piece.strip() for piece in part.partition("="))
        if len(name.split()) > 1:
            raise ValueError(f"Put commas between layers: {','.join(name.split())}.")
        if name in weights:
            raise ValueError(f"{name} is named twice.")
        try:
            weights[name] = float(weight) if equals else 1.0
        except ValueError:
            raise ValueError(f"“{weight}” is no weight: write {name}=0.5.") from None
    return weights


def read_integers(text: str) -> list[int]:
    """The numbers of a text such as "3,14".

    Raises:
        ValueError: it can't be read.
    """
    try:
        return [int(part) for part in _parts(text)]
    except ValueError:
        raise ValueError("Write whole numbers with commas between them: 3,14.") from None


_READERS: dict[str, Callable[[str], Any]] = {"layers": read_layers, "integers": read_integers}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _number(value: object, spec: Json) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool) or value != value:
        raise ValueError(f"“{value}” is no number.")
    _in_range(value, spec)


def _integer(value: object, spec: Json) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"“{value}” is no whole number.")
    _in_range(value, spec)


def _in_range(value: float, spec: Json) -> None:
    low, high = spec["minimum"], spec["maximum"]
    if not low <= value <= high:
        raise ValueError(f"{value} is outside {low:g} to {high:g}.")


def _choice(value: object, spec: Json) -> None:
    if value not in spec["enum"]:
        raise ValueError(f"“{value}” is none of {', '.join(spec['enum'])}.")


def _integers(value: object, spec: Json) -> None:
    if not isinstance(value, list):
        raise ValueError(f"“{value}” is no list of whole numbers.")
    for one in value:
        _integer(one, spec["items"])


def _layers(value: object, spec: Json) -> None:
    if not isinstance(value, dict) or not value:
        raise ValueError(f"Name at least one layer, such as {next(iter(spec['default']))}.")
    known = spec["propertyNames"]["enum"]
    for name, weight in value.items():
        if name not in known:
            raise ValueError(f"“{name}” is no layer. There are {_families(known)}.")
        _number(weight, spec["additionalProperties"])
    if not any(value.values()):
        raise ValueError("At least one layer needs a weight other than 0.")


def _families(names: list[str]) -> str:
    """ "conv1_1 to conv5_3, relu1_1 to relu5_3, pool1 to pool5"."""
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(name.rstrip("0123456789_"), []).append(name)
    return ", ".join(f"{family[0]} to {family[-1]}" for family in families.values())


_CHECKS: dict[str, Callable[[object, Json], None]] = {
    "integer": _integer,
    "number": _number,
    "choice": _choice,
    "integers": _integers,
    "layers": _layers,
}
