"""The layer in which a dream develops: added with the first pixels, sharpened, kept or withdrawn.

Krita records adding it as one undo step; pixels written later belong to that step. Nothing here
waits: what can't be done while the user paints is asked for again. GUI thread.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from enum import Enum

from bridgeclient.region import Rect, moved, relative
from dreamkrita.document import dream_registry
from dreamkrita.document.colour_space import ColourSpace
from dreamkrita.document.hidden_document import HiddenDocument
from dreamkrita.document.images import THUMBNAIL, jpeg, shrunk
from dreamkrita.document.shape import Shape
from dreamkrita.document.source import canvas_of, id_of, is_open, node_with_id, strips
from dreamkrita.document.tracking import LayerState, SourceState, difference, shift
from krita import Document, Krita, Node, Selection


class Pause(Enum):
    """What a step of work asks for before it goes on."""

    YIELD = "let the GUI do its own work"
    RETRY = "the document is busy; try again soon"


Work = Iterator[Pause]

_REFRESH_S, _PIXEL_S, _REFRESH_SHARE = 0.25, 1.2e-7, 12
"""Previews are shown no more often than this, nor than Krita can well draw the layer's pixels, and
so rarely that asking for it takes less than one part in these of the time.
"""

_IDLE_SHARE = 2
"""For how many times as long as Krita drew a preview it is left alone: while it draws, it lets an
artist's Undo fall flat without a word.
"""

_SAMPLED = 3  # Krita takes single pixels for a thumbnail; so take more and smooth them

_ACTIVATIONS = 6
"""How often to look whether Krita has made the layer the active one."""

_WITHDRAWALS = 40
"""How often to look whether Krita has undone the layer before removing it."""


class DreamLayer:
    """A layer of the document's; `of` is the unique id of the one that it is a dream of."""

    def __init__(
        self,
        document: Document,
        name: str,
        space: ColourSpace,
        region: Rect,
        shape: Shape | None,
        of: str,
    ) -> None:
        self.document, self.name, self.space, self.region = document, name, space, region
        self._shape, self._of = shape, of
        self.before = SourceState(document, of)
        self._written: LayerState | None = None
        self._source_moved = (0, 0)
        self._id = ""
        self._adopted: Node | None = None
        self._undo_texts: set[str] = set()
        self._pixels, self._fresh_at = region.width * region.height, 0.0

    @property
    def gone(self) -> bool:
        """Whether the user removed it, or undid that it was added, or closed the document."""
        if not self._id:
            return not is_open(self.document)
        return self._node() is None

    @property
    def begun(self) -> bool:
        """Whether it is in the document."""
        return bool(self._id) and not self.gone

    def _node(self) -> Node | None:
        """Its node; looked up each time, see `source.Source`."""
        return node_with_id(self.document, self._id)

    def thumbnail(self) -> bytes:
        """A small JPEG of it."""
        longest = max(self.region.width, self.region.height)
        scale = min(1.0, _SAMPLED * THUMBNAIL / longest)
        width, height = (
            max(1, round(side * scale)) for side in (self.region.width, self.region.height)
        )
        node = self._node()
        return jpeg(shrunk(node.thumbnail(width, height), THUMBNAIL)) if node is not None else b""

    def due(self) -> bool:
        """Whether it is time to show the next preview."""
        return time.monotonic() >= self._fresh_at

    def show(self, pixels: bytes, space: ColourSpace, hidden: HiddenDocument) -> Work:
        """Give it these pixels of the whole region, and add it if it isn't there yet."""
        parts: list[tuple[Rect, bytes]] = []
        for strip in strips(self.region):
            rows = relative(strip, self.region)
            size = rows.width * space.pixel_bytes
            part = pixels[rows.y * size : rows.bottom * size]
            parts.append((strip, hidden.convert(part, rows.width, space, self.space)))
            yield Pause.YIELD
        if self._adopted is None and not self.gone:
            self._adopted = self._made(hidden)
            yield Pause.YIELD
        while not self.gone and not ready(self.document):
            yield Pause.RETRY
        if self.gone or self._adopted is None:
            return
        active = self.document.activeNode()
        before, added = id_of(active) if active is not None else "", not self._id
        del active
        started = time.monotonic()
        self._put(self._adopted, parts, hidden)
        took = time.monotonic() - started
        if added:
            yield from self._keep_active(before)
            self._undo_texts.add(_undo_text())
        while not self.gone and not ready(self.document):
            yield Pause.RETRY
        drawn = time.monotonic() - started
        pause = max(_REFRESH_S, _PIXEL_S * self._pixels, _REFRESH_SHARE * took, _IDLE_SHARE * drawn)
        self._fresh_at = time.monotonic() + pause

    def _put(self, node: Node, parts: list[tuple[Rect, bytes]], hidden: HiddenDocument) -> None:
        was = self.region
        strayed = self._follow(node)
        for strip, part in parts:
            to = moved(strip, self.region.x - was.x, self.region.y - was.y)
            node.setPixelData(part, to.x, to.y, to.width, to.height)
        if not self._id:
            self._add(node)
        elif strayed or not hidden.refresh(node):
            self.document.refreshProjection()
        self._written = LayerState(node, self.region)

    def _follow(self, node: Node) -> bool:
        """Bring region and node to where they are now; whether the node had to be moved for it.

        Raises:
            UserError: the document was changed so that it can't be followed.
        """
        own = (0, 0)
        if self._written is None:
            self.before.check()
        else:
            own = self._written.moved(node)
            self.region = moved(self.region, *own)
            self._written.check(node, self.region)
        source = self.before.moved()
        left, self._source_moved = difference(source, self._source_moved), source
        if own != (0, 0) or left == (0, 0):
            return False  # it was moved with the source, or elsewhere by the user
        shift(node, left)
        self.region = moved(self.region, *left)
        return True

    def withdraw(self) -> Work:
        """Take it away again; by undoing that it was added, if nothing was done since."""
        if not self._id:
            return
        while not self.gone and not ready(self.document):
            yield Pause.RETRY
        if not self.gone and self._is_last_step():
            _trigger("edit_undo")
            for _ in range(_WITHDRAWALS):
                if self.gone:
                    return
                yield Pause.RETRY
            _trigger("edit_redo")
        if (node := self._node()) is not None:
            node.remove()

    def keep(self, *, hide_earlier: bool) -> None:
        """Register it as a dream of its source; `hide_earlier` hides the earlier ones."""
        source = node_with_id(self.document, self._of)
        if hide_earlier and source is not None:
            for node in dream_registry.earlier_dreams(self.document, source):
                if id_of(node) != self._id:
                    node.setVisible(False)
        dream_registry.register(self.document, self._id, self._of)

    def release(self) -> None:
        """Keep nothing of Krita's: a node that outlives its document would bring Krita down."""
        self._adopted = None

    def _made(self, hidden: HiddenDocument) -> Node:
        node = hidden.adopt(self.document.createNode(self.name, "paintlayer"))
        source, space = node_with_id(self.document, self._of), self.space
        if source is not None:
            node.setBlendingMode(source.blendingMode())
            node.setOpacity(source.opacity())
            node.setInheritAlpha(source.inheritAlpha())
        if space != ColourSpace(node.colorModel(), node.colorDepth(), node.colorProfile()):
            node.setColorSpace(space.model, space.depth, space.profile)
        if self._shape is not None:
            mask = self.document.createTransparencyMask("Selection")
            node.addChildNode(mask, None)
            mask.setSelection(_selection(self._shape, canvas_of(self.document)))
        return node

    def _add(self, node: Node) -> None:
        source = node_with_id(self.document, self._of)
        parent = source.parentNode() if source is not None else None
        if source is None or parent is None:  # it was removed meanwhile
            self.document.rootNode().addChildNode(node, None)
        else:
            parent.addChildNode(node, dream_registry.topmost(self.document, source))
        self._id = id_of(node)
        self._undo_texts.add(_undo_text())

    def _keep_active(self, before: str) -> Work:
        """Krita makes a new layer the active one, some moments later; the user paints elsewhere."""
        for _ in range(_ACTIVATIONS):
            former = node_with_id(self.document, before)
            active = self.document.activeNode() if former is not None else None
            if former is None:
                return
            if active is not None and id_of(active) == self._id:
                self.document.setActiveNode(former)
                return
            del former, active
            yield Pause.RETRY

    def _is_last_step(self) -> bool:
        """Whether Krita's Undo would take away this layer, as far as its text tells."""
        active = Krita.instance().activeDocument()
        in_front = active is not None and active == self.document
        return in_front and _undo_text() in self._undo_texts


def ready(document: Document) -> bool:
    """Whether the document can be changed now: the user doesn't paint, Krita doesn't compute."""
    if not document.tryBarrierLock():
        return False
    document.unlock()
    return True


def _selection(shape: Shape, canvas: Rect) -> Selection:
    """The selection for the mask.

    When Krita adds a layer, it draws the parent anew only as far as the layer's mask reaches, and
    a parent that had one layer has drawn nothing of its own yet. Unselected pixels at the canvas's
    corners make the mask reach over all of it, also when the layer is brought back by Redo.
    """
    selection, at = Selection(), shape.bounds
    for x, y in ((canvas.x, canvas.y), (canvas.right - 1, canvas.bottom - 1)):
        selection.setPixelData(b"\0", x, y, 1, 1)
    selection.setPixelData(shape.grey, at.x, at.y, at.width, at.height)
    return selection


def _undo_text() -> str:
    """What Krita's Undo says that it would undo; it takes Krita a moment to say so."""
    return str(Krita.instance().action("edit_undo").text())


def _trigger(action: str) -> None:
    Krita.instance().action(action).trigger()
