"""The plug-in's two commands: a new dream, and an earlier dream again.

A command reads the arguments, finds what to dream in the document, and puts what was dreamed into
it. `execution` runs it; the dialog's preview asks it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from gi.repository import Gimp

from bridgeclient.looks import Json, defaults
from gimpdream import arguments
from gimpdream.arguments import ITSELF, MASK, Parameters
from gimpdream.document import dream_layer
from gimpdream.document.appearance import layer_fingerprint
from gimpdream.document.checks import check_layers, check_source_unchanged
from gimpdream.document.layers import FinishedDream, insert_dreams, replace_pixels
from gimpdream.document.overwriting import overwrite_layers
from gimpdream.document.plan import selected_sources
from gimpdream.document.selection import selection_fingerprint
from gimpdream.document.source import SourceRegion
from gimpdream.document.visible import check_size_unchanged, visible_copy, visible_fingerprint
from gimpdream.errors import UserError


class Command(Protocol):
    """What the user asked for. Making one checks the document and may raise `UserError`."""

    image: Gimp.Image

    several: bool
    """Whether more than one layer is to be dreamed."""

    def __init__(self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], schema: Json) -> None:
        """A command for the layers that are selected in the image."""

    def prefill(self, config: Any) -> Json | None:
        """Set the arguments that the dialog starts with; returns the layer's own settings."""

    def parameters(self, config: Any) -> Parameters:
        """What the arguments ask for; raises `UserError`."""

    def sources(self, parameters: Parameters) -> Sequence[SourceRegion]:
        """What to dream, read from the document; raises `UserError`."""

    def fingerprint(self) -> object:
        """A value that changes with what one sees of the sources and their selection; cheap."""

    def finish(self, dreams: Sequence[FinishedDream]) -> Sequence[Gimp.Layer]:
        """Put the dreams into the document and return their layers; raises `UserError`."""

    def close(self) -> None:
        """Let go of what was made for the sources."""


class NewDream:
    """Dream the selected layers, each into a new layer above it; as frames or one by one."""

    def __init__(self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], schema: Json) -> None:
        self.image, self._schema = image, schema
        self._layers = check_layers(image, drawables)
        self.several = len(self._layers) > 1
        self._visible: Gimp.Layer | None = None

    def prefill(self, config: Any) -> Json | None:
        """GIMP itself brings the arguments of the last time; what none has set is the preset's."""
        try:
            settings = arguments.read_settings(config, self._schema)
        except UserError:  # what was kept can't be read: the dialog has to open all the same
            settings = defaults(self._schema)
            config.set_property("preset", arguments.CUSTOM)
        arguments.write_settings(config, settings, self._schema)
        return None

    def parameters(self, config: Any) -> Parameters:
        """What the arguments ask for; a single layer is no animation, and frames stay layers."""
        given = arguments.read_parameters(config, self._schema)
        if given.visible:  # one source, and no layer of the image
            result = MASK if given.result == ITSELF else given.result
            return replace(given, coherent=False, result=result)
        if not given.coherent:
            return given
        return replace(given, result=ITSELF) if self.several else replace(given, coherent=False)

    def sources(self, parameters: Parameters) -> Sequence[SourceRegion]:
        """Each selected layer, or all that is visible, inside the selection."""
        self.close()
        if parameters.visible:
            self._visible = visible_copy(self.image)
            return selected_sources(self.image, [self._visible], parameters, self._schema)
        return selected_sources(self.image, self._layers, parameters, self._schema)

    def fingerprint(self) -> object:
        if not all(item.is_valid() for item in (self.image, *self._layers)):
            return None
        selection = selection_fingerprint(self.image)
        if self._visible is not None:
            return visible_fingerprint(self.image), selection
        return [layer_fingerprint(layer) for layer in self._layers], selection

    def finish(self, dreams: Sequence[FinishedDream]) -> Sequence[Gimp.Layer]:
        """Insert each dream as a new layer, or write it into its own."""
        for dream in dreams:
            check_source_unchanged(self.image, dream.source, dream.metadata)
        if self._visible is not None:
            check_size_unchanged(self.image, self._visible)
        if dreams[0].parameters.result == ITSELF:
            return overwrite_layers(self.image, dreams)
        return insert_dreams(self.image, dreams)

    def close(self) -> None:
        if self._visible is not None:
            self._visible.get_image().delete()
            self._visible = None


class DreamAgain:
    """Dream the source of a dream layer anew, into the same layer."""

    def __init__(self, image: Gimp.Image, drawables: Sequence[Gimp.Drawable], schema: Json) -> None:
        self.image, self._schema = image, schema
        self.several = False
        self._found = dream_layer.selected_dream_layer(image, drawables)

    def prefill(self, config: Any) -> Json | None:
        """Start with what the layer remembers."""
        return dream_layer.prefill(self.image, self._found, config, self._schema)

    def parameters(self, config: Any) -> Parameters:
        return dream_layer.read_parameters(self.image, self._found, config, self._schema)

    def sources(self, parameters: Parameters) -> Sequence[SourceRegion]:
        """The source of the dream layer, where that shows now."""
        return [dream_layer.source_of(self.image, self._found, parameters, self._schema)]

    def fingerprint(self) -> object:
        """Of the layer with its mask, and of its source; the selection doesn't count."""
        return dream_layer.fingerprint(self.image, self._found)

    def finish(self, dreams: Sequence[FinishedDream]) -> Sequence[Gimp.Layer]:
        """Give the layer its new pixels."""
        (dream,) = dreams
        check_source_unchanged(self.image, dream.source, dream.metadata)
        dream_layer.check_layer_unchanged(self._found, dream.pixels)
        replace_pixels(self.image, self._found.layer, dream)
        return [self._found.layer]

    def close(self) -> None:
        """Nothing was made."""
