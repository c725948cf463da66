"""A field that unfolds to the active document's layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dreamkrita.document.source import id_of, is_root
from dreamkrita.qt import QtWidgets
from dreamkrita.ui.wheel_filter import ignore_wheel
from krita import Document, Krita, Node

PICTURES = ("paintlayer", "grouplayer", "clonelayer", "filelayer", "filllayer", "vectorlayer")


class LayerSelector(QtWidgets.QComboBox):
    """The layers, and a word for none of them; the choice stays while its layer does."""

    def __init__(self, name: str, none: str, tip: str, masks: Sequence[str] = ()) -> None:
        super().__init__()
        self._none, self._masks = none, tuple(masks)
        self.setObjectName(f"dreambridge_{name}")
        self.setToolTip(tip)
        self.setMinimumWidth(40)
        self.setSizeAdjustPolicy(
            QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        ignore_wheel(self)
        self._shown: list[tuple[str, str]] = []
        self.refresh()

    @property
    def chosen(self) -> str:
        """What is chosen: a layer's unique id, "" for none."""
        return str(self.currentData() or "")

    def refresh(self) -> None:
        """Show the layers that the active document has now."""
        document = Krita.instance().activeDocument()
        layers = list(self._layers(document)) if document is not None else []
        entries = [(self._none, ""), *layers, *self.others()]
        if entries == self._shown:
            return
        chosen, self._shown = self.chosen, entries
        self.blockSignals(True)
        self.clear()
        for name, value in entries:
            self.addItem(name, value)
        self.setCurrentIndex(max(0, self.findData(chosen)))
        self.blockSignals(False)

    def others(self) -> list[tuple[str, str]]:
        """Entries that are no layers: what stands there, and what they are."""
        return []

    def showPopup(self) -> None:
        """Layers may have come and gone."""
        self.refresh()
        super().showPopup()

    def _layers(self, document: Document) -> Iterator[tuple[str, str]]:
        waiting: list[Node | None] = list(document.topLevelNodes())
        while waiting:
            node = waiting.pop()
            if node is None:  # it went meanwhile
                continue
            parent = node.parentNode()
            if node.type() in self._masks and parent is not None and not is_root(parent):
                yield f"{parent.name()} ▸ {node.name()}", id_of(node)
            elif node.type() in PICTURES:
                yield node.name(), id_of(node)
                waiting += node.childNodes()
