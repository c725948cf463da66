"""The plug-in's two commands: a new dream, and an earlier dream dream_layer.

A command says what to dream for the arguments as they are now (the dialog's preview asks often),
and puts what was dreamed into the document. `execution` runs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from gi.repository import Gimp

from bridgeclient.looks import Json, defaults
from gimpdream import arguments
from gimpdream.document import dream_layer
from gimpdream.document.checks import check_layers, check_source_unchanged
from gimpdream.document.layers import FinishedDream, insert_dreams, replace_pixels
from gimpdream.document.plan import Plan, sources
from gimpdream.document.selection import selection_fingerprint
from gimpdream.errors import UserError


class Command(Protocol):
    """What the user asked for. Making one checks the document and may raise `UserError`."""

    image: Gimp.Image

    def __init__(self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], schema: Json) -> None:
        """A command for the layers that are selected in the image."""

    def prefill(self, config: Any) -> Json | None:
        """Set the arguments that the dialog starts with; returns the layer's own settings."""

    def plan(self, config: Any) -> Plan:
        """What to dream for these arguments; raises `UserError`."""

    def selection_fingerprint(self) -> object:
        """A value that changes whenever the document's selection does."""

    def finish(self, dreams: Sequence[FinishedDream]) -> Sequence[Gimp.Layer]:
        """Put the dreams into the document and return their layers; raises `UserError`."""


class NewDream:
    """Dream the selected layers, each into a new layer above it."""

    def __init__(self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], schema: Json) -> None:
        self.image, self._schema = image, schema
        self._layers = check_layers(image, drawables)

    def prefill(self, config: Any) -> Json | None:
        """GIMP itself brings the arguments of the last time; what none has set is the preset's."""
        try:
            settings = arguments.read_settings(config, self._schema)
        except UserError:  # what was kept can't be read: the dialog has to open all the same
            settings = defaults(self._schema)
            config.set_property("preset", arguments.CUSTOM)
        arguments.write_settings(config, settings, self._schema)
        return None

    def plan(self, config: Any) -> Plan:
        """Each selected layer, inside the selection."""
        parameters = arguments.read_parameters(config, self._schema)
        return Plan(parameters, sources(self.image, self._layers, parameters, self._schema))

    def selection_fingerprint(self) -> object:
        """Of the image's selection."""
        return selection_fingerprint(self.image)

    def finish(self, dreams: Sequence[FinishedDream]) -> Sequence[Gimp.Layer]:
        """Insert each dream as a new layer."""
        for dream in dreams:
            check_source_unchanged(self.image, dream.source, dream.metadata)
        return insert_dreams(self.image, dreams)


class DreamAgain:
    """Dream the source of a dream layer anew, into the same layer."""

    def __init__(self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], schema: Json) -> None:
        self.image, self._schema = image, schema
        self._found = dream_layer.selected_dream_layer(image, drawables)

    def prefill(self, config: Any) -> Json | None:
        """Start with what the layer remembers."""
        return dream_layer.prefill(self.image, self._found, config, self._schema)

    def plan(self, config: Any) -> Plan:
        """The source of the dream layer, where that shows now."""
        parameters = dream_layer.read_parameters(self.image, self._found, config, self._schema)
        return Plan(
            parameters, [dream_layer.source_of(self.image, self._found, parameters, self._schema)]
        )

    def selection_fingerprint(self) -> object:
        """Nothing: the layer's mask counts, not the selection."""
        return None

    def finish(self, dreams: Sequence[FinishedDream]) -> Sequence[Gimp.Layer]:
        """Give the layer its new pixels."""
        (dream,) = dreams
        check_source_unchanged(self.image, dream.source, dream.metadata)
        dream_layer.check_layer_unchanged(self._found, dream.pixels)
        replace_pixels(self.image, self._found.layer, dream)
        return [self._found.layer]
