"""The sketch in the docker: a picture, a button that shows it undreamed, a box that stops it."""

from __future__ import annotations

from typing import Any

from dreamkrita.qt import QtCore, QtGui, QtWidgets
from dreamkrita.sketcher import Sketcher

_MOST_SHARE = 0.3
"""How much of the docker's height the picture takes at most."""

_LEAST_MOST = 96
_CHECKERS = 8


class HeldPicture(QtWidgets.QWidget):
    """A picture as wide as there is room; `held` says whether the mouse holds it."""

    held = QtCore.pyqtSignal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._image: Any = None
        self.setObjectName("dreambridge_sketch")

    def show_image(self, image: Any) -> None:
        """Show this; None hides it."""
        self._image = image
        self.setVisible(image is not None)
        self.fit()
        self.update()

    def fit(self) -> None:
        """Take the height that the picture needs."""
        if self._image is None:
            return
        parent = self.window() if self.parentWidget() is None else self.parentWidget().window()
        docker = self.parentWidget().parentWidget() or parent
        most = max(_LEAST_MOST, round(_MOST_SHARE * docker.height()))
        height = round(self.width() * self._image.height() / self._image.width())
        self.setFixedHeight(max(1, min(height, most)))

    def resizeEvent(self, event: Any) -> None:
        """The width decides how tall it is."""
        super().resizeEvent(event)
        self.fit()

    def paintEvent(self, event: Any) -> None:
        """As large as fits, in the middle, on checkers where it is transparent."""
        if self._image is None:
            return
        keep = QtCore.Qt.AspectRatioMode.KeepAspectRatio
        size = self._image.size().scaled(self.size(), keep)
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        place = QtCore.QRect(QtCore.QPoint(left, top), size)
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(place, QtGui.QBrush(_checkers()))
        painter.drawImage(place, self._image)
        painter.end()

    def mousePressEvent(self, event: Any) -> None:
        self.held.emit(True)

    def mouseReleaseEvent(self, event: Any) -> None:
        self.held.emit(False)


class SketchView(QtWidgets.QWidget):
    """The picture with what belongs to it."""

    def __init__(self, sketcher: Sketcher) -> None:
        super().__init__()
        self._sketcher, self._original = sketcher, False
        self._picture = HeldPicture()
        self._picture.setToolTip("What Dream would do, sketched. Hold it to see it undreamed.")
        self._picture.held.connect(self._hold)
        self._live = QtWidgets.QCheckBox("Live sketch")
        self._live.setObjectName("dreambridge_live_sketch")
        self._live.setToolTip("Sketch what Dream would do whenever settings or selection change.")
        self._live.setChecked(sketcher.live)
        self._live.toggled.connect(sketcher.set_live)
        self._before = QtWidgets.QToolButton()
        self._before.setObjectName("dreambridge_before")
        self._before.setText("Before")
        self._before.setToolTip("Hold it to see the picture undreamed.")
        self._before.pressed.connect(lambda: self._hold(True))
        self._before.released.connect(lambda: self._hold(False))
        self._words = QtWidgets.QLabel()
        self._words.setObjectName("dreambridge_sketch_words")
        self._words.setWordWrap(True)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(self._live, 1)
        row.addWidget(self._before)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 0)
        column.setSpacing(3)
        column.addWidget(self._picture)
        column.addLayout(row)
        column.addWidget(self._words)
        sketcher.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the sketch as it is now."""
        pictures = self._sketcher.pictures
        shown = None
        if pictures is not None:
            shown = pictures.before if self._original else pictures.after
        self._picture.show_image(shown)
        self._before.setVisible(pictures is not None)
        self._words.setText(self._sketcher.words)
        self._words.setVisible(bool(self._sketcher.words))
        self._live.blockSignals(True)
        self._live.setChecked(self._sketcher.live)
        self._live.blockSignals(False)

    def _hold(self, held: bool) -> None:
        self._original = held
        self.refresh()

    def resizeEvent(self, event: Any) -> None:
        """The docker has another size."""
        super().resizeEvent(event)
        self._picture.fit()


def _checkers() -> QtGui.QPixmap:
    tile = QtGui.QPixmap(2 * _CHECKERS, 2 * _CHECKERS)
    tile.fill(QtGui.QColor(150, 150, 150))
    painter = QtGui.QPainter(tile)
    for x, y in ((0, 0), (_CHECKERS, _CHECKERS)):
        painter.fillRect(x, y, _CHECKERS, _CHECKERS, QtGui.QColor(110, 110, 110))
    painter.end()
    return tile
