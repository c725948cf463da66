"""Sliders for what is changed most: strength, colour, feature size, detail, a selection's edge.

A slider's positions are a list of values, so that small values get as much room as large ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bridgeclient.features import FEATURE_WORDS, feature_at, features
from dreamkrita.qt import QtCore, QtWidgets
from dreamkrita.settings_model import EDGE_MOST, SettingsModel

STRENGTHS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 8.0)
SATURATIONS = tuple(tenth / 10 for tenth in range(11))
DETAILS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 26, 32, 40, 60, 100)

EDGES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, EDGE_MOST)

_EDGE = (
    "How softly the dream fades at a selection's edge, in percent of the selection's shorter side; "
    "0 keeps the selection exactly as it is."
)


class Slider(QtWidgets.QSlider):
    """A horizontal slider over a list of values; the wheel scrolls the docker instead."""

    picked = QtCore.pyqtSignal(object)

    def __init__(self, name: str, values: Sequence[Any], tip: str) -> None:
        super().__init__(QtCore.Qt.Orientation.Horizontal)
        self.setObjectName(name)
        self.setToolTip(tip)
        self.setRange(0, len(values) - 1)
        self.setPageStep(2)
        self.setMinimumWidth(40)
        self._values = list(values)
        self.valueChanged.connect(lambda position: self.picked.emit(self._values[position]))

    def show_value(self, value: Any) -> None:
        """Stand at the value, or at the nearest below a number; nothing is picked by that."""
        if value in self._values:
            position = self._values.index(value)
        else:
            position = max(0, sum(one <= value for one in self._values) - 1)
        self.blockSignals(True)
        self.setValue(position)
        self.blockSignals(False)

    def wheelEvent(self, event: Any) -> None:
        event.ignore()


class ValueLabel(QtWidgets.QLabel):
    """What a slider stands at; as wide as the widest of the words, so that nothing jumps."""

    def __init__(self) -> None:
        super().__init__()
        middle = QtCore.Qt.AlignmentFlag.AlignVCenter
        self.setAlignment(QtCore.Qt.AlignmentFlag.AlignRight | middle)

    def minimumSizeHint(self) -> Any:
        """Also after the font was changed."""
        words = [self.text(), *FEATURE_WORDS.values()]
        width = max(map(self.fontMetrics().horizontalAdvance, words))
        return QtCore.QSize(width, super().minimumSizeHint().height())

    def sizeHint(self) -> Any:
        return self.minimumSizeHint()


class Sliders(QtWidgets.QWidget):
    """Rows: what, slider, value."""

    def __init__(self, model: SettingsModel) -> None:
        super().__init__()
        self._model = model
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        spec = model.schema["properties"]
        self._strength = self._row(
            0, "strength", "Strength", STRENGTHS, spec["step"]["description"]
        )
        about = (
            "What the dream is made of: strokes and dots on the left, whole animals on the right. "
            "Each step is a layer of the network."
        )
        self._colour = self._row(
            1, "saturation", "Colour", SATURATIONS, spec["saturation"]["description"]
        )
        self._size = self._row(2, "feature_size", "Feature size", features(model.schema), about)
        self._detail = self._row(3, "detail", "Detail", DETAILS, spec["iterations"]["description"])
        self._edge = self._row(4, "edge", "Edge", EDGES, _EDGE)
        self._strength[0].picked.connect(lambda value: model.set("step", value))
        self._colour[0].picked.connect(lambda value: model.set("saturation", value))
        self._size[0].picked.connect(model.choose_feature)
        self._detail[0].picked.connect(lambda value: model.set("iterations", value))
        self._edge[0].picked.connect(model.choose_edge)
        self.refresh()

    def _row(
        self, row: int, name: str, label: str, values: Sequence[Any], tip: str
    ) -> tuple[Slider, Any]:
        slider = Slider(f"dreambridge_{name}", values, tip)
        what, value = QtWidgets.QLabel(label), ValueLabel()
        value.setObjectName(f"dreambridge_{name}_value")
        what.setBuddy(slider)
        for column, widget in enumerate((what, slider, value)):
            self._grid.addWidget(widget, row, column)
        return slider, value

    def refresh(self) -> None:
        """Show the settings."""
        settings = self._model.settings
        self._strength[0].show_value(settings["step"])
        self._strength[1].setText(f"{settings['step']:g}")
        self._colour[0].show_value(settings["saturation"])
        self._colour[1].setText(f"{settings['saturation']:g}")
        layer = self._model.feature
        feature = feature_at(layer, self._model.schema)
        self._size[0].show_value(feature)
        several = " +" if len(settings["layers"]) > 1 else ""
        self._size[1].setText(FEATURE_WORDS[feature] + several)
        self._size[1].setToolTip(
            f"Grows features of this kind and size. The layer {layer} of VGG16."
        )
        self._detail[0].show_value(settings["iterations"])
        self._detail[1].setText(str(settings["iterations"]))
        self._edge[0].show_value(self._model.edge)
        self._edge[1].setText(f"{self._model.edge:g} %")
