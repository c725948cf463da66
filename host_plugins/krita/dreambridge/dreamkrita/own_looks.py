"""The user's own looks in Krita: saved with a picture, changed, and offered to all dockers at once.

What they are and where is `bridgeclient.own_looks`'s; no Qt and no Krita here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bridgeclient import BridgeError
from bridgeclient.looks import look
from bridgeclient.own_looks import OwnLook, OwnLooks, plugin_looks, plugin_schema
from dreamkrita.settings_model import SettingsModel


class LookKeeper:
    """Each call raises `BridgeError` where something can't be done; its text is for the user."""

    def __init__(self, here: Path, model: SettingsModel) -> None:
        self.model, self._here = model, here

    def look_again(self) -> None:
        """Offer what another program has saved or changed."""
        with suppress(BridgeError):
            schema, damaged = plugin_schema(self._here)
            if (schema, damaged) != (self.model.schema, list(self.model.damaged)):
                self.model.offer(schema, damaged)

    def save(self, label: str, thumbnail: bytes) -> None:
        """Keep the settings as they are, without the seed, as a new look."""
        settings = look(self.model.settings)
        self._done(lambda looks: looks.save(label, settings, thumbnail))

    def label_in(self, path: Path) -> str:
        """The label of the look in a file."""
        return plugin_looks(self._here).look_of(path).label

    def take_in(self, path: Path, label: str) -> None:
        """Import a look's file under this label, and take its settings."""
        looks: list[OwnLook] = []
        self._done(lambda own: looks.append(own.take_in(path, label)))
        self.model.choose_preset(looks[0].name)

    def rename(self, name: str, label: str) -> None:
        """Give a look another label."""
        self._done(lambda looks: looks.rename(name, label))

    def favour(self, name: str, favourite: bool) -> None:
        """Let a look stand before the others, or not any more."""
        self._done(lambda looks: looks.favour(name, favourite))

    def delete(self, name: str) -> None:
        """Delete a look."""
        self._done(lambda looks: looks.delete(name))

    def export(self, name: str, path: Path) -> None:
        """Write a look to a file of the user's."""
        plugin_looks(self._here).export(name, path)

    def _done(self, change: Callable[[OwnLooks], object]) -> None:
        change(plugin_looks(self._here))
        self.model.offer(*plugin_schema(self._here))
