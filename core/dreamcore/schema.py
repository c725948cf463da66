"""The settings as a JSON schema, for every program that offers them without importing the engine.

Generated from `DreamSettings` alone. Beside JSON Schema's own words each property carries
`x-kind`, `x-label`, `x-group` ("main", "advanced" or "motion") and `x-unit`; that of layers by
octave has the range of the octaves as `x-octaves`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from dreamcore.fields import Json
from dreamcore.layers import LAYERS, MOST_CHANNELS
from dreamcore.presets import PRESETS
from dreamcore.settings import DreamSettings

_TYPES = {"integer": "integer", "number": "number", "choice": "string"}


def schema() -> Json:
    """The JSON schema of `DreamSettings`, with the layers' geometry and the presets beside it.

    `x-layers` maps a layer's name to its `channels`, `stride`, `receptive_field`, `halo` and
    `multiply_adds`; `x-presets` maps a preset's name to its `label`, `help` and complete
    `settings`.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "DreamSettings",
        "type": "object",
        "additionalProperties": False,
        "properties": {spec.name: _property(spec) for spec in dataclasses.fields(DreamSettings)},
        "x-layers": {name: _layer(name) for name in LAYERS},
        "x-presets": {
            name: {"label": look.label, "help": look.help, "settings": look.settings.to_json()}
            for name, look in PRESETS.items()
        },
    }


def _property(spec: dataclasses.Field[Any]) -> Json:
    facts, default = spec.metadata, DreamSettings().to_json()[spec.name]
    described = {
        "description": facts["help"],
        "default": default,
        "x-kind": facts["kind"],
        "x-label": facts["label"],
        "x-group": facts["group"],
        "x-unit": facts.get("unit", ""),
    }
    bounds = dict(zip(("minimum", "maximum"), facts.get("range", ()), strict=False))
    match facts["kind"]:
        case "layers":
            return described | _by_layer({"type": "number", **bounds})
        case "layers_at":
            weights = _by_layer({"type": "number", **bounds})
            shape: Json = {"type": "object", "propertyNames": {"pattern": "^[0-9]+$"}}
            low, high = facts["octaves"]
            return described | shape | {"additionalProperties": weights, "x-octaves": [low, high]}
        case "channels":
            number = {"type": "integer", "minimum": 0, "maximum": MOST_CHANNELS - 1}
            weights = {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": "^[0-9]+$"},
                "additionalProperties": {"type": "number", **bounds},
            }
            return described | {"anyOf": [{"type": "array", "items": number}, _by_layer(weights)]}
        case "choice":
            return described | {"type": "string", "enum": list(facts["choices"])}
        case kind:
            return described | {"type": _TYPES[kind], **bounds}


def _by_layer(item: Json) -> Json:
    """A map of at least one layer's name to an item."""
    names = {"enum": list(LAYERS)}
    shape: Json = {"type": "object", "minProperties": 1, "propertyNames": names}
    return shape | {"additionalProperties": item}


def _layer(name: str) -> Json:
    layer = LAYERS[name]
    return {
        "channels": layer.channels,
        "stride": layer.stride,
        "receptive_field": layer.receptive_field,
        "halo": layer.halo,
        "multiply_adds": layer.multiply_adds,
    }
