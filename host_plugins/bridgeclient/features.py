"""What the network's layers are called before an artist, and in which order they come.

One table for all editors: whoever offers layers by what they bring out says the same. Knows the
schema's `x-layers` and no widget.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridgeclient.octaves import every_layer

Json = dict[str, Any]

FEATURE_WORDS = {
    "relu1_1": "contrast",
    "relu1_2": "lines",
    "relu2_1": "strokes",
    "relu2_2": "dots",
    "relu3_1": "glow",
    "relu3_2": "beads",
    "relu3_3": "ripples",
    "relu4_1": "rings",
    "relu4_2": "swirls",
    "relu4_3": "eyes",
    "relu5_1": "faces",
    "relu5_2": "domes",
    "relu5_3": "creatures",
}
"""What a dream of a layer's features is made of, as it was seen in photographs."""


def features(schema: Json) -> list[str]:
    """The layers that have such a word, from the smallest features to the largest."""
    fields = schema["x-layers"]
    layers = [name for name in fields if name in FEATURE_WORDS]
    return sorted(layers, key=lambda name: (fields[name]["receptive_field"], name))


def feature_at(layer: str, schema: Json) -> str:
    """The layer of `features` whose features are as large as this layer's, or the next smaller."""
    names, fields = features(schema), schema["x-layers"]
    size = fields[layer]["receptive_field"]
    below = [name for name in names if fields[name]["receptive_field"] <= size]
    return layer if layer in names else (below or names[:1])[-1]


def deepest(settings: Mapping[str, Any], schema: Json) -> str:
    """The layer of the largest features that the settings excite."""
    fields = schema["x-layers"]
    return max(every_layer(settings), key=lambda name: (fields[name]["receptive_field"], name))


def channel_words(layer: str, channel: int) -> str:
    """What a channel's picture is, for whoever has the mouse on it."""
    kind = FEATURE_WORDS.get(layer)
    kin = f", of the kind “{kind}”" if kind else ""
    return f"Grows what this picture shows{kin}. Channel {channel} of the layer {layer}."
