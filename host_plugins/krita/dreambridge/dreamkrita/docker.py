"""The docker: looks, sliders, guide and seed, what is advanced, Dream, and how it goes."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from dreamkrita.choices import SEED_MOST
from dreamkrita.controller import Controller
from dreamkrita.fields import Advanced, Field
from dreamkrita.guide import Guide
from dreamkrita.looks import Looks, Shelf
from dreamkrita.qt import QtCore, QtWidgets
from dreamkrita.sliders import Sliders
from krita import DockWidget, Krita

ID = "dreambridge_docker"
_LOOK_MS = 4000
_ELSEWHERE = ("step", "saturation", "iterations", "seed")


class Docker(DockWidget):
    """See the module; each window has one."""

    def __init__(self, controller: Controller, here: Path) -> None:
        super().__init__()
        self.setWindowTitle("DeepDream")
        self._controller, choices = controller, controller.choices
        self._looks = Looks(choices, here / "dreamkrita" / "looks")
        self._sliders, self._guide, self._shelf = Sliders(choices), Guide(), Shelf()
        self._seed = Field(choices, "seed")
        self._advanced = Advanced(choices, _ELSEWHERE)
        self._earlier = QtWidgets.QLabel("Earlier dreams")
        self._foot = Foot(controller, lambda: controller.dream(self._guide.chosen))
        self.setWidget(self._arranged())
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(_LOOK_MS)
        choices.listen(self._refresh)
        controller.changed.connect(self._foot.refresh)
        controller.remembered.connect(self._recall)
        self._shelf.chosen.connect(controller.place)
        self._recall()

    @property
    def guide(self) -> str:
        """The unique id of the guide layer, "" for none."""
        return self._guide.chosen

    def canvasChanged(self, canvas: Any) -> None:
        """Krita's: another document, or another view of it, is in front."""
        self._recall()

    def showEvent(self, event: Any) -> None:
        """Qt's."""
        super().showEvent(event)
        self._look()

    def _arranged(self) -> Any:
        inside = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(inside)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self._looks)
        column.addWidget(self._sliders)
        column.addLayout(self._pairs())
        column.addWidget(self._advanced)
        column.addWidget(self._earlier)
        column.addWidget(self._shelf)
        column.addStretch(1)
        scroll = QtWidgets.QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        whole = QtWidgets.QWidget()
        rows = QtWidgets.QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(scroll, 1)
        rows.addWidget(self._foot)
        whole.setMinimumWidth(200)
        return whole

    def _pairs(self) -> Any:
        grid = QtWidgets.QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.addWidget(QtWidgets.QLabel("Guide"), 0, 0)
        grid.addWidget(self._guide, 0, 1, 1, 2)
        grid.addWidget(QtWidgets.QLabel("Seed"), 1, 0)
        grid.addWidget(self._seed.widget, 1, 1)
        new = QtWidgets.QToolButton()
        new.setObjectName("dreambridge_new_seed")
        new.setText("New")
        new.setToolTip("Another seed: the same look, dreamt differently.")
        new.clicked.connect(self._new_seed)
        grid.addWidget(new, 1, 2)
        return grid

    def _new_seed(self) -> None:
        self._controller.choices.set("seed", random.randrange(SEED_MOST))

    def _refresh(self) -> None:
        """Show the settings everywhere."""
        self._looks.refresh()
        self._sliders.refresh()
        self._seed.refresh()
        self._advanced.refresh()

    def _recall(self) -> None:
        dreams = self._controller.dreams()
        self._earlier.setVisible(bool(dreams))
        self._shelf.setVisible(bool(dreams))
        self._shelf.refresh(dreams)
        self._guide.refresh()

    def _look(self) -> None:
        """What can change without the docker being told."""
        if self.isVisible():
            self._controller.look()
            self._guide.refresh()


class Foot(QtWidgets.QWidget):
    """What stays in sight: Dream or Cancel, progress, what there is to say, the server."""

    def __init__(self, controller: Controller, dream: Any) -> None:
        super().__init__()
        self._controller = controller
        self._dream = self._button("dreambridge_dream_button", "Dream", dream)
        self._cancel = self._button("dreambridge_cancel_button", "Cancel", controller.cancel)
        self._bar = QtWidgets.QProgressBar()
        self._bar.setObjectName("dreambridge_progress")
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._text = self._label("dreambridge_message")
        self._server = self._label("dreambridge_server")
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(3)
        for widget in (self._dream, self._cancel, self._bar, self._text, self._server):
            column.addWidget(widget)
        self.refresh()

    def _button(self, name: str, text: str, action: Any) -> Any:
        button = QtWidgets.QPushButton(text)
        button.setObjectName(name)
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
        told, server = self._controller.told, self._controller.server
        self._dream.setVisible(not told.busy)
        self._cancel.setVisible(told.busy)
        self._bar.setVisible(told.busy)
        self._bar.setValue(round(1000 * (told.fraction or 0.0)))
        self._text.setText(told.text)
        self._text.setVisible(bool(told.text))
        bold = self._text.font()
        bold.setBold(told.wrong)
        self._text.setFont(bold)
        self._server.setText(server.line)
        self._server.setToolTip(server.hint)
        self._server.setVisible(not told.busy)


def docker_of(window: Any) -> Docker | None:
    """The docker of a window."""
    found = [one for one in Krita.instance().dockers() if isinstance(one, Docker)]
    inside = [one for one in found if one.window() is window.qwindow()]
    return next(iter(inside or found), None)
