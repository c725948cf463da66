"""Which layers the settings excite at which octave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def layers_of(settings: Mapping[str, Any], octave: int) -> Mapping[str, float]:
    """The layers of an octave with their weights; 1 is the coarsest, `octaves` the full size."""
    by_octave = {int(first): layers for first, layers in settings.get("layers_at", {}).items()}
    begun = [first for first in by_octave if first <= octave]
    layers: Mapping[str, float] = by_octave[max(begun)] if begun else settings["layers"]
    return layers


def every_layer(settings: Mapping[str, Any]) -> list[str]:
    """The names of the layers of all octaves."""
    used = [layers_of(settings, octave) for octave in range(1, int(settings["octaves"]) + 1)]
    return list(dict.fromkeys(name for layers in used for name in layers))
