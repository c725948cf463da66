"""A widget for any setting, made from its description in the schema: "Advanced" is all of these."""

from __future__ import annotations

from typing import Any

from bridgeclient.text import WRITTEN
from dreamkrita.qt import QtWidgets
from dreamkrita.settings_model import SettingsModel
from dreamkrita.ui.fold_button import FoldButton
from dreamkrita.ui.text_field import TextField
from dreamkrita.ui.wheel_filter import ignore_wheel

_INT_MOST = 2**31 - 1


class Field:
    """A setting's widget; `refresh` shows the setting, a change by the user sets it."""

    def __init__(self, model: SettingsModel, name: str) -> None:
        self._model, self._name = model, name
        self._spec: dict[str, Any] = model.schema["properties"][name]
        self.kind = str(self._spec["x-kind"])
        self.widget = self._made()
        self.widget.setObjectName(f"dreambridge_{name}")
        self.widget.setToolTip(self._tip())
        self.refresh()

    @property
    def label(self) -> str:
        """What stands beside it."""
        return str(self._spec["x-label"])

    def refresh(self) -> None:
        """Show the setting; nothing is set by that."""
        value = self._model.settings[self._name]
        self.widget.blockSignals(True)
        if self.kind == "choice":
            self.widget.setCurrentText(value)
        elif self.kind in WRITTEN:
            self.widget.show_value(value)
        else:
            self.widget.setValue(value)
        self.widget.blockSignals(False)

    def _tip(self) -> str:
        unit = f" ({self._spec['x-unit']})" if self._spec["x-unit"] else ""
        return f"{self._spec['description']}{unit}"

    def _made(self) -> Any:
        if self.kind == "choice":
            combo = QtWidgets.QComboBox()
            combo.addItems(self._spec["enum"])
            combo.currentTextChanged.connect(self._set)
            ignore_wheel(combo)
            return combo
        if self.kind in WRITTEN:
            return TextField(self._model, self._name)
        return self._number()

    def _number(self) -> Any:
        whole = self.kind == "integer"
        low, high = self._spec["minimum"], self._spec["maximum"]
        small = whole and high <= _INT_MOST
        box = QtWidgets.QSpinBox() if small else QtWidgets.QDoubleSpinBox()
        if not small:
            box.setDecimals(0 if whole else 2)
            box.setSingleStep(1 if whole else 0.1)
        box.setRange(low, high)
        box.setKeyboardTracking(False)
        ignore_wheel(box)
        box.valueChanged.connect(lambda value: self._set(int(value) if whole else float(value)))
        return box

    def _set(self, value: Any) -> None:
        self._model.set(self._name, value)


class Advanced(QtWidgets.QWidget):
    """A still's settings that have no widget elsewhere, below a button that folds them away."""

    def __init__(self, model: SettingsModel, elsewhere: tuple[str, ...]) -> None:
        super().__init__()
        specs = model.schema["properties"].items()
        names = [
            name for name, spec in specs if name not in elsewhere and spec["x-group"] != "motion"
        ]
        self.fields = [Field(model, name) for name in names]
        inside = QtWidgets.QWidget()
        self._fill(QtWidgets.QGridLayout(inside))
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(FoldButton("dreambridge_advanced", "Advanced", inside))
        column.addWidget(inside)

    def refresh(self) -> None:
        """Show the settings."""
        for field in self.fields:
            field.refresh()

    def _fill(self, grid: Any) -> None:
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        for row, field in enumerate(self.fields):
            grid.addWidget(QtWidgets.QLabel(field.label), 2 * row, 0)
            grid.addWidget(field.widget, 2 * row, 1)
            if isinstance(field.widget, TextField):
                grid.addWidget(field.widget.notice, 2 * row + 1, 0, 1, 2)
