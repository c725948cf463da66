"""Grids of pictures: the presets as thumbnails, and a document's earlier dreams.

As tall as their pictures need at the width they get, so that the docker scrolls as one.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from dreamkrita.document.history import HistoryEntry
from dreamkrita.qt import QtCore, QtGui, QtWidgets
from dreamkrita.settings_model import SettingsModel

_SIDE = 56
_PAD = 3
FRAME = 3
_SLACK = 4
_WIDEST = "m" * 9
"""A word of a name that is wider than this is cut off."""
_ID = QtCore.Qt.ItemDataRole.UserRole
_LIST = QtWidgets.QListView
_KEY = QtCore.Qt.Key
_HOW = "Click to see it above, double-click to place it again."
CHOOSING = (_KEY.Key_Return, _KEY.Key_Enter, _KEY.Key_Space)


class FrameDelegate(QtWidgets.QStyledItemDelegate):
    """Draws the chosen picture as it is, in a frame; Qt's own way greys it."""

    def paint(self, painter: QtGui.QPainter, option: Any, index: QtCore.QModelIndex) -> None:
        selected = QtWidgets.QStyle.StateFlag.State_Selected
        plain = QtWidgets.QStyleOptionViewItem(option)
        plain.state &= ~selected
        super().paint(painter, plain, index)
        if option.state & selected:
            painter.save()
            painter.setPen(QtGui.QPen(option.palette.highlight(), FRAME))
            painter.drawRect(option.rect.adjusted(1, 1, -2, -2))
            painter.restore()

    def sizeHint(self, option: Any, index: QtCore.QModelIndex) -> Any:
        """All pictures take as much room."""
        return option.widget.gridSize()


class PictureGrid(QtWidgets.QListWidget):
    """Pictures, with names below if they have any, flowing into as many columns as fit."""

    def __init__(self, name: str, side: int = _SIDE) -> None:
        super().__init__()
        self._side = side
        self.setObjectName(name)
        self.setViewMode(_LIST.ViewMode.IconMode)
        self.setResizeMode(_LIST.ResizeMode.Adjust)
        self.setMovement(_LIST.Movement.Static)
        self.setUniformItemSizes(True)
        self.setWordWrap(True)
        self.setIconSize(QtCore.QSize(side, side))
        self.setItemDelegate(FrameDelegate(self))
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
        """The width decides how tall the grid is."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Take the height that the pictures need."""
        cell = self._needed()
        if cell != self.gridSize():
            self.setGridSize(cell)
        columns = max(1, (self.viewport().width() - 1) // cell.width())
        rows = -(-self.count() // columns)
        self.setFixedHeight(max(1, rows * cell.height() + 2))

    def _needed(self) -> Any:
        """What a picture and the names need; a long one goes on in a second line."""
        names, metrics = [self.item(row).text() for row in range(self.count())], self.fontMetrics()
        words = [word for name in names for word in name.split()]
        longest = max([0, *map(metrics.horizontalAdvance, words)])
        width = max(self._side, min(longest + _SLACK, metrics.horizontalAdvance(_WIDEST)))
        lines = 1 + any(metrics.horizontalAdvance(name) + _SLACK > width for name in names)
        text = lines * metrics.height() + 2 + FRAME if words else 0
        return QtCore.QSize(width + 2 * _PAD, self._side + text + 2 * _PAD)

    def changeEvent(self, event: QtCore.QEvent) -> None:
        """Names need another room in another font."""
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.FontChange:
            self.fit()

    def minimumSizeHint(self) -> Any:
        """A picture with its name."""
        return self._needed() + QtCore.QSize(1, 0)

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        """The docker scrolls, not the grid."""
        event.ignore()


def _own_icon(preset: dict[str, Any]) -> QtGui.QIcon | None:
    """The picture of one of the user's own looks, a plain tile if it has none."""
    if not preset.get("own"):
        return None
    picture = QtGui.QPixmap()
    if not picture.loadFromData(preset["thumbnail"]):
        picture = QtGui.QPixmap(_SIDE, _SIDE)
        picture.fill(QtGui.QColor(128, 128, 128))
    return QtGui.QIcon(picture)


class PresetGrid(PictureGrid):
    """The presets; the current one is marked, a click chooses.

    `asked` tells which own look was right-clicked, and where on the screen.
    """

    asked = QtCore.pyqtSignal(str, object)

    def __init__(self, model: SettingsModel, folder: Path) -> None:
        super().__init__("dreambridge_looks")
        self._model, self._folder = model, folder
        self._offered: Any = None
        self.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask)
        self.itemClicked.connect(lambda item: model.choose_preset(str(self.key(item))))
        self.refresh()

    def _fill(self, presets: dict[str, Any]) -> None:
        self.clear()
        for name, preset in presets.items():
            label = html.escape(preset["label"])
            icon = _own_icon(preset) or QtGui.QIcon(str(self._folder / f"{name}.jpg"))
            self.put(name, icon, preset["label"], f"<b>{label}</b><br>{preset['help']}")
        self.fit()

    def _ask(self, place: QtCore.QPoint) -> None:
        """What can be done with the look under the mouse."""
        item = self.itemAt(place)
        if item is not None and self._offered[self.key(item)].get("own"):
            self.asked.emit(str(self.key(item)), self.viewport().mapToGlobal(place))

    def refresh(self) -> None:
        """Mark the preset that the settings are, none when they are no preset's."""
        if self._offered != self._model.schema["x-presets"]:
            self._offered = self._model.schema["x-presets"]
            self._fill(self._offered)
        chosen = self._model.preset
        for row in range(self.count()):
            item = self.item(row)
            if self.key(item) == chosen:
                self.setCurrentItem(item)
            item.setSelected(self.key(item) == chosen)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """The look that the arrow keys go to is chosen."""
        before = self.currentRow()
        super().keyPressEvent(event)
        if self.currentRow() != before or event.key() in CHOOSING:
            self._model.choose_preset(str(self.key(self.currentItem())))


class HistoryGrid(PictureGrid):
    """Earlier dreams of the document.

    A click asks to show one, a double click to place it again; a menu has this and more.
    """

    shown = QtCore.pyqtSignal(object)
    placed = QtCore.pyqtSignal(object)
    copied = QtCore.pyqtSignal(object)
    deleted = QtCore.pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__("dreambridge_history")
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.NoSelection)
        self.itemClicked.connect(lambda item: self.shown.emit(self.key(item)))
        self.itemDoubleClicked.connect(lambda item: self.placed.emit(self.key(item)))
        self._ids: list[str] = []

    def refresh(self, dreams: list[HistoryEntry]) -> None:
        """Show these dreams."""
        ids = [dream.id for dream in dreams]
        if ids == self._ids:
            return
        self._ids = ids
        self.clear()
        for dream in dreams:
            picture = QtGui.QPixmap()
            picture.loadFromData(dream.picture)
            about = f"<b>{html.escape(dream.name)}</b><br>Seed {dream.settings.get('seed')}"
            about += f"<br>{dream.region.width} × {dream.region.height} pixels"
            self.put(dream, QtGui.QIcon(picture), "", f"{about}<br>{_HOW}")
        self.fit()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """The arrow keys go from one to the next; Return places it."""
        super().keyPressEvent(event)
        if (item := self.currentItem()) is not None:
            wish = self.placed if event.key() in CHOOSING else self.shown
            wish.emit(self.key(item))

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        """What can be done with the dream under the mouse."""
        item = self.itemAt(event.pos())
        if item is None:
            return
        menu, dream = QtWidgets.QMenu(self), self.key(item)
        menu.setObjectName("dreambridge_history_menu")
        menu.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, wish in (
            ("Place It Again", self.placed),
            ("Use Its Settings and Seed", self.copied),
            ("Delete It", self.deleted),
        ):
            menu.addAction(text).triggered.connect(lambda *_, wish=wish: wish.emit(dream))
        menu.popup(event.globalPos())
