"""How long a dream and its draft would take now, from the active layer, selection and settings.

The speed of the last dreams is kept in Krita's own configuration. Looking reads no pixels, so that
it can be done often. GUI thread.
"""

from __future__ import annotations

from bridgeclient import Result
from bridgeclient.draft import draft_of, halved
from bridgeclient.estimate import Speeds, about, work
from bridgeclient.looks import Json
from bridgeclient.region import Rect, context_margin, intersection, with_context
from dreamkrita.document.feather import soft_bounds
from dreamkrita.document.running_dream import RunningDream
from dreamkrita.document.source import canvas_of, layer_of, selected
from dreamkrita.errors import UserError
from dreamkrita.settings_model import SettingsModel
from krita import Krita

_GROUP, _SPEEDS = "dreambridge", "speeds"
_TOGETHER = "\N{NO-BREAK SPACE}"
_UNKNOWN = "How long it takes is known after the first dream."


class TimeEstimate:
    """The expected time in words, and what it is learned from."""

    def __init__(self, model: SettingsModel) -> None:
        self._model = model
        self._layers = model.schema["x-layers"]
        self._speeds = Speeds.from_text(Krita.instance().readSetting(_GROUP, _SPEEDS, ""))

    def measured(self, dream: RunningDream, result: Result) -> None:
        """Learn from a finished dream."""
        context = dream.source.context
        size = context.width, context.height
        done = self._draft_work(size, dream.settings)
        if not dream.draft:
            done = work(*size, dream.settings, self._layers)
        self._speeds = self._speeds.with_dream(
            done, result.seconds, result.device, result.precision
        )
        Krita.instance().writeSetting(_GROUP, _SPEEDS, self._speeds.to_text())

    def words(self) -> str:
        """What to say before Dream is pressed; nothing where there is nothing to dream of."""
        settings = self._model.settings
        context = self._context(settings)
        if context is None:
            return ""
        size = context.width, context.height
        dream = self._speeds.seconds(work(*size, settings, self._layers))
        draft = self._speeds.seconds(self._draft_work(size, settings))
        if dream is None or draft is None:
            return _UNKNOWN
        lines = f"Dream: {about(dream)}", f"Draft: {about(draft)}"
        return " · ".join(line.replace(" ", _TOGETHER) for line in lines)

    def _draft_work(self, size: tuple[int, int], settings: Json) -> float:
        return work(halved(size[0]), halved(size[1]), draft_of(settings), self._layers)

    def _context(self, settings: Json) -> Rect | None:
        """What a dream would see now, as `source.find` finds it."""
        document = Krita.instance().activeDocument()
        if document is None:
            return None
        try:
            layer = layer_of(document.activeNode())
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
        return with_context(region, whole, context_margin(region, settings, self._layers))
