"""How a parameter is described and checked: the metadata and the validators of dataclass fields.

A parameter's kind says what values it takes; a new kind is added here, and where values are read
from text or shown. Knows no parameter by name.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dreamcore.errors import SettingsError
from dreamcore.layers import LAYERS, MOST_CHANNELS

Json = dict[str, Any]

Channels = tuple[int, ...] | Mapping[str, Mapping[int, float]]
"""Channels of every layer, or by layer and number their weights."""


def described(default: Any, kind: str, label: str, help: str, **facts: Any) -> Any:
    """A dataclass field with its description; `facts` may hold range, unit, group and choices."""
    metadata = {"kind": kind, "label": label, "help": help, "group": "advanced", **facts}
    if callable(default):
        return dataclasses.field(default_factory=default, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def validated(instance: Any) -> None:
    """Checks every field of a frozen dataclass of `described` fields, and brings it into its type.

    Raises:
        SettingsError: a value isn't accepted.
    """
    for spec in dataclasses.fields(instance):
        value = _CHECKS[spec.metadata["kind"]](spec, getattr(instance, spec.name))
        object.__setattr__(instance, spec.name, value)


def _out_of_range(spec: dataclasses.Field[Any], value: Any) -> SettingsError:
    low, high = spec.metadata["range"]
    unit = spec.metadata.get("unit", "")
    return SettingsError(spec.name, value, f"{low} to {high} {unit}".rstrip())


def _integer(spec: dataclasses.Field[Any], value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise SettingsError(spec.name, value, "a whole number")
    low, high = spec.metadata["range"]
    if not low <= value <= high:
        raise _out_of_range(spec, value)
    return value


def _number(spec: dataclasses.Field[Any], value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SettingsError(spec.name, value, "a finite number")
    low, high = spec.metadata["range"]
    if not low <= value <= high:
        raise _out_of_range(spec, value)
    return float(value)


def _choice(spec: dataclasses.Field[Any], value: Any) -> str:
    if value not in spec.metadata["choices"] or not isinstance(value, str):
        raise SettingsError(spec.name, value, "one of " + ", ".join(spec.metadata["choices"]))
    return value


def _device(spec: dataclasses.Field[Any], value: Any) -> str:
    """One of the choices, in which N stands for a number."""
    choices: tuple[str, ...] = spec.metadata["choices"]
    patterns = [choice.replace("N", "(0|[1-9][0-9]*)") for choice in choices]
    if not isinstance(value, str) or not any(re.fullmatch(each, value) for each in patterns):
        raise SettingsError(spec.name, value, "one of " + ", ".join(choices))
    return value


def _tile(spec: dataclasses.Field[Any], value: Any) -> str | int:
    if isinstance(value, str) and value not in spec.metadata["choices"]:
        low, high = spec.metadata["range"]
        raise SettingsError(spec.name, value, f"auto, off, or {low} to {high} pixels")
    return value if isinstance(value, str) else _integer(spec, value)


_KNOWN_LAYERS = "a layer of VGG16, from conv1_1, relu1_1 and pool1 to conv5_3, relu5_3 and pool5"


def _layers(spec: dataclasses.Field[Any], value: Any) -> Mapping[str, float]:
    if not isinstance(value, Mapping) or not value:
        raise SettingsError(spec.name, value, "at least one layer name with its weight")
    for name in value:
        if name not in LAYERS:
            raise SettingsError(spec.name, name, _KNOWN_LAYERS)
    weights = {name: _number(spec, value[name]) for name in LAYERS if name in value}
    if not any(weights.values()):
        raise SettingsError(spec.name, value, "at least one weight that is not 0")
    return MappingProxyType(weights)


def _layers_at(spec: dataclasses.Field[Any], value: Any) -> Mapping[int, Mapping[str, float]]:
    """Layers by the octave from which on they count; the numbers may be text, as JSON has them."""
    if not isinstance(value, Mapping):
        raise SettingsError(
            spec.name, value, "layers with their weights by the number of an octave"
        )
    low, high = spec.metadata["octaves"]
    found = {}
    for key, layers in value.items():
        octave = _from_key(key)
        if isinstance(octave, bool) or not isinstance(octave, int) or not low <= octave <= high:
            raise SettingsError(spec.name, key, f"octaves {low} to {high}")
        found[octave] = _layers(spec, layers)
    return MappingProxyType(dict(sorted(found.items())))


def _channels(spec: dataclasses.Field[Any], value: Any) -> Channels:
    """Channels of every layer as a tuple, or by layer and number their weights."""
    if isinstance(value, list | tuple):
        return tuple(_channel(spec, number, MOST_CHANNELS) for number in value)
    if not isinstance(value, Mapping) or not value:
        raise SettingsError(spec.name, value, "a list of channels, or weights by layer and channel")
    for name in value:
        if name not in LAYERS:
            raise SettingsError(spec.name, name, _KNOWN_LAYERS)
    weights = {name: _weights(spec, name, value[name]) for name in LAYERS if name in value}
    return MappingProxyType(weights)


def _weights(spec: dataclasses.Field[Any], name: str, value: Any) -> Mapping[int, float]:
    """The weights of a layer's channels; their numbers may be text, as JSON has them."""
    if not isinstance(value, Mapping) or not value:
        raise SettingsError(spec.name, value, f"at least one channel of {name} with its weight")
    numbers = {_from_key(number): weight for number, weight in value.items()}
    found = {
        _channel(spec, number, LAYERS[name].channels, f" at layer {name}"): _number(spec, weight)
        for number, weight in numbers.items()
    }
    if not any(found.values()):
        raise SettingsError(spec.name, value, f"at least one weight that is not 0 at {name}")
    return MappingProxyType(dict(sorted(found.items())))


def _from_key(key: Any) -> Any:
    return int(key) if isinstance(key, str) and re.fullmatch("[0-9]{1,9}", key) else key


def _channel(spec: dataclasses.Field[Any], value: Any, count: int, where: str = "") -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < count:
        raise SettingsError(spec.name, value, f"0 to {count - 1}{where}")
    return value


def plain(value: Any) -> Any:
    """A field's value as JSON has it: mappings with text as keys, and lists."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return list(value) if isinstance(value, tuple) else value


def hashable(value: Any) -> Any:
    """A field's value as something that has a hash."""
    if isinstance(value, Mapping):
        return tuple((key, hashable(item)) for key, item in value.items())
    return value


_CHECKS = {
    "integer": _integer,
    "number": _number,
    "choice": _choice,
    "device": _device,
    "tile": _tile,
    "layers": _layers,
    "layers_at": _layers_at,
    "channels": _channels,
}
