"""A button that folds away what is below it."""

from __future__ import annotations

from typing import Any

from dreamkrita.qt import QtCore, QtWidgets


class FoldButton(QtWidgets.QToolButton):
    """An arrow and words; `inside` is shown while it is down, at first it isn't."""

    def __init__(self, name: str, text: str, inside: Any) -> None:
        super().__init__()
        self._inside = inside
        self.setObjectName(name)
        self.setText(text)
        self.setCheckable(True)
        self.setAutoRaise(True)
        self.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggled.connect(self._fold)
        self._fold(False)

    def _fold(self, open_: bool) -> None:
        arrow = QtCore.Qt.ArrowType.DownArrow if open_ else QtCore.Qt.ArrowType.RightArrow
        self.setArrowType(arrow)
        self._inside.setVisible(open_)
