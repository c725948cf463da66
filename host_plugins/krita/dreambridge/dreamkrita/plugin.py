"""What Krita is offered: the docker, and the actions in Tools ▸ DeepDream.

One controller serves all windows; the settings are kept in Krita's own configuration.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bridgeclient import BridgeError
from bridgeclient.own_looks import plugin_schema
from bridgeclient.region import EDGE
from dreamkrita.controller import Controller
from dreamkrita.document.extras import NOTHING, Extras
from dreamkrita.qt import QtWidgets
from dreamkrita.seeing import Seeing
from dreamkrita.settings_model import SettingsModel
from dreamkrita.sketcher import Sketcher
from dreamkrita.ui import docker
from dreamkrita.ui.time_estimate import TimeEstimate
from krita import DockWidget, DockWidgetFactory, DockWidgetFactoryBase, Extension, Krita

_GROUP, _SETTINGS, _EDGE = "dreambridge", "settings", "edge"
_VISIBLE, _PLACE = "visible", "place"
_MENU = "dreambridge_menu"


class DreamActions(Extension):
    """The actions."""

    def __init__(self, parent: Any, controller: Controller) -> None:
        super().__init__(parent)
        self._controller = controller

    def setup(self) -> None:
        """Krita's: nothing to do before there are windows."""

    def createActions(self, window: Any) -> None:
        """Krita's: a window opens."""
        entry = window.createAction(_MENU, "DeepDream", "tools")
        menu = QtWidgets.QMenu(_MENU, window.qwindow())
        entry.setMenu(menu)
        for name, text, action in (
            ("dream", "Dream", self._dream),
            ("frames", "Dream Frames…", self._frames),
            ("again", "Dream Again", self._controller.again),
            ("cancel", "Cancel the Dream", self._controller.cancel),
        ):
            made = window.createAction(f"dreambridge_{name}", text, f"tools/{_MENU}")
            made.triggered.connect(_calling(action))

    def _frames(self) -> None:
        found = _docker_in_front()
        if found is not None:
            found.ask_for_frames()

    def _dream(self) -> None:
        found = _docker_in_front()
        self._controller.dream(found.extras if found is not None else NOTHING)


class IncompleteDocker(DockWidget):
    """The docker of a plug-in that lacks a part: says so, and what to do."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setWindowTitle("DeepDream")
        label = QtWidgets.QLabel(text)
        label.setObjectName("dreambridge_message")
        label.setWordWrap(True)
        self.setWidget(label)

    def canvasChanged(self, canvas: Any) -> None:
        """Krita's: nothing depends on the document."""


def register(here: Path) -> None:
    """Offer docker and actions to Krita; `here` is the plug-in's folder."""
    application = Krita.instance()
    make: Callable[[], DockWidget]
    try:
        schema, damaged = plugin_schema(here)
        model = _stored_model(schema, damaged)
    except BridgeError as error:
        text = str(error)
        make = lambda: IncompleteDocker(text)  # noqa: E731
    else:
        controller, estimate = Controller(here, model), TimeEstimate(model)
        seeing = Seeing(here, model)
        controller.measured.connect(estimate.measured)
        model.listen(lambda: _store(model))
        sketcher = Sketcher(
            here,
            model,
            _extras_for_sketches,
            lambda: not controller.status.busy,
            estimate.work_for_a_sketch,
        )
        application.addExtension(DreamActions(application, controller))
        make = lambda: docker.Docker(controller, estimate, sketcher, seeing, here)  # noqa: E731
    place = DockWidgetFactoryBase.DockRight
    application.addDockWidgetFactory(DockWidgetFactory(docker.ID, place, make))


def _docker_in_front() -> docker.Docker | None:
    """The docker of the active window."""
    # Not the window of `createActions`: Krita deletes that object when it likes.
    window = Krita.instance().activeWindow()
    return docker.docker_of(window) if window is not None else None


def _extras_for_sketches() -> Extras | None:
    """What a sketch is given; None where nobody would see a sketch."""
    found = _docker_in_front()
    return found.extras if found is not None and found.isVisible() else None


def _calling(action: Callable[[], None]) -> Callable[..., None]:
    """Qt hands `checked` to what it calls."""
    return lambda *_: action()


def _stored_model(schema: dict[str, Any], damaged: Sequence[str]) -> SettingsModel:
    read = Krita.instance().readSetting
    visible, place = read(_GROUP, _VISIBLE, "") == "true", read(_GROUP, _PLACE, "")
    return SettingsModel(schema, _stored(), _stored_edge(), damaged, visible=visible, place=place)


def _stored() -> dict[str, Any]:
    try:
        stored = json.loads(Krita.instance().readSetting(_GROUP, _SETTINGS, "{}"))
    except (ValueError, RecursionError):
        return {}
    return stored if isinstance(stored, dict) else {}


def _stored_edge() -> float:
    try:
        return float(Krita.instance().readSetting(_GROUP, _EDGE, ""))
    except ValueError:
        return EDGE


def _store(model: SettingsModel) -> None:
    write = Krita.instance().writeSetting
    write(_GROUP, _SETTINGS, json.dumps(model.settings))
    write(_GROUP, _EDGE, str(model.edge))
    write(_GROUP, _VISIBLE, "true" if model.visible else "false")
    write(_GROUP, _PLACE, model.place)
