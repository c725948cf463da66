"""*Save look…*, and a menu of what can be done with a look of one's own.

What can't be done is said in a sentence, and where a name is asked for, beside it. No dialog lets
Krita wait.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridgeclient import BridgeError
from bridgeclient.looks import Json
from bridgeclient.own_looks import MOST_LETTERS, SUFFIX
from dreamkrita.own_looks import LookKeeper
from dreamkrita.qt import QtCore, QtWidgets

_SAVE = (
    "Keep the settings as a look of your own, with a picture of it; the seed is left out. It is in "
    "GIMP and on the command line, too."
)
_FILES = f"Looks (*{SUFFIX})"


class OwnLooksButton(QtWidgets.QToolButton):
    """The button with its menu; `picture` makes the thumbnail of a look that is saved."""

    def __init__(self, keeper: LookKeeper, picture: Callable[[], bytes]) -> None:
        super().__init__()
        self._keeper, self._picture = keeper, picture
        self.setObjectName("dreambridge_save_look")
        self.setText("Save look…")
        self.setToolTip(_SAVE)
        self.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.clicked.connect(lambda *_: self._ask_to_save())
        self._own_menu = QtWidgets.QMenu(self)
        self._own_menu.aboutToShow.connect(lambda: self._fill(self._own_menu, keeper.model.preset))
        self.setMenu(self._own_menu)

    def pop_up(self, name: str, place: QtCore.QPoint) -> None:
        """Show the menu for a look, at a place on the screen."""
        self._popped = QtWidgets.QMenu(self)
        self._popped.setObjectName("dreambridge_look_menu")
        self._fill(self._popped, name)
        self._popped.popup(place)

    def _fill(self, menu: Any, name: str | None) -> None:
        menu.clear()
        preset: Json = self._keeper.model.schema["x-presets"].get(name, {})
        own, favourite = bool(preset.get("own")), bool(preset.get("favourite"))
        for text, act, possible in (
            ("Rename…", self._ask_to_rename, own),
            ("No favourite any more" if favourite else "Favourite", self._favour, own),
            ("Export…", self._ask_to_export, own),
            ("Delete…", self._ask_to_delete, own),
            ("Import…", lambda _: self._ask_to_import(), True),
        ):
            action = menu.addAction(text)
            action.setEnabled(possible)
            action.triggered.connect(lambda *_, act=act: act(name))

    def _ask_to_save(self) -> None:
        thumbnail = self._picture()
        self._ask_for_name("Save look", "", lambda label: self._keeper.save(label, thumbnail))

    def _ask_to_rename(self, name: str) -> None:
        self._ask_for_name(
            "Rename look", self._label(name), lambda label: self._keeper.rename(name, label)
        )

    def _favour(self, name: str) -> None:
        favourite = self._keeper.model.schema["x-presets"][name]["favourite"]
        self._tried(lambda: self._keeper.favour(name, not favourite))

    def _ask_to_delete(self, name: str) -> None:
        kinds = QtWidgets.QMessageBox.StandardButton
        question = self._message(
            f"Delete the look “{self._label(name)}”? It can't be brought back."
        )
        question.setStandardButtons(kinds.Ok | kinds.Cancel)
        question.button(kinds.Ok).setText("Delete")
        question.accepted.connect(lambda: self._tried(lambda: self._keeper.delete(name)))
        question.open()

    def _ask_to_export(self, name: str) -> None:
        dialog = self._files("Export look", QtWidgets.QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(f"{name}{SUFFIX}")
        dialog.fileSelected.connect(
            lambda path: self._tried(lambda: self._keeper.export(name, Path(path)))
        )
        dialog.open()

    def _ask_to_import(self) -> None:
        dialog = self._files("Import look", QtWidgets.QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QtWidgets.QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._import(Path(path)))
        dialog.open()

    def _import(self, path: Path) -> None:
        take_in = self._keeper.take_in
        try:
            label = self._keeper.label_in(path)
        except BridgeError as refusal:
            self._say(str(refusal))
            return
        try:
            take_in(path, label)
        except BridgeError as refusal:  # its name is taken, perhaps
            title, said = "Name of the import", str(refusal)
            self._ask_for_name(title, label, lambda other: take_in(path, other), said)

    def _label(self, name: str) -> str:
        return str(self._keeper.model.schema["x-presets"][name]["label"])

    def _ask_for_name(
        self, title: str, label: str, act: Callable[[str], None], said: str = ""
    ) -> None:
        self._dialog = NameDialog(self.window(), title, label, act, said)
        self._dialog.open()

    def _files(self, title: str, mode: Any) -> Any:
        dialog = QtWidgets.QFileDialog(self.window(), title, "", _FILES)
        dialog.setObjectName("dreambridge_look_file")
        dialog.setAcceptMode(mode)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def _tried(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BridgeError as refusal:
            self._say(str(refusal))

    def _say(self, sentence: str) -> None:
        self._message(sentence).open()

    def _message(self, text: str) -> Any:
        message = QtWidgets.QMessageBox(self.window())
        message.setObjectName("dreambridge_look_message")
        message.setWindowTitle("DeepDream")
        message.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        message.setText(text)
        message.finished.connect(message.deleteLater)
        return message


class NameDialog(QtWidgets.QDialog):
    """Asks until a name can be used, or none is wanted."""

    def __init__(
        self, window: Any, title: str, label: str, act: Callable[[str], None], said: str
    ) -> None:
        super().__init__(window)
        self._act = act
        self.setObjectName("dreambridge_look_name")
        self.setWindowTitle(title)
        self._line = QtWidgets.QLineEdit(label)
        self._line.setMaxLength(MOST_LETTERS)
        self._said = QtWidgets.QLabel(said)
        self._said.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        self._said.setMinimumWidth(self.fontMetrics().averageCharWidth() * 40)
        kinds = QtWidgets.QDialogButtonBox.StandardButton
        buttons = QtWidgets.QDialogButtonBox(kinds.Ok | kinds.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QtWidgets.QVBoxLayout(self)
        for widget in (QtWidgets.QLabel("Name of the look"), self._line, self._said, buttons):
            column.addWidget(widget)
        self._line.selectAll()
        self.finished.connect(self.deleteLater)

    def accept(self) -> None:
        """Qt's: the name is to be used."""
        try:
            self._act(self._line.text())
        except BridgeError as refusal:
            self._said.setText(str(refusal))
            self._line.setFocus()
            return
        super().accept()
