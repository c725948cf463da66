"""The choice of a guide layer, whose features the dream takes up."""

from __future__ import annotations

from collections.abc import Iterator

from dreamkrita.qt import QtWidgets
from dreamkrita.ui.wheel_filter import ignore_wheel
from krita import Document, Krita, Node

_PICTURES = ("paintlayer", "grouplayer", "clonelayer", "filelayer", "filllayer", "vectorlayer")


class GuideSelector(QtWidgets.QComboBox):
    """The active document's layers and "None"; the choice stays while its layer does."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dreambridge_guide")
        self.setToolTip("A layer whose features the dream takes up.")
        self.setMinimumWidth(40)
        self.setSizeAdjustPolicy(
            QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        ignore_wheel(self)
        self._shown: list[tuple[str, str]] = []
        self.refresh()

    @property
    def chosen(self) -> str:
        """The unique id of the layer, "" for none."""
        return str(self.currentData() or "")

    def refresh(self) -> None:
        """Show the layers that the active document has now."""
        document = Krita.instance().activeDocument()
        layers = list(_layers(document)) if document is not None else []
        if layers == self._shown and self.count():
            return
        chosen, self._shown = self.chosen, layers
        self.blockSignals(True)
        self.clear()
        self.addItem("None", "")
        for unique_id, name in layers:
            self.addItem(name, unique_id)
        self.setCurrentIndex(max(0, self.findData(chosen)))
        self.blockSignals(False)

    def showPopup(self) -> None:
        """Layers may have come and gone."""
        self.refresh()
        super().showPopup()


def _layers(document: Document) -> Iterator[tuple[str, str]]:
    waiting: list[Node] = list(document.topLevelNodes())
    while waiting:
        node = waiting.pop()
        if node.type() in _PICTURES:
            yield node.uniqueId().toString(), node.name()
            waiting += node.childNodes()
