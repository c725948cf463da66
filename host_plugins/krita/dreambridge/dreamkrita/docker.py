"""The docker: looks, sliders, guide and seed, what is advanced; below them its foot."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from dreamkrita.choices import SEED_MOST
from dreamkrita.controller import Controller
from dreamkrita.fields import Advanced, Field
from dreamkrita.foot import Foot
from dreamkrita.forecast import Forecast
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

    def __init__(self, controller: Controller, forecast: Forecast, here: Path) -> None:
        super().__init__()
        self.setWindowTitle("DeepDream")
        self._controller, choices = controller, controller.choices
        self._looks = Looks(choices, here / "dreamkrita" / "looks")
        self._sliders, self._guide, self._shelf = Sliders(choices), Guide(), Shelf()
        self._seed = Field(choices, "seed")
        self._advanced = Advanced(choices, _ELSEWHERE)
        self._earlier = QtWidgets.QLabel("Earlier dreams")
        self._alone = QtWidgets.QCheckBox("A new dream hides them")
        self._alone.setObjectName("dreambridge_alone")
        self._alone.setToolTip("Hide a layer's earlier dreams when a new one of it is done.")
        self._alone.setChecked(controller.alone)
        self._alone.toggled.connect(controller.leave_alone)
        self._foot = Foot(controller, forecast, lambda: self._guide.chosen)
        self.setWidget(self._arranged())
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(_LOOK_MS)
        choices.listen(self._refresh)
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
        self._foot.expect()
        QtCore.QTimer.singleShot(0, self._controller.face)  # Krita is about to say which

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
        column.addWidget(self._alone)
        column.addStretch(1)
        whole = QtWidgets.QWidget()
        rows = QtWidgets.QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(Scrolled(inside), 1)
        rows.addWidget(self._foot)
        return whole

    def _pairs(self) -> Any:
        grid = QtWidgets.QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(4)
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
        self._alone.setVisible(bool(dreams))
        self._shelf.refresh(dreams)
        self._guide.refresh()

    def _look(self) -> None:
        """What can change without the docker being told."""
        if self.isVisible():
            self._controller.look()
            self._guide.refresh()


class Scrolled(QtWidgets.QScrollArea):
    """Scrolls up and down; never narrower than what is inside, whatever the font."""

    def __init__(self, inside: Any) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)
        inside.installEventFilter(self)

    def minimumSizeHint(self) -> Any:
        """Qt's."""
        hint = super().minimumSizeHint()
        needs = (
            self.widget().minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        )
        return QtCore.QSize(needs, hint.height())

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Qt's: what is inside needs another width."""
        if event.type() == QtCore.QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return bool(super().eventFilter(watched, event))


def docker_of(window: Any) -> Docker | None:
    """The docker of a window."""
    found = [one for one in Krita.instance().dockers() if isinstance(one, Docker)]
    inside = [one for one in found if one.window() is window.qwindow()]
    return next(iter(inside or found), None)
