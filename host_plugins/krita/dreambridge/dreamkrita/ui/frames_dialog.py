"""The question before an animation's frames are dreamed: which, and how much they hold together."""

from __future__ import annotations

from typing import Any

from dreamkrita.controller import Controller
from dreamkrita.document.animation import Span
from dreamkrita.document.extras import Extras
from dreamkrita.qt import QtWidgets
from dreamkrita.ui.setting_fields import Field

_MOST = 99_999
_HINT = (
    "The frames become a new animated layer, with the look chosen in the docker. "
    "A frame that is held is dreamed once."
)


class FramesDialog(QtWidgets.QDialog):
    """From, to and coherence; Dream starts it."""

    def __init__(self, controller: Controller, span: Span, extras: Extras, window: Any) -> None:
        super().__init__(window)
        self._controller, self._extras = controller, extras
        self.setObjectName("dreambridge_frames_dialog")
        self.setWindowTitle("Dream Frames")
        self._first = self._box("first", span.first)
        self._last = self._box("last", span.last)
        self._coherence = Field(controller.model, "coherence")
        self._coherence.refresh()
        hint = QtWidgets.QLabel(_HINT)
        hint.setWordWrap(True)
        form = QtWidgets.QFormLayout()
        form.addRow("From frame", self._first)
        form.addRow("To frame", self._last)
        form.addRow(self._coherence.label, self._coherence.widget)
        column = QtWidgets.QVBoxLayout(self)
        column.addWidget(hint)
        column.addLayout(form)
        column.addWidget(self._buttons())

    def _box(self, name: str, value: int) -> Any:
        box = QtWidgets.QSpinBox()
        box.setObjectName(f"dreambridge_{name}_frame")
        box.setRange(0, _MOST)
        box.setValue(value)
        return box

    def _buttons(self) -> Any:
        kinds = QtWidgets.QDialogButtonBox.StandardButton
        buttons = QtWidgets.QDialogButtonBox(kinds.Ok | kinds.Cancel)
        buttons.button(kinds.Ok).setText("Dream")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def accept(self) -> None:
        """Qt's: Dream was pressed."""
        first, last = sorted((self._first.value(), self._last.value()))
        super().accept()
        self._controller.dream(self._extras, span=Span(first, last))


def show_frames_dialog(controller: Controller, extras: Extras, window: Any) -> FramesDialog | None:
    """Ask, unless there is nothing to ask about, which the docker then says.

    Whoever asks keeps the dialog while it is open: the window keeps only Qt's part of it.
    """
    span = controller.offered_frames()
    if span is None:
        return None
    dialog = FramesDialog(controller, span, extras, window)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
