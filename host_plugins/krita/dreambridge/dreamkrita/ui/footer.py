"""The docker's footer, which stays in sight: Dream, Draft, Cancel, how long, how it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dreamkrita.controller import Controller
from dreamkrita.document.extras import Extras
from dreamkrita.qt import QtCore, QtGui, QtWidgets
from dreamkrita.ui.time_estimate import TimeEstimate

_EXPECT_MS = 1000
"""How often to look for another selection, of which Krita tells nobody."""

_DREAM_TIP = "Dream of the active layer, or of what is selected on it."
_DRAFT_TIP = (
    "A look at what Dream would do, soon: at half the size and with half the steps, on the picture "
    "as sharp as it is."
)


class Footer(QtWidgets.QWidget):
    """Buttons, progress and messages; `extras` tells what a dream is given besides."""

    def __init__(
        self,
        controller: Controller,
        estimate: TimeEstimate,
        extras: Callable[[], Extras],
        ask_for_frames: Callable[[], None],
    ) -> None:
        super().__init__()
        self._controller, self._estimate = controller, estimate
        self._dream = self._button("dream", "Dream", lambda: controller.dream(extras()))
        self._dream.setToolTip(_DREAM_TIP)
        self._draft = self._button("draft", "Draft", lambda: controller.dream(extras(), draft=True))
        self._draft.setToolTip(_DRAFT_TIP)
        self._menu = QtWidgets.QToolButton()
        self._menu.setObjectName("dreambridge_menu_button")
        self._menu.setToolTip("More")
        self._menu.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu.setMenu(QtWidgets.QMenu(self._menu))
        self._menu.menu().addAction("Dream Frames…").triggered.connect(lambda *_: ask_for_frames())
        self._cancel = self._button("cancel", "Cancel", controller.cancel)
        self._cancel.setToolTip("Stop the dream that is under way; the next one begins.")
        self._bar = QtWidgets.QProgressBar()
        self._bar.setObjectName("dreambridge_progress")
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._expected = self._label("dreambridge_expected")
        self._text = self._label("dreambridge_message")
        self._server = self._label("dreambridge_server")
        self._arrange()
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self.expect)
        self._timer.start(_EXPECT_MS)
        controller.changed.connect(self.refresh)
        controller.model.listen(self.expect)
        self.refresh()

    def _arrange(self) -> None:
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(3)
        buttons = QtWidgets.QHBoxLayout()
        buttons.addWidget(self._dream, 2)
        buttons.addWidget(self._draft, 1)
        buttons.addWidget(self._menu)
        column.addLayout(buttons)
        for widget in (self._cancel, self._bar, self._expected, self._text, self._server):
            column.addWidget(widget)

    def _button(self, name: str, text: str, action: Callable[[], None]) -> Any:
        button = QtWidgets.QPushButton(text)
        button.setObjectName(f"dreambridge_{name}_button")
        button.clicked.connect(lambda: action())
        return button

    def _label(self, name: str) -> Any:
        label = QtWidgets.QLabel()
        label.setObjectName(name)
        label.setWordWrap(True)
        label.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def refresh(self) -> None:
        """Show where the dream and the server are."""
        status, server = self._controller.status, self._controller.server
        self._cancel.setVisible(status.busy)
        self._bar.setVisible(status.busy)
        self._bar.setValue(round(1000 * (status.fraction or 0.0)))
        self._text.setText(status.text)
        self._text.setVisible(bool(status.text))
        bold = QtGui.QFont()  # sets nothing else, so that the rest follows the docker's font
        bold.setBold(status.wrong)
        self._text.setFont(bold)
        self._server.setText(server.line)
        self._server.setToolTip(server.hint)
        self._server.setVisible(not status.busy)
        self.expect()

    def expect(self) -> None:
        """Show how long it would take now, unless a dream runs or the user paints."""
        busy = self._controller.status.busy
        pressed = QtWidgets.QApplication.mouseButtons() != QtCore.Qt.MouseButton.NoButton
        if self.isVisible() and not busy and not pressed:
            self._expected.setText(self._estimate.words())
        self._expected.setVisible(bool(self._expected.text()) and not busy)
