"""Pictures of channels to click on: those in the look are framed, with their weight in a corner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridgeclient.channels import weight_of
from bridgeclient.features import FEATURE_WORDS, channel_words
from dreamkrita.document.seen_pixels import PICTURE_SIDE
from dreamkrita.qt import QtCore, QtGui, QtWidgets
from dreamkrita.seeing import Channel
from dreamkrita.settings_model import SettingsModel
from dreamkrita.ui.picture_grids import CHOOSING, FRAME, FrameDelegate, PictureGrid

WEIGHTS = (-4.0, -2.0, -1.0, -0.5, -0.25, 0.25, 0.5, 1.0, 2.0, 4.0)
"""How much a channel counts beside the others; below 0 it is dreamed away."""

_WEIGHT = QtCore.Qt.ItemDataRole.UserRole + 1
_USUAL = 1.0


def signed(weight: float) -> str:
    """A weight with a real minus."""
    return f"{weight:g}".replace("-", "−")


class _WeightDelegate(FrameDelegate):
    """Frames what has a weight, and writes it there unless it is the usual one."""

    def paint(self, painter: QtGui.QPainter, option: Any, index: QtCore.QModelIndex) -> None:
        super().paint(painter, option, index)
        weight = index.data(_WEIGHT)
        if not weight:
            return
        painter.save()
        pen = QtGui.QPen(option.palette.highlight(), FRAME)
        if weight < 0:
            pen.setStyle(QtCore.Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawRect(option.rect.adjusted(1, 1, -2, -2))
        if weight != _USUAL:
            self._write(painter, option, signed(weight))
        painter.restore()

    def _write(self, painter: QtGui.QPainter, option: Any, text: str) -> None:
        metrics = option.fontMetrics
        width, height = metrics.horizontalAdvance(text) + 6, metrics.height()
        corner = option.rect.bottomRight()
        place = QtCore.QRect(corner.x() - width - 1, corner.y() - height - 1, width, height)
        painter.fillRect(place, option.palette.highlight())
        painter.setPen(option.palette.highlightedText().color())
        painter.drawText(place, QtCore.Qt.AlignmentFlag.AlignCenter, text)


class ChannelGrid(PictureGrid):
    """A click adds a channel to the look, another takes it out; the right button has weights.

    `touched` tells which one that was about.
    """

    touched = QtCore.pyqtSignal(object)

    def __init__(self, model: SettingsModel) -> None:
        super().__init__("dreambridge_seen_channels")
        self._model = model
        self._shown: list[tuple[Channel, bool]] = []
        self.setItemDelegate(_WeightDelegate(self))
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.NoSelection)
        self.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._offer)
        self.itemClicked.connect(lambda item: self._toggle(self._channel(item)))

    def show_channels(
        self, channels: Sequence[Channel], pictures: Mapping[Channel, QtGui.QImage]
    ) -> None:
        """Show these, and which of them are in the look."""
        shown = [(channel, channel in pictures) for channel in channels]
        if shown != self._shown:
            self._shown = shown
            self.clear()
            for channel in channels:
                icon = QtGui.QIcon(self.picture(channel, pictures))
                self.put(f"{channel[0]}:{channel[1]}", icon, "", "")
        for row, channel in enumerate(channels):
            weight = weight_of(self._model.settings, *channel)
            self.item(row).setData(_WEIGHT, weight)
            self.item(row).setToolTip(_tip(channel, weight))
        self.setVisible(bool(channels))
        self.fit()

    def picture(self, channel: Channel, pictures: Mapping[Channel, QtGui.QImage]) -> Any:
        """A channel's picture, or what it is called where that was not seen yet."""
        if channel in pictures:
            return QtGui.QPixmap.fromImage(pictures[channel])
        layer, number = channel
        blank = QtGui.QPixmap(PICTURE_SIDE, PICTURE_SIDE)
        blank.fill(self.palette().mid().color())
        painter, font = QtGui.QPainter(blank), self.font()
        font.setPixelSize(PICTURE_SIDE // 6)
        painter.setFont(font)
        painter.setPen(self.palette().text().color())
        words = f"{FEATURE_WORDS.get(layer, layer)}\n{number}"
        painter.drawText(blank.rect(), QtCore.Qt.AlignmentFlag.AlignCenter, words)
        painter.end()
        return blank

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Return and the space bar do what a click does."""
        if event.key() in CHOOSING and self.currentItem() is not None:
            self._toggle(self._channel(self.currentItem()))
        else:
            super().keyPressEvent(event)

    def _channel(self, item: QtWidgets.QListWidgetItem) -> Channel:
        layer, number = str(self.key(item)).split(":")
        return layer, int(number)

    def _toggle(self, channel: Channel) -> None:
        if weight_of(self._model.settings, *channel):
            self._model.leave_channel(*channel)
        else:
            self._model.choose_channel(*channel)
        self.touched.emit(channel)

    def _offer(self, place: QtCore.QPoint) -> None:
        """The weights of the channel under the mouse."""
        item = self.itemAt(place)
        if item is None:
            return
        channel = self._channel(item)
        weight = weight_of(self._model.settings, *channel)
        self._menu = QtWidgets.QMenu(self)
        self._menu.setObjectName("dreambridge_weights")
        for one in reversed(WEIGHTS):
            action = self._menu.addAction(_words(one))
            action.setCheckable(True)
            action.setChecked(one == weight)
            action.triggered.connect(lambda *_, one=one: self._weigh(channel, one))
        if weight:
            self._menu.addSeparator()
            self._menu.addAction("Take out of the look").triggered.connect(
                lambda *_: self._toggle(channel)
            )
        self._menu.popup(self.viewport().mapToGlobal(place))

    def _weigh(self, channel: Channel, weight: float) -> None:
        self._model.choose_channel(*channel, weight)
        self.touched.emit(channel)


def _words(weight: float) -> str:
    words = f"Weight {signed(weight)}"
    return f"{words}: dreamed away" if weight < 0 else words


def _tip(channel: Channel, weight: float) -> str:
    if not weight:
        return f"{channel_words(*channel)} Click to add it to the look."
    return (
        f"{channel_words(*channel)} In the look, {_words(weight).lower()}: click to take it out, "
        "right click for another weight."
    )
