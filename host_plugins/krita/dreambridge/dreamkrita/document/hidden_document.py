"""A document of one pixel that nobody sees, for what shall leave no trace in the user's document.

Krita's own colour management converts pixels in it. And it lends its undo history: a `Node` gives
its commands to the document that it was got from, wherever the layer itself is. GUI thread.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from types import TracebackType

from bridgeclient.region import Rect
from dreamkrita.document.colour_space import SRGB8, ColourSpace
from dreamkrita.document.source import id_of, node_with_id, ready
from dreamkrita.document.work_queue import Pause
from dreamkrita.errors import UserError
from krita import Document, GroupLayer, Krita, Node


class HiddenDocument:
    """Opens its document when it has to and closes it at the end."""

    def __init__(self) -> None:
        self._hidden: Document | None = None
        self._copies: list[Document] = []
        self._refreshes = False

    def __enter__(self) -> HiddenDocument:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> Document:
        """The document; making it takes Krita a moment."""
        if self._hidden is None:
            name, resolution = "DeepDream", 72.0
            self._hidden = Krita.instance().createDocument(
                1, 1, name, SRGB8.model, SRGB8.depth, SRGB8.profile, resolution
            )
            self._refreshes = _refreshes(self._hidden)
        return self._hidden

    def convert(self, pixels: bytes, width: int, source: ColourSpace, target: ColourSpace) -> bytes:
        """Packed rows of `width` pixels, Krita's order of channels before and after."""
        if source == target:
            return pixels
        height = len(pixels) // (width * source.pixel_bytes)
        node = self.open().createNode("pixels", "paintlayer")
        node.setColorSpace(source.model, source.depth, source.profile)
        node.setPixelData(pixels, 0, 0, width, height)
        node.setColorSpace(target.model, target.depth, target.profile)
        return bytes(node.pixelData(0, 0, width, height))

    def saved_empty(self, path: Path, space: ColourSpace) -> Path:
        """An empty document of this colour space with one layer, saved as a file."""
        document = Krita.instance().createDocument(
            1, 1, "DeepDream", space.model, space.depth, space.profile, 72.0
        )
        self._copies.append(document)
        document.setBatchmode(True)
        if not document.saveAs(str(path)):
            raise UserError("Krita could not write into the folder for temporary files: free it.")
        return path

    def scaled(self, pixels: bytes, was: Rect, now: Rect, space: ColourSpace) -> bytes:
        """Packed rows of one size brought to another, by Krita."""
        document = Krita.instance().createDocument(
            was.width, was.height, "DeepDream", space.model, space.depth, space.profile, 72.0
        )
        self._copies.append(document)
        for node in document.topLevelNodes():
            node.remove()
        node = document.createNode("pixels", "paintlayer")
        node.setPixelData(pixels, 0, 0, was.width, was.height)
        document.rootNode().addChildNode(node, None)
        document.waitForDone()
        document.scaleImage(now.width, now.height, 72, 72, "Bicubic")
        document.waitForDone()
        return bytes(document.topLevelNodes()[-1].pixelData(0, 0, now.width, now.height))

    def adopt(self, node: Node) -> Node:
        """The same layer, which is in no document yet; what is done to it is recorded here."""
        group = self.open().createGroupLayer("adopted")
        group.addChildNode(node, None)
        adopted = group.childNodes()[0]
        adopted.remove()
        return adopted

    def refresh(self, adopted: Node) -> bool:
        """Have Krita show a layer's new pixels: soon, where the layer is, and nothing else.

        Giving a layer the blending mode that it has does that, and is an undo step: of this
        document. False where this Krita doesn't do it.
        """
        self.open()
        if self._refreshes:
            adopted.setBlendingMode(adopted.blendingMode())
        return self._refreshes

    def readable(
        self, document: Document, layer: str
    ) -> Generator[Pause, None, tuple[Document, str]]:
        """Where a layer's picture can be read: its document and its id there."""
        node = node_with_id(document, layer)
        if not isinstance(node, GroupLayer) or not node.passThroughMode():
            return document, layer
        copy, alone = self._isolated(document, node)
        del node
        unique_id = id_of(alone)
        del alone
        while not ready(copy):
            yield Pause.RETRY
        return copy, unique_id

    def _isolated(self, document: Document, group: GroupLayer) -> tuple[Document, Node]:
        """A copy of a pass-through group, not passing through, in a document of its own.

        Krita keeps no picture of such a group: its layers go straight into what is below it.
        """
        space = document.colorModel(), document.colorDepth(), document.colorProfile()
        copy = Krita.instance().createDocument(
            document.bounds().width(), document.bounds().height(), "DeepDream", *space, 72.0
        )
        self._copies.append(copy)
        alone = group.duplicate()
        alone.setPassThroughMode(False)
        copy.rootNode().addChildNode(alone, None)
        return copy, copy.rootNode().childNodes()[-1]

    def close(self) -> None:
        """Close the documents."""
        for document in (self._hidden, *self._copies):
            if document is not None:
                document.setModified(False)
                document.close()
        self._hidden, self._copies = None, []


def _refreshes(document: Document) -> bool:
    """Whether setting a blending mode shows new pixels; tried, as Kritas differ in it."""
    node = document.createNode("tried", "paintlayer")
    document.rootNode().addChildNode(node, None)
    node.setPixelData(b"\x01\x02\x03\xff", 0, 0, 1, 1)
    node.setBlendingMode(node.blendingMode())
    document.waitForDone()
    return bytes(document.pixelData(0, 0, 1, 1)) == b"\x01\x02\x03\xff"
