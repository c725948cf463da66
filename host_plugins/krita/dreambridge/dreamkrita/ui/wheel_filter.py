"""The mouse wheel scrolls the docker; it changes no value that the pointer happens to pass."""

from __future__ import annotations

from typing import Any

from dreamkrita.qt import QtCore


class _WheelFilter(QtCore.QObject):
    def eventFilter(self, watched: Any, event: Any) -> bool:
        """An ignored event goes on to what the widget is in."""
        if event.type() != QtCore.QEvent.Type.Wheel or watched.hasFocus():
            return False
        event.ignore()
        return True


def ignore_wheel(widget: Any) -> None:
    """Let the wheel pass by a widget until it was clicked."""
    widget.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_WheelFilter(widget))
