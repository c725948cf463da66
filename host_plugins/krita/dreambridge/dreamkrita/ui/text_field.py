"""A setting that is written: read while it is typed, and what is wrong with it is said below it."""

from __future__ import annotations

from typing import Any

from bridgeclient.text import as_text, from_text
from dreamkrita.qt import QtWidgets
from dreamkrita.settings_model import SettingsModel


class TextField(QtWidgets.QLineEdit):
    """The field; `notice` is where it says what is wrong, for whoever lays it out.

    What can't be read changes nothing: the last value that could stays in force.
    """

    def __init__(self, model: SettingsModel, name: str) -> None:
        super().__init__()
        self._model, self._name = model, name
        self._kind = str(model.schema["properties"][name]["x-kind"])
        self._value: Any = None
        self.notice = QtWidgets.QLabel()
        self.notice.setObjectName(f"dreambridge_{name}_notice")
        self.notice.setWordWrap(True)
        self.notice.setVisible(False)
        self.textEdited.connect(self._check)
        self.editingFinished.connect(self._finish)

    def show_value(self, value: Any) -> None:
        """Write the value, if it is another than before."""
        if value != self._value:
            self._value = value
            self.setText(as_text(self._kind, value))
            self._say("")

    def _check(self, text: str) -> Any:
        """What the text means, None where it can't be; that is said."""
        try:
            value = from_text(self._kind, text)
            self._model.check(self._name, value)
        except ValueError as error:
            self._say(f"▲ {error} Still used: {as_text(self._kind, self._value) or 'all'}.")
            return None
        self._say("")
        return value

    def _finish(self) -> None:
        value = self._check(self.text())
        if value is not None:
            self._value = value
            self.setText(as_text(self._kind, value))
            self._model.set(self._name, value)

    def _say(self, text: str) -> None:
        self.notice.setText(text)
        self.notice.setVisible(bool(text))
