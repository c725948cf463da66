"""Krita's commands that write a document, known of before they do it. GUI thread.

Krita tells plug-ins of saving afterwards only. But an action that can be checked says `toggled`
before it says `triggered`, however it was pressed: menu, shortcut, toolbar, another plug-in. So the
actions can be checked while somebody has to know, and can't be any more when they do their work.
Closing a window needs no action; there Krita's question whether to save is what one hears of. What
a script saves by itself, and Krita's autosave, isn't seen.
"""

from __future__ import annotations

from typing import Any

from dreamkrita.qt import QtCore, QtWidgets, sip
from krita import Krita

_WRITING = (
    *("file_save", "file_save_as", "file_export_file", "file_export_advanced", "file_close"),
    *("save_incremental_version", "save_incremental_backup", "create_template", "create_copy"),
    *("render_animation", "render_animation_again"),
)
_WRITING_ALL = ("file_close_all", "file_quit")

_LINGER_MS = 500
"""How long after its questions Krita has begun to write at the latest."""


class SaveWatch(QtCore.QObject):
    """Between `start` and `stop` it says `about_to_save`, and `over` when that is done or not.

    It says True where it may be about other documents than the one in front.
    """

    about_to_save = QtCore.pyqtSignal(bool)
    over = QtCore.pyqtSignal()

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._actions: list[Any] = []
        self._windows: list[Any] = []
        self._menus: list[Any] = []
        self._under_way: list[object] = []
        self._lingering = QtCore.QTimer(self)
        self._lingering.setSingleShot(True)
        self._lingering.setInterval(_LINGER_MS)
        self._lingering.timeout.connect(self._linger)

    def start(self) -> None:
        """Watch all windows that are open."""
        self._windows = [window.qwindow() for window in Krita.instance().windows()]
        for window in self._windows:
            window.installEventFilter(self)
            known = _WRITING + _WRITING_ALL
            actions = [one for one in window.actions() if one.objectName() in known]
            for action in actions:
                action.toggled.connect(self._on_toggled)
                action.triggered.connect(self._on_triggered)  # after Krita's own slot
            self._actions += actions
            for menu in _menus(window):
                menu.aboutToShow.connect(self._disarm)  # or it shows empty boxes
                menu.aboutToHide.connect(self._arm)  # which is before it presses the action
                self._menus.append(menu)
        self._arm()

    def stop(self) -> None:
        """Leave Krita as it was."""
        self._disarm()
        for window in _alive(self._windows):
            window.removeEventFilter(self)
        for action in _alive(self._actions):
            action.toggled.disconnect(self._on_toggled)
            action.triggered.disconnect(self._on_triggered)
        for menu in _alive(self._menus):
            menu.aboutToShow.disconnect(self._disarm)
            menu.aboutToHide.disconnect(self._arm)
        for known in (self._actions, self._windows, self._menus, self._under_way):
            known.clear()

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Qt's: Krita asks something before one of the windows, or has its answer."""
        kinds, box = QtCore.QEvent.Type, QtWidgets.QApplication.activeModalWidget()
        if event.type() == kinds.WindowBlocked and isinstance(box, QtWidgets.QMessageBox):
            # Not while it opens: what happens here may let it be answered before it listens.
            QtCore.QTimer.singleShot(0, self._on_question)
        elif event.type() == kinds.WindowUnblocked and self._under_way:
            self._lingering.start()
        return False

    def _on_question(self) -> None:
        if self._windows:
            self._lingering.start()
            self._begin(self, everything=True)

    def _linger(self) -> None:
        """What Krita does with the answer it does at once, or in further dialogs."""
        if QtWidgets.QApplication.activeModalWidget() is not None:
            self._lingering.start()
        else:
            self._end(self)

    def _arm(self) -> None:
        for action in _alive(self._actions):
            action.setCheckable(True)

    def _disarm(self) -> None:
        for action in _alive(self._actions):
            action.setCheckable(False)

    def _on_toggled(self, checked: bool) -> None:
        if checked:
            action = self.sender()
            action.setCheckable(False)
            self._begin(action, everything=action.objectName() in _WRITING_ALL)

    def _on_triggered(self) -> None:
        action = self.sender()
        action.setCheckable(True)
        self._end(action)

    def _begin(self, cause: object, *, everything: bool) -> None:
        self._under_way.append(cause)
        self.about_to_save.emit(everything)

    def _end(self, cause: object) -> None:
        if cause in self._under_way:
            self._under_way = [one for one in self._under_way if one is not cause]
            if not self._under_way:
                self.over.emit()


def _alive(wrapped: list[Any]) -> list[Any]:
    """Those of Qt's objects whose window wasn't closed."""
    return [one for one in wrapped if not sip.isdeleted(one)]


def _menus(window: Any) -> list[Any]:
    """The menus of a window's menu bar."""
    return [entry.menu() for entry in window.menuBar().actions() if entry.menu() is not None]
