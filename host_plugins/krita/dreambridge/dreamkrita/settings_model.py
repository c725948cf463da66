"""What is chosen in the docker: the settings behind its widgets, presets, names, text.

Everything about a setting comes from `schema.json`. Widgets change the settings through
`SettingsModel` and listen to it, so that a preset, a slider and the text of the same setting never
disagree. No Qt and no Krita here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bridgeclient import validation
from bridgeclient.channels import chosen, with_channel, without_channel
from bridgeclient.features import deepest
from bridgeclient.looks import Json, look, preset_of, with_guide
from bridgeclient.region import EDGE
from bridgeclient.validation import completed

EDGE_MOST = 10.0
"""The softest edge of a selection, in percent of its shorter side."""

ABOVE, TOP, INTO = "above", "top", "into"
"""Where a dream goes: above its layer, on top of all, or into its layer."""

PLACES = (ABOVE, TOP, INTO)

SEED_MOST = 2**31 - 1
"""Seeds that the button makes are below; larger ones can be typed."""

_OF_CHANNELS = {"layers", "channels", "layers_at", "channel_mode"}
"""The settings that change when a channel is clicked on."""


class SettingsModel:
    """The settings as they are now; `listen` to be told of changes.

    `schema` has the looks that are offered, `damaged` a sentence for each that can't be.
    `edge`, `visible` and `place` are the editor's: how softly a selection fades, whether all that
    is visible is dreamed of instead of a layer, and where the dream goes.
    """

    def __init__(
        self,
        schema: Json,
        settings: Mapping[str, Any] | None = None,
        edge: float = EDGE,
        damaged: Sequence[str] = (),
        *,
        visible: bool = False,
        place: str = ABOVE,
    ) -> None:
        self.schema, self.damaged = schema, damaged
        self._visible = visible
        self._place = place if place in PLACES else ABOVE
        self._edge = edge if 0 <= edge <= EDGE_MOST else EDGE
        self._settings = completed(settings or {}, schema)
        self._before_channels: Json = {}
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
    def visible(self) -> bool:
        """Whether all that is visible is dreamed of, not the active layer."""
        return self._visible

    @property
    def place(self) -> str:
        """Where the dream goes, one of `PLACES`."""
        return self._place

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

    def offer(self, schema: Json, damaged: Sequence[str]) -> None:
        """Other looks are there now."""
        self.schema, self.damaged = schema, damaged
        self._tell()

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

    def choose_visible(self, visible: bool) -> None:
        """Dream of all that is visible, or of the active layer."""
        if visible != self._visible:
            self._visible = visible
            self._tell()

    def choose_place(self, place: str) -> None:
        """Put dreams there."""
        if place != self._place:
            self._place = place
            self._tell()

    def choose_feature(self, layer: str) -> None:
        """Dream of this layer's features alone."""
        self._change({"layers": {layer: 1.0}, "channels": [], "layers_at": {}})

    def choose_channel(self, layer: str, channel: int, weight: float = 1.0) -> None:
        """Dream of this channel, too, or with another weight; the first one replaces all others."""
        before = self._before_channels
        if not chosen(self._settings):
            before = {name: self._settings[name] for name in _OF_CHANNELS}
        self._change(with_channel(self._settings, layer, channel, weight))
        self._before_channels = before

    def leave_channel(self, layer: str, channel: int) -> None:
        """Dream of this channel no more; after the last one all is as before the first."""
        before, changes = self._before_channels, without_channel(self._settings, layer, channel)
        if before and not chosen(self._settings | changes):
            changes = before
        self._change(changes)
        self._before_channels = before

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
        if changes.keys() & _OF_CHANNELS:
            self._before_channels = {}
        self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()
