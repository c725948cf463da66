"""The layer in which a dream develops: added with the first pixels, sharpened, kept or withdrawn.

Krita records adding it as one undo step; pixels written later belong to that step. Nothing here
waits: what can't be done while the user paints is asked for again. GUI thread.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from enum import Enum

from bridgeclient.region import Rect, relative
from dreamkrita.convert import Converter
from dreamkrita.pictures import THUMBNAIL, jpeg, shrunk
from dreamkrita.source import is_open, strips
from dreamkrita.spaces import Space
from krita import Document, Krita, Node, Selection


class Pause(Enum):
    """What a step of work asks for before it goes on."""

    BREATH = "let the GUI do its own work"
    LATER = "the document is busy; try again soon"


Work = Iterator[Pause]

_REFRESH_SHARE = 12
"""Previews are shown so rarely that showing them takes less than one part in these of the time."""

_SAMPLED = 3  # Krita takes single pixels for a thumbnail; so take more and smooth them

_ACTIVATIONS = 6
"""How often to look whether Krita has made the layer the active one."""

_WITHDRAWALS = 40
"""How often to look whether Krita has undone the layer before removing it."""


class DreamLayer:
    """A layer of the document's; `above` is the layer that it goes on top of."""

    def __init__(
        self,
        document: Document,
        name: str,
        space: Space,
        region: Rect,
        selection: Selection | None,
        above: Node,
    ) -> None:
        self.document, self.name, self.space, self.region = document, name, space, region
        self._selection, self._above = selection, above
        self._node: Node | None = None
        self._undo_text = ""
        self._fresh_at = 0.0

    @property
    def added(self) -> bool:
        """Whether it has been added, though the user may have removed it since."""
        return self._node is not None

    @property
    def gone(self) -> bool:
        """Whether the user removed it, or undid that it was added, or closed the document."""
        if not is_open(self.document):
            return True
        return self._node is not None and self._node.parentNode() is None

    @property
    def id(self) -> str:
        """Its unique id, "" before it is added."""
        return str(self._node.uniqueId().toString()) if self._node is not None else ""

    def thumbnail(self) -> bytes:
        """A small JPEG of it."""
        longest = max(self.region.width, self.region.height)
        scale = min(1.0, _SAMPLED * THUMBNAIL / longest)
        width, height = (
            max(1, round(side * scale)) for side in (self.region.width, self.region.height)
        )
        image = self._node.thumbnail(width, height) if self._node is not None else None
        return jpeg(shrunk(image, THUMBNAIL)) if image is not None else b""

    def due(self) -> bool:
        """Whether it is time to show the next preview."""
        return time.monotonic() >= self._fresh_at

    def show(self, pixels: bytes, space: Space, converter: Converter) -> Work:
        """Give it these pixels of the whole region, and add it if it isn't there yet."""
        node = self._node or self._made()
        for strip in strips(self.region):
            rows = relative(strip, self.region)
            size = rows.width * space.pixel_bytes
            part = pixels[rows.y * size : rows.bottom * size]
            part = converter.convert(part, rows.width, space, self.space)
            node.setPixelData(part, strip.x, strip.y, strip.width, strip.height)
            yield Pause.BREATH
        while not self.gone and not ready(self.document):
            yield Pause.LATER
        if self.gone:
            return
        started = time.monotonic()
        active, added = self.document.activeNode(), self._node is None
        if added:
            self._add(node)
        else:
            self.document.refreshProjection()
        took = time.monotonic() - started
        self._fresh_at = time.monotonic() + _REFRESH_SHARE * took
        if added:
            yield from self._keep_active(active)

    def withdraw(self) -> Work:
        """Take it away again; by undoing that it was added, if nothing was done since."""
        if self._node is None or self.gone:
            return
        while not self.gone and not ready(self.document):
            yield Pause.LATER
        if not self.gone and self._is_last_step():
            _trigger("edit_undo")
            for _ in range(_WITHDRAWALS):
                if self.gone:
                    return
                yield Pause.LATER
            _trigger("edit_redo")
        if not self.gone:
            self._node.remove()

    def _made(self) -> Node:
        node = self.document.createNode(self.name, "paintlayer")
        space = self.space
        if space != Space(node.colorModel(), node.colorDepth(), node.colorProfile()):
            node.setColorSpace(space.model, space.depth, space.profile)
        if self._selection is not None:
            mask = self.document.createTransparencyMask("Selection")
            node.addChildNode(mask, None)
            mask.setSelection(self._selection.duplicate())
        return node

    def _add(self, node: Node) -> None:
        parent = self._above.parentNode()
        if parent is None:  # the source was removed meanwhile
            self.document.rootNode().addChildNode(node, None)
        else:
            parent.addChildNode(node, self._above)
        self._node = node
        self._undo_text = Krita.instance().action("edit_undo").text()

    def _keep_active(self, active: Node | None) -> Work:
        """Krita makes a new layer the active one, some moments later; the user paints elsewhere."""
        for _ in range(_ACTIVATIONS):
            if active is None or self.gone:
                return
            if self.document.activeNode() == self._node:
                self.document.setActiveNode(active)
                return
            yield Pause.LATER

    def _is_last_step(self) -> bool:
        """Whether Krita's Undo would take away this layer, as far as its text tells."""
        application = Krita.instance()
        active = application.activeDocument()
        undo = application.action("edit_undo")
        return active is not None and active == self.document and undo.text() == self._undo_text


def ready(document: Document) -> bool:
    """Whether the document can be changed now: the user doesn't paint, Krita doesn't compute."""
    if not document.tryBarrierLock():
        return False
    document.unlock()
    return True


def _trigger(action: str) -> None:
    Krita.instance().action(action).trigger()
