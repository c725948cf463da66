"""The docker: looks, sliders, guide and seed, what is advanced; below them its footer."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from dreamkrita.controller import Controller
from dreamkrita.document.extras import Extras
from dreamkrita.document.strength import MASKS
from dreamkrita.own_looks import LookKeeper
from dreamkrita.qt import QtCore, QtWidgets
from dreamkrita.seeing import Seeing
from dreamkrita.settings_model import SEED_MOST
from dreamkrita.sketcher import Sketcher
from dreamkrita.ui.choices import Choices
from dreamkrita.ui.footer import Footer
from dreamkrita.ui.frames_dialog import show_frames_dialog
from dreamkrita.ui.guide_selector import GuideSelector
from dreamkrita.ui.layer_selector import LayerSelector
from dreamkrita.ui.look_thumbnail import thumbnail
from dreamkrita.ui.own_looks import OwnLooksButton
from dreamkrita.ui.picture_grids import HistoryGrid, PresetGrid
from dreamkrita.ui.seeds import Seeds
from dreamkrita.ui.seen_strip import SeenStrip
from dreamkrita.ui.setting_fields import Advanced, Field
from dreamkrita.ui.sketch_view import SketchView
from dreamkrita.ui.sliders import Sliders
from dreamkrita.ui.time_estimate import TimeEstimate
from krita import DockWidget, Krita

ID = "dreambridge_docker"
_LOOK_MS = 4000
_ABOUT_STRENGTH = "A layer or mask painted in grey: white is dreamed fully, black not at all."
_ELSEWHERE = ("step", "saturation", "iterations", "seed", "coherence")


class Docker(DockWidget):
    """The docker; each window has one."""

    def __init__(
        self,
        controller: Controller,
        estimate: TimeEstimate,
        sketcher: Sketcher,
        seeing: Seeing,
        here: Path,
    ) -> None:
        super().__init__()
        self.setWindowTitle("DeepDream")
        self._controller, self._sketcher, model = controller, sketcher, controller.model
        self._seeing = seeing
        self._looks = PresetGrid(model, here / "dreamkrita" / "looks")
        self._keeper = LookKeeper(here, model)
        self._own_looks = OwnLooksButton(self._keeper, self._thumbnail)
        self._looks.asked.connect(self._own_looks.pop_up)
        self._damaged = QtWidgets.QLabel()
        self._damaged.setObjectName("dreambridge_damaged_looks")
        self._damaged.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self._damaged.setWordWrap(True)
        self._strip = SeenStrip(seeing, model)
        self._sliders, self._guide, self._history = Sliders(model), GuideSelector(), HistoryGrid()
        self._sketch = SketchView(sketcher)
        self._strength = LayerSelector("where", "Everywhere", _ABOUT_STRENGTH, MASKS)
        self._choices, self._seed = Choices(model), Field(model, "seed")
        self._seeds = Seeds(model, sketcher)
        self._advanced = Advanced(model, _ELSEWHERE)
        self._earlier = QtWidgets.QLabel("Earlier dreams")
        self._hide_earlier = QtWidgets.QCheckBox("A new dream hides them")
        self._hide_earlier.setObjectName("dreambridge_hide_earlier")
        self._hide_earlier.setToolTip("Hide a layer's earlier dreams when a new one of it is done.")
        self._hide_earlier.setChecked(controller.hide_earlier)
        self._hide_earlier.toggled.connect(controller.set_hide_earlier)
        self._footer = Footer(controller, estimate, lambda: self.extras, self.ask_for_frames)
        self.setWidget(self._arranged())
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(_LOOK_MS)
        model.listen(self._refresh)
        self._refresh()
        controller.remembered.connect(self._recall)
        self._history.shown.connect(sketcher.show_earlier)
        self._history.placed.connect(controller.place)
        self._history.copied.connect(controller.copy)
        self._history.deleted.connect(controller.delete)
        self._recall()

    @property
    def extras(self) -> Extras:
        """What a dream is given besides the settings."""
        return Extras(self._guide.chosen, self._strength.chosen)

    def ask_for_frames(self) -> None:
        """Show the dialog for an animation's frames."""
        window = self.window()
        self._frames_dialog = show_frames_dialog(self._controller, self.extras, window)

    def canvasChanged(self, canvas: Any) -> None:
        """Krita's: another document, or another view of it, is in front."""
        self._recall()
        self._footer.expect()
        for told in (self._controller, self._sketcher):  # Krita is about to say which
            QtCore.QTimer.singleShot(0, told.on_document_changed)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._look()

    def _arranged(self) -> Any:
        inside = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(inside)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self._strip)
        column.addWidget(self._looks)
        column.addWidget(self._own_looks)
        column.addWidget(self._damaged)
        column.addWidget(self._sliders)
        column.addLayout(self._pairs())
        column.addWidget(self._seeds)
        column.addWidget(self._advanced)
        column.addWidget(self._earlier)
        column.addWidget(self._history)
        column.addWidget(self._hide_earlier)
        column.addStretch(1)
        whole = QtWidgets.QWidget()
        rows = QtWidgets.QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._sketch)
        rows.addWidget(VerticalScrollArea(inside), 1)
        rows.addWidget(self._footer)
        return whole

    def _pairs(self) -> Any:
        grid = QtWidgets.QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(4)
        rows = (
            ("From", self._choices.source),
            ("Place", self._choices.place),
            ("Where", self._strength),
            ("Guide", self._guide),
        )
        for row, (label, widget) in enumerate(rows):
            grid.addWidget(QtWidgets.QLabel(label), row, 0)
            grid.addWidget(widget, row, 1, 1, 2)
        grid.addWidget(QtWidgets.QLabel("Seed"), len(rows), 0)
        grid.addWidget(self._seed.widget, len(rows), 1)
        new = QtWidgets.QToolButton()
        new.setObjectName("dreambridge_new_seed")
        new.setText("New")
        new.setToolTip("Another seed: the same look, dreamt differently.")
        new.clicked.connect(self._new_seed)
        grid.addWidget(new, len(rows), 2)
        return grid

    def _new_seed(self) -> None:
        self._controller.model.set("seed", random.randrange(SEED_MOST))

    def _refresh(self) -> None:
        """Show the settings everywhere."""
        damaged = self._controller.model.damaged
        self._looks.refresh()
        self._damaged.setText("\n".join(damaged))
        self._damaged.setVisible(bool(damaged))
        self._strip.refresh()
        self._sliders.refresh()
        self._choices.refresh()
        self._seed.refresh()
        self._seeds.refresh()
        self._advanced.refresh()

    def _recall(self) -> None:
        dreams = self._controller.dreams()
        self._earlier.setVisible(bool(dreams))
        self._history.setVisible(bool(dreams))
        self._hide_earlier.setVisible(bool(dreams))
        self._history.refresh(dreams)
        self._guide.refresh()
        self._strength.refresh()

    def _thumbnail(self) -> bytes:
        """A picture of the settings as they are, if there is one."""
        settings, dreams = self._controller.model.settings, self._controller.dreams()
        return thumbnail(settings, dreams, self._sketcher.of_now, self._seeing.pictures)

    def _look(self) -> None:
        """What can change without the docker being told."""
        if self.isVisible():
            self._controller.check_server()
            self._guide.refresh()
            self._strength.refresh()
            self._keeper.look_again()


class VerticalScrollArea(QtWidgets.QScrollArea):
    """Scrolls up and down; never narrower than what is inside, whatever the font."""

    def __init__(self, inside: Any) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)
        inside.installEventFilter(self)

    def minimumSizeHint(self) -> Any:
        hint = super().minimumSizeHint()
        needs = (
            self.widget().minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        )
        return QtCore.QSize(needs, hint.height())

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """What is inside needs another width."""
        if event.type() == QtCore.QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return bool(super().eventFilter(watched, event))


def docker_of(window: Any) -> Docker | None:
    """The docker of a window."""
    found = [one for one in Krita.instance().dockers() if isinstance(one, Docker)]
    inside = [one for one in found if one.window() is window.qwindow()]
    return next(iter(inside or found), None)
