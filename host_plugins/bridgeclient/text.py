"""Settings' values as text and back: the one way in which they are written, for everyone.

The command line, GIMP's arguments and Krita's fields all write layers with weights and channels
like this. What a value may be is in `validation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Channels = list[int] | dict[str, dict[str, float]]
"""Channels of every layer, or by layer and number their weights, as the settings have them."""


def as_text(kind: str, value: Any) -> str:
    """A value of a kind that has no widget of its own.

    "relu3_3=0.5,relu5_1" for layers; "1,2" or "relu4_3:12,98=0.5,relu5_1:7" for channels;
    "1:relu5_1,4:relu3_3" for layers by octave.
    """
    writer = _WRITERS.get(kind, str)
    return writer(value)


def from_text(kind: str, text: str) -> Any:
    """A value of a kind that is written as text; the inverse of `as_text`.

    Raises:
        ValueError: it can't be read; the text says why.
    """
    return _READERS[kind](text)


def read_layers(text: str) -> dict[str, float]:
    """The layers and weights of a text such as "relu3_3=0.5,relu5_1".

    Raises:
        ValueError: it can't be read.
    """
    weights: dict[str, float] = {}
    for part in _parts(text):
        _add(weights, part, "relu3_3")
    return weights


def read_channels(text: str) -> Channels:
    """The channels of a text such as "3,14" or "relu4_3:12=1,98=0.5,relu5_1:7".

    A layer's name counts until the next one.

    Raises:
        ValueError: it can't be read.
    """
    chosen: dict[str, dict[str, float]] = {}
    layer = ""
    for part in _parts(text):
        name, colon, channel = (piece.strip() for piece in part.rpartition(":"))
        layer = name if colon else layer
        _add(chosen.setdefault(layer, {}), _number_first(channel), "12")
    if "" not in chosen:
        return chosen or []
    if len(chosen) > 1 or set(chosen[""].values()) != {1.0}:
        number = next(iter(chosen[""]))
        raise ValueError(f"Write the layer before its channels: relu4_3:{number}=0.5.")
    return [int(number) for number in chosen[""]]


def read_layers_at(text: str) -> dict[str, dict[str, float]]:
    """The layers by octave of a text such as "1:relu5_1,4:relu3_3=0.5,relu3_2".

    Raises:
        ValueError: it can't be read.
    """
    found: dict[str, dict[str, float]] = {}
    octave = ""
    for part in _parts(text):
        number, colon, layer = (piece.strip() for piece in part.partition(":"))
        if colon:
            octave = str(int(number)) if number.isascii() and number.isdecimal() else ""
        if not octave or not (layer or not colon):
            raise ValueError("Write an octave's number before its layers: 1:relu5_1,4:relu3_3.")
        _add(found.setdefault(octave, {}), layer if colon else part, "relu3_3")
    return found


def _number_first(part: str) -> str:
    """The part, which begins with a whole number, written in the one way.

    Raises:
        ValueError: it doesn't.
    """
    number, equals, weight = part.partition("=")
    try:
        return f"{int(number)}{equals}{weight}"
    except ValueError:
        raise ValueError(
            "Write whole numbers with commas between them: 3,14, "
            "or with their layer and weights: relu4_3:12=1,98=0.5."
        ) from None


def _add(weights: dict[str, float], part: str, example: str) -> None:
    """Takes up a part such as "relu3_3=0.5"; without a weight it is 1.

    Raises:
        ValueError: it can't be read.
    """
    name, equals, weight = (piece.strip() for piece in part.partition("="))
    if len(name.split()) > 1:
        raise ValueError(f"Put commas between layers: {','.join(name.split())}.")
    if name in weights:
        raise ValueError(f"{name} is named twice.")
    try:
        weights[name] = float(weight) if equals else 1.0
    except ValueError:
        raise ValueError(f"“{weight}” is no weight: write {name or example}=0.5.") from None


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _weights_text(weights: Mapping[str, float]) -> str:
    return ",".join(n if weight == 1 else f"{n}={weight:g}" for n, weight in weights.items())


def _channels_text(channels: Channels) -> str:
    if not isinstance(channels, Mapping):
        return ",".join(map(str, channels))
    return ",".join(f"{layer}:{_weights_text(weights)}" for layer, weights in channels.items())


_READERS: dict[str, Callable[[str], Any]] = {
    "layers": read_layers,
    "channels": read_channels,
    "layers_at": read_layers_at,
}
_WRITERS: dict[str, Callable[[Any], str]] = {
    "layers": _weights_text,
    "channels": _channels_text,
    "layers_at": _channels_text,
}

WRITTEN = frozenset(_READERS)
"""The kinds that are written as text."""
