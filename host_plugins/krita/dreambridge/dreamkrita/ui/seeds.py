"""Four seeds as pictures to choose from, and a look that nobody expected."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

from bridgeclient.surprise import surprise
from dreamkrita.qt import QtGui, QtWidgets
from dreamkrita.settings_model import SEED_MOST, SettingsModel
from dreamkrita.sketcher import Sketcher
from dreamkrita.ui.picture_grids import PictureGrid

_COUNT = 4
_SIDE = 84


class SeedGrid(PictureGrid):
    """The look four times, each grown differently; the seed in force is marked, a click chooses."""

    def __init__(self, model: SettingsModel, sketcher: Sketcher) -> None:
        super().__init__("dreambridge_seeds", _SIDE)
        self._model, self._sketcher = model, sketcher
        self.itemClicked.connect(lambda item: model.set("seed", self.key(item)))
        self.setVisible(False)

    def ask(self) -> None:
        """Make four pictures: of the seed in force and of three others."""
        own = int(self._model.settings["seed"])
        seeds = [own, *random.sample(range(SEED_MOST), _COUNT - 1)]
        blank = QtGui.QPixmap(_SIDE, _SIDE)
        blank.fill(QtGui.QColor(128, 128, 128))
        self.clear()
        for seed in seeds:
            self.put(seed, QtGui.QIcon(blank), "", f"Seed {seed}")
        self.setVisible(True)
        self.fit()
        self.refresh()
        self._sketcher.ask([({"seed": seed}, partial(self._show, seed)) for seed in seeds])

    def refresh(self) -> None:
        """Mark the seed in force, if it is one of them."""
        for row in range(self.count()):
            item = self.item(row)
            item.setSelected(self.key(item) == self._model.settings["seed"])

    def _show(self, seed: int, image: Any) -> None:
        for row in range(self.count()):
            if self.key(self.item(row)) == seed:
                self.item(row).setIcon(QtGui.QIcon(QtGui.QPixmap.fromImage(image)))


class Seeds(QtWidgets.QWidget):
    """Two buttons, and the pictures below them once they were asked for."""

    def __init__(self, model: SettingsModel, sketcher: Sketcher) -> None:
        super().__init__()
        self._model = model
        self._grid = SeedGrid(model, sketcher)
        four = self._button("four_seeds", "Four seeds")
        four.setToolTip("The same look four times, each grown differently: choose one.")
        four.clicked.connect(lambda *_: self._grid.ask())
        other = self._button("surprise", "Surprise me")
        other.setToolTip("A look that is none of the above, mixed from two of them.")
        other.clicked.connect(lambda *_: self._surprise())
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(four, 1)
        row.addWidget(other, 1)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._grid)

    def refresh(self) -> None:
        """Mark the seed in force."""
        self._grid.refresh()

    def _button(self, name: str, text: str) -> Any:
        button = QtWidgets.QToolButton()
        button.setObjectName(f"dreambridge_{name}")
        button.setText(text)
        wide = QtWidgets.QSizePolicy.Policy.Expanding
        button.setSizePolicy(wide, QtWidgets.QSizePolicy.Policy.Fixed)
        return button

    def _surprise(self) -> None:
        self._model.replace(surprise(self._model.schema, random.Random()))
