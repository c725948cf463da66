"""The layer in which a dream develops: added with the first pixels, sharpened, kept or withdrawn.

Krita records adding it as one undo step; pixels written later belong to that step. Nothing here
waits: what can't be done while the user paints is asked for again. GUI thread.
"""

from __future__ import annotations

import time
from collections.abc import Generator

from bridgeclient.region import Rect, moved, relative
from dreamkrita.document import active_layer, dream_registry, placement
from dreamkrita.document.colour_space import ColourSpace
from dreamkrita.document.hidden_document import HiddenDocument
from dreamkrita.document.layer_mask import add_mask
from dreamkrita.document.payload import LayerPixels
from dreamkrita.document.pixels import made_opaque
from dreamkrita.document.shape import Shape
from dreamkrita.document.source import id_of, in_front, is_open, node_with_id, ready, strips
from dreamkrita.document.thumbnail import thumbnail_of
from dreamkrita.document.tracking import LayerState, SourceState, difference, shift
from dreamkrita.document.undo_step import UndoStep
from dreamkrita.document.work_queue import Pause, Work
from krita import Document, Node

_REFRESH_S, _PIXEL_S, _REFRESH_SHARE = 0.25, 1.2e-7, 12
"""Previews are shown no more often than this, nor than Krita can well draw the layer's pixels, and
so rarely that asking for it takes less than one part in these of the time.
"""

_IDLE_SHARE = 2
"""For how many times as long as Krita drew a preview it is left alone: while it draws, it lets an
artist's Undo fall flat without a word.
"""


class DreamLayer:
    """A layer above the one that it is a dream of (`of`, its unique id), or `on_top` of all.

    `id` is its own unique id, "" while it isn't in the document.
    """

    def __init__(
        self,
        document: Document,
        name: str,
        space: ColourSpace,
        region: Rect,
        shape: Shape | None,
        of: str,
        *,
        on_top: bool = False,
    ) -> None:
        self.document, self.name, self.space, self.region = document, name, space, region
        self.shape, self._of, self._on_top = shape, of, on_top
        self.before = SourceState(document, of)
        self._written: LayerState | None = None
        self._source_moved = (0, 0)
        self.id, self._stepping = "", False
        self._adopted: Node | None = None
        self._joins: bool | None = None
        self._group, self._mode = "", placement.NORMAL
        self._step = UndoStep(document)
        self._is_noted = True  # whether all that adding it recorded is known
        self._pixels, self._fresh_at = region.width * region.height, 0.0

    @property
    def gone(self) -> bool:
        """Whether the user removed it, or undid that it was added, or closed the document."""
        if not self.id or self._stepping:
            return not is_open(self.document)
        return self._node() is None

    @property
    def begun(self) -> bool:
        """Whether it is in the document."""
        return bool(self.id) and not self.gone

    def _node(self) -> Node | None:
        """Its node; looked up each time, see `source.Source`."""
        return node_with_id(self.document, self.id)

    def thumbnail(self) -> bytes:
        """A small JPEG of it."""
        return thumbnail_of(self._node(), self.region)

    def due(self) -> bool:
        """Whether it is time to show the next preview."""
        return time.monotonic() >= self._fresh_at

    def has_to_wait(self, picture: LayerPixels) -> bool:
        """Whether it can be added only when its document is in front."""
        source = node_with_id(self.document, self._of)
        if self.id or source is None or in_front(self.document):
            return False
        joins = self._needs_group(source, picture)
        return joins and not placement.shares_group(self.document, source)

    def show(self, picture: LayerPixels, hidden: HiddenDocument) -> Work:
        """Give it these pixels of the whole region, and add it if it isn't there yet."""
        source = node_with_id(self.document, self._of)
        if self._joins is None and source is not None:
            self._joins = self._needs_group(source, picture)
        del source
        parts = yield from self._converted(picture, hidden)
        if self._adopted is None and not self.gone:
            self._adopted = self._made(hidden)
            yield Pause.YIELD
        yield from self._ready()
        if self.gone or self._adopted is None:
            return
        self._find_again(self._adopted)
        before, added = active_layer.id_of_active(self.document), not self.id
        if added and self._joins and not (yield from self._make_group()):
            return
        started = time.monotonic()
        self._put(self._adopted, parts, hidden)
        took = time.monotonic() - started
        if added:
            yield from active_layer.keep_active(self.document, before, self.id)
            self._step.note()
        yield from self._ready()
        if added:
            self._note()  # Krita's own command is recorded only now
        drawn = time.monotonic() - started
        pause = max(_REFRESH_S, _PIXEL_S * self._pixels, _REFRESH_SHARE * took, _IDLE_SHARE * drawn)
        self._fresh_at = time.monotonic() + pause

    def _needs_group(self, source: Node, picture: LayerPixels) -> bool:
        soft = picture.soft
        return not self._on_top and placement.needs_group(self.document, source, soft=soft)

    def _converted(
        self, picture: LayerPixels, hidden: HiddenDocument
    ) -> Generator[Pause, None, list[tuple[Rect, bytes]]]:
        """The pixels in the layer's colour space, in strips."""
        parts, given, own = [], picture.space, self.space
        for strip in strips(self.region):
            rows = relative(strip, self.region)
            size = rows.width * given.pixel_bytes
            part = picture.pixels[rows.y * size : rows.bottom * size]
            part = hidden.convert(part, rows.width, given, own)
            if self._joins:  # the source's alpha is inherited, and not to be taken twice
                part = made_opaque(part, own.channels, own.depth)
            parts.append((strip, part))
            yield Pause.YIELD
        return parts

    def _find_again(self, node: Node) -> None:
        """Krita's Redo may have brought it back while it stood aside."""
        unique_id = id_of(node)
        if not self.id and node_with_id(self.document, unique_id) is not None:
            self.id = unique_id

    def _make_group(self) -> Generator[Pause, None, bool]:
        """Whether the group is there, or not needed any more because the source is gone."""
        source = node_with_id(self.document, self._of)
        own = node_with_id(self.document, self._group) is not None
        shares = own or source is None or placement.shares_group(self.document, source)
        del source
        if not shares:
            self._group = yield from placement.grouped(self.document, self._of)
            shares = bool(self._group) or node_with_id(self.document, self._of) is None
        return shares and not self.gone

    def _put(self, node: Node, parts: list[tuple[Rect, bytes]], hidden: HiddenDocument) -> None:
        was = self.region
        strayed = self._follow(node)
        for strip, part in parts:
            to = moved(strip, self.region.x - was.x, self.region.y - was.y)
            node.setPixelData(part, to.x, to.y, to.width, to.height)
        added = not self.id
        if added:
            self._add(node)
        redraw = strayed or (added and self._group)  # a new group has no picture of its own yet
        if redraw or not (added or hidden.refresh(node)):
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
        if not self.id:
            return
        yield from self._ready()
        if not self._is_noted:
            self._note()  # the cancel came before Krita had recorded it all
        if not self._is_undone() and self._step.is_last():
            blends = bool(self._group) and self._mode != placement.NORMAL  # that is another step
            yield from self._step.undo(self._is_undone, times=1 + blends)
        if (node := self._node()) is not None:
            node.remove()

    def stand_aside(self) -> Work:
        """Take it away for a moment; `show` adds the same node again, as the user has left it."""
        yield from self._ready()
        self._stepping = True
        placement.leave(self.document, self._of, self._group)
        yield from self.withdraw()
        self.id, self._stepping = "", False
        if self._is_undone():
            self._group = ""

    def _ready(self) -> Work:
        """Wait until the document can be changed, or is closed."""
        while is_open(self.document) and not ready(self.document):
            yield Pause.RETRY

    def _is_undone(self) -> bool:
        """Whether what was added, the layer or the group for it, is away."""
        return node_with_id(self.document, self._group or self.id) is None

    def keep(self, *, hide_earlier: bool) -> None:
        """Register it as a dream of its source; `hide_earlier` hides the earlier ones."""
        source = node_with_id(self.document, self._of)
        if hide_earlier and source is not None:
            for node in dream_registry.earlier_dreams(self.document, source):
                if id_of(node) != self.id:
                    node.setVisible(False)
        if self._group:
            dream_registry.register(self.document, self._group, self._of)
        dream_registry.register(self.document, self.id, self._of)

    def release(self) -> None:
        """Keep nothing of Krita's: a node that outlives its document would bring Krita down."""
        self._adopted = None

    def _blank(self) -> Node:
        return self.document.createNode(self.name, "paintlayer")

    def _made(self, hidden: HiddenDocument) -> Node:
        node = hidden.adopt(self._blank())
        source, space = node_with_id(self.document, self._of), self.space
        if self._joins:
            node.setInheritAlpha(True)
        elif source is not None:
            node.setBlendingMode(source.blendingMode())
            node.setOpacity(source.opacity())
            node.setInheritAlpha(source.inheritAlpha())
        if space != ColourSpace(node.colorModel(), node.colorDepth(), node.colorProfile()):
            node.setColorSpace(space.model, space.depth, space.profile)
        if self.shape is not None:
            add_mask(self.document, node, self.shape)
        return node

    def _add(self, node: Node) -> None:
        source = node_with_id(self.document, self._of)
        parent = source.parentNode() if source is not None else None
        if source is not None and parent is not None and id_of(parent) == self._group:
            placement.join(parent, source, node)
            self._mode = source.blendingMode()
        elif source is None or parent is None or self._on_top:  # it was removed, or is the root
            self.document.rootNode().addChildNode(node, None)
        else:
            parent.addChildNode(node, dream_registry.topmost(self.document, source))
        self.id = id_of(node)
        self._step.note()
        self._is_noted = False

    def _note(self) -> None:
        self._step.note()
        self._is_noted = True
