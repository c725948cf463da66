"""What the preview is dreamed of. The document is read again when it was changed, not before.

A setting that is changed in the dialog costs no reading of the selection and no copy of a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gi.repository import Gimp

from bridgeclient.looks import Json
from bridgeclient.region import Rect, intersection
from gimpdream.arguments import Parameters
from gimpdream.bridge.preview_request import (
    Sketch,
    frame_of,
    sketch,
    sketch_of_part,
    small_sketch,
)
from gimpdream.commands import Command
from gimpdream.document.appearance import small_frame
from gimpdream.document.pixels import fingerprint
from gimpdream.document.plan import Plan
from gimpdream.document.source import SourceRegion, bounds_of, context_of
from gimpdream.ui.pixbufs import pixbuf
from gimpdream.ui.preview_picture import View

_VIEW_SIDE = 1024


def _painted_state(strength: Gimp.Drawable | None) -> object:
    return None if strength is None or not strength.is_valid() else fingerprint(strength)


class PreviewSource:
    """The sources of a command, kept until the document or the edge of the selection changes."""

    def __init__(self, command: Command, schema: Json) -> None:
        self._command, self._schema = command, schema
        self._fingerprint: object = command.fingerprint()
        self._read_for: object = None
        self._sources: Sequence[SourceRegion] = ()
        self._view: View | None = None
        self._strength: Gimp.Drawable | None = None
        self._painted: object = None
        self._visible = False

    def has_changed(self) -> bool:
        """Whether the document has changed since this was asked last."""
        before, self._fingerprint = self._fingerprint, self._command.fingerprint()
        painted, self._painted = self._painted, _painted_state(self._strength)
        return (before, painted) != (self._fingerprint, self._painted)

    def plan(self, parameters: Parameters) -> Plan:
        """What would be dreamed.

        Raises:
            UserError: the document doesn't allow it.
        """
        if parameters.strength is not self._strength:
            self._strength = parameters.strength
            self._painted = _painted_state(self._strength)
        state = self._fingerprint, parameters.reading, self._painted
        if state != self._read_for or state[0] is None:
            self._read_for = self._view = None
            self._sources = self._command.sources(parameters)
            if parameters.visible != self._visible:  # from now on other things count
                self._visible = parameters.visible
                self._fingerprint = self._command.fingerprint()
                state = self._fingerprint, *state[1:]
            self._read_for = state
        return Plan(parameters, [self._in_context(source, parameters) for source in self._sources])

    def _in_context(self, source: SourceRegion, parameters: Parameters) -> SourceRegion:
        bounds = bounds_of(source.layer)
        context = context_of(source.region, bounds, parameters, self._schema)
        return replace(source, context=context)

    @property
    def state(self) -> object:
        """A value that changes with what is read of the document."""
        return self._read_for

    @property
    def first(self) -> SourceRegion:
        """The source that is shown, once there was a plan."""
        return self._sources[0]

    def view(self) -> View:
        """The source with its surroundings; the same whatever the settings are."""
        if self._view is None:
            covers = frame_of(self.first)
            self._view = View(pixbuf(small_frame(self.first.layer, covers, _VIEW_SIDE)), covers)
        return self._view

    def part(self, centre: tuple[float, float], room: tuple[int, int]) -> View:
        """As much as there is room for at full size around a point of the layer."""
        canvas = bounds_of(self.first.layer)
        width, height = min(room[0], canvas.width), min(room[1], canvas.height)
        left = min(max(0, round(centre[0] - width / 2)), canvas.width - width)
        top = min(max(0, round(centre[1] - height / 2)), canvas.height - height)
        covers = intersection(Rect(left, top, width, height), canvas) or canvas
        picture = pixbuf(small_frame(self.first.layer, covers, max(width, height)))
        return View(picture, covers, full_size=True)

    def sketch(self, parameters: Parameters, most: int) -> Sketch:
        """The first source's dream with about `most` pixels; raises `UserError`."""
        return sketch(self.first, parameters, self._schema, most)

    def sketch_of_part(self, visible: Rect, parameters: Parameters) -> Sketch | None:
        """The dream of a part at full size, if any of it is dreamed; raises `UserError`."""
        return sketch_of_part(self.first, visible, parameters, self._schema)

    def small_sketch(self, parameters: Parameters, side: int) -> Sketch:
        """A tiny square of the first source; raises `UserError`."""
        return small_sketch(self.first, side, parameters)
