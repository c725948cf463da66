"""Channels chosen one at a time, and what the choice means for the layers.

For whoever offers channels to click on: the setting `channels` is a list of channels of every
layer, or by layer and number their weights, and a layer whose channels are named has to be among
the settings' `layers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def chosen(settings: Mapping[str, Any]) -> dict[str, dict[int, float]]:
    """The channels that are chosen, by layer and number with their weights; {} means all."""
    channels, layers = settings["channels"], settings["layers"]
    if isinstance(channels, Mapping):
        return {
            layer: {int(number): float(weight) for number, weight in weights.items()}
            for layer, weights in channels.items()
        }
    return {layer: dict.fromkeys(channels, 1.0) for layer in layers} if channels else {}


def with_channel(
    settings: Mapping[str, Any], layer: str, channel: int, weight: float = 1.0
) -> Json:
    """The settings to change for this channel, too; the first one replaces all."""
    channels = chosen(settings)
    layers = dict(settings["layers"]) if channels else {}
    layers.setdefault(layer, 1.0)
    channels.setdefault(layer, {})[channel] = weight
    return _changes(layers, channels)


def without_channel(settings: Mapping[str, Any], layer: str, channel: int) -> Json:
    """The settings to change to leave this channel out, and a layer that it was the last of.

    After the very last one all channels of its layer count.
    """
    channels, layers = chosen(settings), dict(settings["layers"])
    left = channels.get(layer, {})
    left.pop(channel, None)
    if layer in channels and not left:
        del channels[layer]
        if len(layers) > 1:
            del layers[layer]
    return _changes(layers, channels)


def weight_of(settings: Mapping[str, Any], layer: str, channel: int) -> float:
    """The weight of a channel, 0 if it isn't chosen."""
    return chosen(settings).get(layer, {}).get(channel, 0.0)


def laid_over(settings: Mapping[str, Any], given: Mapping[str, Any]) -> Json:
    """The settings with those that are given in their place.

    Layers that are given count at all octaves, and channels of other layers than the settings'
    bring theirs along, unless that is given, too.
    """
    whole = {**settings, **given}
    channels = whole["channels"]
    if "layers" not in given and isinstance(channels, Mapping):
        named = {*whole["layers"]}.union(*whole["layers_at"].values())
        if not channels.keys() <= named:
            given = {**given, "layers": dict.fromkeys(channels, 1.0)}
    if "layers" in given:
        whole |= {"layers_at": {}, **given}
    return whole


def _changes(layers: Mapping[str, float], channels: Mapping[str, Mapping[int, float]]) -> Json:
    """The settings to change, so that these channels count, and at all octaves."""
    mode = {"channel_mode": "chosen"}
    return {"layers": layers, "channels": _as_setting(channels), "layers_at": {}, **mode}


def _as_setting(channels: Mapping[str, Mapping[int, float]]) -> Any:
    if not channels:
        return []
    return {
        layer: {str(number): weight for number, weight in weights.items()}
        for layer, weights in channels.items()
    }
