"""What is dreamed of and where the dream goes: two fields that unfold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dreamkrita.qt import QtWidgets
from dreamkrita.settings_model import ABOVE, INTO, TOP, SettingsModel
from dreamkrita.ui.wheel_filter import ignore_wheel

_SOURCES = (("This layer", False), ("All that is visible", True))
_PLACES = (("Above its layer", ABOVE), ("On top of all", TOP), ("Into its layer", INTO))
_ABOUT_SOURCES = "Dream of what the active layer shows, or of the picture as you see it."
_ABOUT_PLACES = (
    "Where the dream goes: a new layer directly above the one it is a dream of, or on top; or into "
    "the layer itself, where the first Undo makes it a layer above and the second takes that away."
)


class Choice(QtWidgets.QComboBox):
    """A few words to choose from, each for a value."""

    def __init__(
        self,
        name: str,
        words: Sequence[tuple[str, object]],
        tip: str,
        chosen: Callable[[Any], None],
    ) -> None:
        super().__init__()
        self.setObjectName(f"dreambridge_{name}")
        self.setToolTip(tip)
        self.setMinimumWidth(40)
        self.setSizeAdjustPolicy(
            QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        for text, value in words:
            self.addItem(text, value)
        self.activated.connect(lambda *_: chosen(self.currentData()))
        ignore_wheel(self)

    def show_value(self, value: object) -> None:
        """Stand at this value."""
        self.setCurrentIndex(max(0, self.findData(value)))


class Choices:
    """Both fields, for whoever lays them out; `refresh` shows what is chosen."""

    def __init__(self, model: SettingsModel) -> None:
        self._model = model
        self.source = Choice("source", _SOURCES, _ABOUT_SOURCES, model.choose_visible)
        self.place = Choice("place", _PLACES, _ABOUT_PLACES, model.choose_place)
        self.refresh()

    def refresh(self) -> None:
        """Show what is chosen."""
        self.source.show_value(self._model.visible)
        self.place.show_value(self._model.place)
