"""What is chosen in the docker: the settings behind its widgets, presets, names, text.

Everything about a setting comes from `schema.json`. Widgets change the settings through
`SettingsModel` and listen to it, so that a preset, a slider and the text of the same setting never
disagree. No Qt and no Krita here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bridgeclient import validation
from bridgeclient.looks import Json, look, preset_of, with_guide
from bridgeclient.region import EDGE
from bridgeclient.validation import completed

EDGE_MOST = 10.0
"""The softest edge of a selection, in percent of its shorter side."""

SEED_MOST = 2**31 - 1
"""Seeds that the button makes are below; larger ones can be typed."""


def features(schema: Json) -> list[str]:
    """The layers that the feature size goes through, from the smallest features to the largest."""
    layers = {name: facts for name, facts in schema["x-layers"].items() if name.startswith("relu")}
    return sorted(layers, key=lambda name: (layers[name]["receptive_field"], name))


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


def feature_at(layer: str, schema: Json) -> str:
    """The layer of `features` whose features are as large as this layer's, or the next smaller."""
    names, fields = features(schema), schema["x-layers"]
    size = fields[layer]["receptive_field"]
    below = [name for name in names if fields[name]["receptive_field"] <= size]
    return layer if layer in names else (below or names[:1])[-1]


def deepest(settings: Mapping[str, Any], schema: Json) -> str:
    """The layer of the largest features that the settings excite."""
    fields = schema["x-layers"]
    names = [str(name) for name in settings["layers"]]
    return max(names, key=lambda name: (fields[name]["receptive_field"], name))


class SettingsModel:
    """The settings as they are now; `listen` to be told of changes."""

    def __init__(
        self, schema: Json, settings: Mapping[str, Any] | None = None, edge: float = EDGE
    ) -> None:
        self.schema = schema
        self._edge = edge if 0 <= edge <= EDGE_MOST else EDGE
        self._settings = completed(settings or {}, schema)
        self._listeners: list[Callable[[], None]] = []

    @property
    def settings(self) -> Json:
        """A copy of all settings."""
        return dict(self._settings)

    @property
    def edge(self) -> float:
        """How soft a selection's edge is dreamed, in percent of its shorter side; the editor's."""
        return self._edge

    @property
    def preset(self) -> str | None:
        """The preset that the settings are."""
        return preset_of(self._settings, self.schema)

    @property
    def feature(self) -> str:
        """The layer of the largest features."""
        return deepest(self._settings, self.schema)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each change."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[], None]) -> None:
        """Don't call it any more."""
        self._listeners.remove(listener)

    def check(self, name: str, value: Any) -> None:
        """Look whether a setting can be changed to a value.

        Raises:
            ValueError: it can't; the text says why.
        """
        validation.check(name, value, self.schema)
        validation.check_together(self._settings | {name: value}, self.schema)

    def set(self, name: str, value: Any) -> None:
        """Change one setting.

        Raises:
            ValueError: it can't be, and nothing is changed; the text says why.
        """
        self.check(name, value)
        self._change({name: value})

    def choose_edge(self, edge: float) -> None:
        """Dream selections with this edge."""
        if edge != self._edge:
            self._edge = edge
            self._tell()

    def choose_feature(self, layer: str) -> None:
        """Dream of this layer's features alone."""
        self._change({"layers": {layer: 1.0}, "channels": []})

    def choose_preset(self, name: str) -> None:
        """Take a preset's look; the seed stays."""
        self._change(look(self.schema["x-presets"][name]["settings"]))

    def replace(self, settings: Mapping[str, Any]) -> None:
        """Take all of these settings."""
        self._change(completed(settings, self.schema))

    def wanted(self, *, guided: bool) -> Json:
        """The settings to dream with: a guide layer and the guide objective go together.

        Raises:
            ValueError: a guide is missing; the text says what to do.
        """
        return with_guide(self._settings, guided=guided)

    def _change(self, changes: Json) -> None:
        if all(self._settings.get(name) == value for name, value in changes.items()):
            return
        self._settings |= changes
        self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()
