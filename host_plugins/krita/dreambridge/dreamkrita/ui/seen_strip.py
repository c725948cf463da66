"""*It sees here*: what the network sees in the selection, as pictures that make a look."""

from __future__ import annotations

from typing import Any

from bridgeclient.channels import chosen, weight_of
from bridgeclient.features import FEATURE_WORDS, features
from dreamkrita.qt import QtCore, QtGui, QtWidgets
from dreamkrita.seeing import Channel, Seeing
from dreamkrita.settings_model import SettingsModel
from dreamkrita.ui.channel_grid import WEIGHTS, ChannelGrid, signed
from dreamkrita.ui.fold_button import FoldButton
from dreamkrita.ui.sliders import Slider
from dreamkrita.ui.wheel_filter import ignore_wheel

_WATCH_MS = 400
"""How often to look for another selection, of which Krita tells nobody."""

_ICON = 24

_ABOUT = (
    "Pictures of what is there to be grown in the selection, or in the whole layer; click some of "
    "them, then Dream. They are the network's channels that respond most."
)
_KINDS = (
    "How large the features are that are looked for: dots and ripples, eyes, faces, creatures. "
    "Each kind is a layer of the network."
)
_AGAIN = "Look at the picture as it is now."
_WEIGHT = (
    "How much of the picture on the left grows beside the other framed ones; left of the middle it "
    "is dreamed away. The weight of its channel."
)


class SeenStrip(QtWidgets.QWidget):
    """Folded at first; it looks only while it is open and in sight."""

    def __init__(self, seeing: Seeing, model: SettingsModel) -> None:
        super().__init__()
        self._seeing, self._model = seeing, model
        self._touched: Channel | None = None
        self._kinds, self._again = self._made_kinds(), QtWidgets.QToolButton()
        self._again.setObjectName("dreambridge_look_again")
        self._again.setText("Look again")
        self._again.setToolTip(_AGAIN)
        self._again.clicked.connect(lambda *_: seeing.look())
        self._grid = ChannelGrid(model)
        self._grid.touched.connect(self._touch)
        self._text = QtWidgets.QLabel()
        self._text.setObjectName("dreambridge_seen_message")
        self._text.setWordWrap(True)
        self._weight = self._made_weight()
        inside = self._arranged()
        button = FoldButton("dreambridge_seen", "It sees here", inside)
        button.setToolTip(_ABOUT)
        button.toggled.connect(self._unfold)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(button)
        column.addWidget(inside)
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._watch)
        self._timer.start(_WATCH_MS)
        seeing.changed.connect(self.refresh)
        self.refresh()

    def _made_kinds(self) -> Any:
        kinds = QtWidgets.QComboBox()
        kinds.setObjectName("dreambridge_seen_kinds")
        kinds.setToolTip(_KINDS)
        kinds.addItem("all kinds", "")
        for layer in features(self._model.schema):
            kinds.addItem(FEATURE_WORDS[layer], layer)
        kinds.activated.connect(lambda *_: self._seeing.choose_layer(str(kinds.currentData())))
        ignore_wheel(kinds)
        return kinds

    def _made_weight(self) -> tuple[Any, Any, Slider, Any]:
        picture, what, value = (QtWidgets.QLabel(text) for text in ("", "Weight", ""))
        slider = Slider("dreambridge_channel_weight", WEIGHTS, _WEIGHT)
        slider.picked.connect(self._weigh)
        value.setObjectName("dreambridge_channel_weight_value")
        value.setMinimumWidth(self.fontMetrics().horizontalAdvance(signed(-0.25)))
        picture.setToolTip(_WEIGHT)
        what.setBuddy(slider)
        return picture, what, slider, value

    def _arranged(self) -> Any:
        inside = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        top, below = QtWidgets.QHBoxLayout(), QtWidgets.QHBoxLayout()
        top.addWidget(self._kinds, 1)
        top.addWidget(self._again)
        column.addLayout(top)
        column.addWidget(self._grid)
        for widget in self._weight:
            below.addWidget(widget, 1 if isinstance(widget, Slider) else 0)
        column.addLayout(below)
        column.addWidget(self._text)
        return inside

    def refresh(self) -> None:
        """Show what is seen, and what of it is in the look; what else is in the look comes last."""
        seen, look = self._seeing.seen, _channels_of(self._model)
        others = [channel for channel in look if channel not in seen.channels]
        self._grid.show_channels([*seen.channels, *others], self._seeing.pictures)
        self._text.setText(seen.text)
        self._text.setVisible(bool(seen.text))
        bold = QtGui.QFont()  # sets nothing else, so that the rest follows the docker's font
        bold.setBold(seen.wrong)
        self._text.setFont(bold)
        self._kinds.setCurrentIndex(max(0, self._kinds.findData(self._seeing.layer)))
        if self._touched not in look:
            self._touched = look[-1] if look else None
        for widget in self._weight:
            widget.setVisible(self._touched is not None)
        if self._touched is not None:
            self._show_weight(self._touched)

    def _show_weight(self, channel: Channel) -> None:
        picture, _, slider, value = self._weight
        weight = weight_of(self._model.settings, *channel)
        drawn = self._grid.picture(channel, self._seeing.pictures)
        picture.setPixmap(QtGui.QIcon(drawn).pixmap(QtCore.QSize(_ICON, _ICON)))
        slider.show_value(weight)
        value.setText(signed(weight))

    def _touch(self, channel: Channel) -> None:
        self._touched = channel
        self.refresh()

    def _weigh(self, weight: float) -> None:
        if self._touched is not None:
            self._model.choose_channel(*self._touched, weight)

    def _unfold(self, opened: bool) -> None:
        if opened:
            self._seeing.look()

    def _watch(self) -> None:
        pressed = QtWidgets.QApplication.mouseButtons() != QtCore.Qt.MouseButton.NoButton
        if self._grid.parentWidget().isVisible() and not pressed:
            self._seeing.watch()


def _channels_of(model: SettingsModel) -> list[Channel]:
    """The channels of the look."""
    by_layer = chosen(model.settings)
    return [(layer, channel) for layer, ones in by_layer.items() for channel in ones]
