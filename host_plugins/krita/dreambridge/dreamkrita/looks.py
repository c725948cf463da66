"""Grids of pictures: the presets as thumbnails, and a document's earlier dreams.

As tall as their pictures need at the width they get, so that the docker scrolls as one.
"""

from __future__ import annotations

from pathlib import Path

from dreamkrita.choices import Choices
from dreamkrita.history import Dream
from dreamkrita.qt import QtCore, QtGui, QtWidgets

_SIDE = 56
_PAD = 3
_ID = QtCore.Qt.ItemDataRole.UserRole
_LIST = QtWidgets.QListView


class Grid(QtWidgets.QListWidget):
    """Pictures with names below, flowing into as many columns as fit."""

    def __init__(self, name: str, *, named: bool) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setViewMode(_LIST.ViewMode.IconMode)
        self.setResizeMode(_LIST.ResizeMode.Adjust)
        self.setMovement(_LIST.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(QtCore.QSize(_SIDE, _SIDE))
        text = self.fontMetrics().height() + 2 if named else 0
        self._cell = QtCore.QSize(_SIDE + 2 * _PAD, _SIDE + text + 2 * _PAD)
        self.setGridSize(self._cell)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def put(self, key: object, icon: QtGui.QIcon, text: str, tip: str) -> None:
        """Add a picture."""
        item = QtWidgets.QListWidgetItem(icon, text)
        item.setData(_ID, key)
        item.setToolTip(tip)
        item.setTextAlignment(QtCore.Qt.AlignmentFlag.AlignHCenter)
        self.addItem(item)

    def key(self, item: QtWidgets.QListWidgetItem) -> object:
        """What the picture was put in for."""
        return item.data(_ID)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Qt's: the width decides how tall the grid is."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Take the height that the pictures need."""
        columns = max(1, (self.viewport().width() - 1) // self._cell.width())
        rows = -(-self.count() // columns)
        self.setFixedHeight(max(1, rows * self._cell.height() + 2))

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        """Qt's: the docker scrolls, not the grid."""
        event.ignore()


class Looks(Grid):
    """The presets; the current one is marked, a click chooses."""

    def __init__(self, choices: Choices, folder: Path) -> None:
        super().__init__("dreambridge_looks", named=True)
        self._choices = choices
        for name, preset in choices.schema["x-presets"].items():
            icon = QtGui.QIcon(str(folder / f"{name}.jpg"))
            self.put(name, icon, preset["label"], f"<b>{preset['label']}</b><br>{preset['help']}")
        self.itemClicked.connect(lambda item: choices.choose_preset(str(self.key(item))))
        self.itemActivated.connect(lambda item: choices.choose_preset(str(self.key(item))))
        self.fit()
        self.refresh()

    def refresh(self) -> None:
        """Mark the preset that the settings are, none when they are no preset's."""
        chosen = self._choices.preset
        for row in range(self.count()):
            item = self.item(row)
            item.setSelected(self.key(item) == chosen)


class Shelf(Grid):
    """Earlier dreams of the document; a click places one again."""

    chosen = QtCore.pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__("dreambridge_shelf", named=False)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.NoSelection)
        self.itemClicked.connect(lambda item: self.chosen.emit(self.key(item)))
        self._ids: list[str] = []

    def refresh(self, dreams: list[Dream]) -> None:
        """Show these dreams."""
        ids = [dream.id for dream in dreams]
        if ids == self._ids:
            return
        self._ids = ids
        self.clear()
        for dream in dreams:
            picture = QtGui.QPixmap()
            picture.loadFromData(dream.picture)
            about = f"<b>{dream.name}</b><br>Seed {dream.settings.get('seed')}"
            about += f"<br>{dream.region.width} × {dream.region.height} pixels"
            self.put(dream, QtGui.QIcon(picture), "", f"{about}<br>Click to place it again.")
        self.fit()
