"""How long a dream and its draft would take now, from the active layer, selection and settings.

The speed of the last dreams is kept in Krita's own configuration. Looking is done often, so a
selection is read only where it can have parts far apart, and again only when it looks different.
GUI thread.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridgeclient import ImageFrame, Result
from bridgeclient.draft import draft_of, halved
from bridgeclient.estimate import Speeds, about, masked_work
from bridgeclient.looks import Json
from bridgeclient.parts import LEAST_GAP
from bridgeclient.region import Rect, context_margin, intersection, soft_edge, with_context
from dreamkrita.document.draft_payload import half_mask
from dreamkrita.document.feather import soft_bounds
from dreamkrita.document.running_dream import RunningDream
from dreamkrita.document.shape import Shape
from dreamkrita.document.source import canvas_of, layer_of, sampled, selected, shape_of
from dreamkrita.errors import UserError
from dreamkrita.settings_model import SettingsModel
from krita import Krita, Selection

_GROUP, _SPEEDS = "dreambridge", "speeds"
_TOGETHER = "\N{NO-BREAK SPACE}"
_UNKNOWN = "How long it takes is known after the first dream."

_SKETCH_S, _SKETCH_WORK = 1.8, 4e11
"""How long a sketch takes, about; and its work while no dream was measured yet."""

_SAMPLED_ROWS = 64
"""How many rows of a selection tell whether it is still the same."""


@dataclass(frozen=True)
class _View:
    """What a dream would see: its context, the selection there, and how soft its edge becomes."""

    context: Rect
    shape: Shape | None = None
    soft: int = 0


class TimeEstimate:
    """The expected time in words, and what it is learned from."""

    def __init__(self, model: SettingsModel) -> None:
        self._model, self._selected = model, _SelectedShape()
        self._layers = model.schema["x-layers"]
        self._speeds = Speeds.from_text(Krita.instance().readSetting(_GROUP, _SPEEDS, ""))

    def measured(self, dream: RunningDream, result: Result) -> None:
        """Learn from a finished dream."""
        view = _View(dream.source.context, dream.source.shape)
        done = self._work(view, dream.settings, draft=dream.draft)
        self._speeds = self._speeds.with_dream(
            done, result.seconds, result.device, result.precision
        )
        Krita.instance().writeSetting(_GROUP, _SPEEDS, self._speeds.to_text())

    def work_for_a_sketch(self) -> float:
        """How many multiply-adds a sketch may take, on the machine of the last dream."""
        return _SKETCH_S * self._speeds.speed if self._speeds.speed else _SKETCH_WORK

    def words(self) -> str:
        """What to say before Dream is pressed; nothing where there is nothing to dream of."""
        settings = self._model.settings
        view = self._view(settings)
        if view is None:
            return ""
        dream, draft = (
            self._speeds.seconds(self._work(view, settings, draft=draft)) for draft in (False, True)
        )
        if dream is None or draft is None:
            return _UNKNOWN
        lines = f"Dream: {about(dream)}", f"Draft: {about(draft)}"
        return " · ".join(line.replace(" ", _TOGETHER) for line in lines)

    def _work(self, view: _View, settings: Json, *, draft: bool) -> float:
        width, height, soft = view.context.width, view.context.height, view.soft
        mask = view.shape.greys(view.context) if view.shape is not None else None
        if draft:
            if mask is not None:
                mask = bytes(half_mask(ImageFrame(width, height, 1, "uint8", mask)).pixels)
            width, height, soft = halved(width), halved(height), halved(soft)
            settings = draft_of(settings)
        return masked_work(width, height, mask, settings, self._layers, soft)

    def _view(self, settings: Json) -> _View | None:
        """What a dream would see now, as `source.find` finds it."""
        document = Krita.instance().activeDocument()
        if document is None:
            return None
        try:
            visible = self._model.visible
            layer = document.rootNode() if visible else layer_of(document.activeNode())
        except UserError:
            return None
        canvas = canvas_of(document)
        whole: Rect | None = canvas
        bounds, found = layer.bounds(), selected(document, layer)
        if not bounds.isEmpty():
            shown = Rect(bounds.x(), bounds.y(), bounds.width(), bounds.height())
            whole = intersection(shown, canvas)
        soft = soft_bounds(found[1] if found else canvas, canvas, self._model.edge)
        region = intersection(soft, whole) if soft and whole else None
        if whole is None or region is None:
            return None
        context = with_context(region, whole, context_margin(region, settings, self._layers))
        if found is None:
            return _View(context)
        return _View(context, self._selected.read(*found), soft_edge(found[1], self._model.edge))


class _SelectedShape:
    """The shape of a selection that can have parts far apart, read when it has changed."""

    def __init__(self) -> None:
        self._rows: tuple[Rect, bytes] | None = None
        self._shape: Shape | None = None

    def read(self, selection: Selection, bounds: Rect) -> Shape | None:
        """The shape; None for one that is dreamed as a whole."""
        if max(bounds.width, bounds.height) <= LEAST_GAP:
            return None
        rows = bounds, sampled(selection, bounds, _SAMPLED_ROWS)
        if rows != self._rows:
            self._rows, self._shape = rows, shape_of(selection, bounds)
        return self._shape
