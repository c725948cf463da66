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
    chosen, layers = settings["channels"], dict(settings["layers"])
    for others in settings["layers_at"].values():
        layers |= others
    by_layer = chosen if isinstance(chosen, dict) else dict.fromkeys(layers, chosen)
    for layer, channels in by_layer.items():
        if layer not in layers:
            raise ValueError(f"Channels of {layer} are named, which is none of the layers.")
        count = int(schema["x-layers"][layer]["channels"])
        for channel in map(int, channels):
            if channel >= count:
                raise ValueError(f"{layer} has the channels 0 to {count - 1}, no {channel}.")


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


def _channels(value: object, spec: Json) -> None:
    listed, by_layer = spec["anyOf"]
    if isinstance(value, list):
        for one in value:
            _integer(one, listed["items"])
    elif isinstance(value, dict) and value:
        for layer, channels in value.items():
            _known(layer, by_layer["propertyNames"]["enum"])
            _channels_of(layer, channels, listed["items"], by_layer["additionalProperties"])
    else:
        raise ValueError(f"“{value}” names no channels: write 3,14 or relu4_3:12=1,98=0.5.")


def _channels_of(layer: str, channels: object, number: Json, spec: Json) -> None:
    if not isinstance(channels, dict) or not channels:
        raise ValueError(f"Name at least one channel of {layer}.")
    for channel, weight in channels.items():
        if not isinstance(channel, str) or not (channel.isascii() and channel.isdecimal()):
            raise ValueError(f"“{channel}” is no channel's number.")
        _integer(int(channel), number)
        _number(weight, spec["additionalProperties"])
    if not any(channels.values()):
        raise ValueError(f"At least one channel of {layer} needs a weight other than 0.")


def _layers(value: object, spec: Json) -> None:
    if not isinstance(value, dict) or not value:
        raise ValueError(
            f"Name at least one layer, such as {next(iter(spec.get('default', {'relu4_3': 1})))}."
        )
    known = spec["propertyNames"]["enum"]
    for name, weight in value.items():
        _known(name, known)
        _number(weight, spec["additionalProperties"])
    if not any(value.values()):
        raise ValueError("At least one layer needs a weight other than 0.")


def _layers_at(value: object, spec: Json) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"“{value}” are no layers by octave: write 1:relu5_1,4:relu3_3.")
    low, high = spec["x-octaves"]
    for octave, layers in value.items():
        if not (str(octave).isascii() and str(octave).isdecimal() and low <= int(octave) <= high):
            raise ValueError(f"“{octave}” is no octave from {low} to {high}.")
        _layers(layers, spec["additionalProperties"])


def _known(layer: object, known: list[str]) -> None:
    if layer not in known:
        raise ValueError(f"“{layer}” is no layer. There are {_families(known)}.")


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
    "layers_at": _layers_at,
    "channels": _channels,
    "layers": _layers,
}
