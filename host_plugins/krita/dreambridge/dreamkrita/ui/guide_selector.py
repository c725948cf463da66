"""The choice of a guide, whose features the dream takes up: a layer or a picture file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dreamkrita.document.extras import of_file, path_of
from dreamkrita.document.guide_file import read_picture, readable_names
from dreamkrita.document.source import node_with_id
from dreamkrita.qt import QtCore, QtGui, QtWidgets
from dreamkrita.ui.layer_selector import LayerSelector
from krita import Krita

_SIDE = 28
_CHOOSE = "choose"


class GuideField(LayerSelector):
    """The layers, the file that was chosen last, and "File…" to choose one."""

    def __init__(self) -> None:
        self._file = ""
        super().__init__("guide", "None", "A layer or a picture whose features the dream takes up.")
        self.activated.connect(lambda *_: self._choose() if self.currentData() == _CHOOSE else None)

    def others(self) -> list[tuple[str, str]]:
        """The file, and the entry for another."""
        file = [(Path(self._file).name, of_file(self._file))] if self._file else []
        return [*file, ("File…", _CHOOSE)]

    @property
    def chosen(self) -> str:
        """The guide, as `Extras` has it; "" for none."""
        chosen = super().chosen
        return "" if chosen == _CHOOSE else chosen

    def take_file(self, path: str) -> None:
        """Choose this file; "" for none."""
        self._file = path or self._file
        self.refresh()
        self.setCurrentIndex(max(0, self.findData(of_file(path)) if path else 0))

    def _choose(self) -> None:
        title, names = "Choose a guide", f"Pictures ({readable_names()})"
        folder = str(Path(self._file).parent) if self._file else ""
        path, _ = QtWidgets.QFileDialog.getOpenFileName(self.window(), title, folder, names)
        self.take_file(path)


class GuideSelector(QtWidgets.QWidget):
    """The field, between the guide's thumbnail and a button that clears it."""

    def __init__(self) -> None:
        super().__init__()
        self.field = GuideField()
        self._picture = QtWidgets.QLabel()
        self._picture.setObjectName("dreambridge_guide_picture")
        self._clear = QtWidgets.QToolButton()
        self._clear.setObjectName("dreambridge_clear_guide")
        self._clear.setText("×")
        self._clear.setToolTip("No guide any more.")
        self._clear.clicked.connect(lambda *_: self.field.setCurrentIndex(0))
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._picture)
        row.addWidget(self.field, 1)
        row.addWidget(self._clear)
        self.field.currentIndexChanged.connect(lambda *_: self._show())
        self._show()

    @property
    def chosen(self) -> str:
        """The guide, as `Extras` has it; "" for none."""
        return self.field.chosen

    def refresh(self) -> None:
        """Show the layers that the active document has now."""
        before = self.chosen
        self.field.refresh()
        if self.chosen != before:
            self._show()

    def _show(self) -> None:
        image = _thumbnail(self.chosen)
        self._picture.setVisible(image is not None)
        self._clear.setVisible(bool(self.chosen))
        if image is not None:
            keep = QtCore.Qt.AspectRatioMode.KeepAspectRatio
            smooth = QtCore.Qt.TransformationMode.SmoothTransformation
            small = image.scaled(_SIDE, _SIDE, keep, smooth)
            self._picture.setPixmap(QtGui.QPixmap.fromImage(small))


def _thumbnail(guide: str) -> Any:
    """A small picture of the guide, None where there is none."""
    if (path := path_of(guide)) is not None:
        return read_picture(path, 2 * _SIDE)
    document = Krita.instance().activeDocument()
    node = node_with_id(document, guide) if document is not None else None
    return node.thumbnail(2 * _SIDE, 2 * _SIDE) if node is not None else None
