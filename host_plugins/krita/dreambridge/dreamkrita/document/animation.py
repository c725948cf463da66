"""An animated layer at other times than the one in front of the artist. GUI thread.

Krita shows a plug-in a layer, its masks and its children only as they are at the document's time.
So a copy of the whole document, which nobody sees and which shares its pixels, goes through the
times instead; the artist's own stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from dreamkrita.document.source import ready
from dreamkrita.document.work_queue import Pause, Work
from dreamkrita.errors import UserError
from dreamkrita.qt import QtCore
from krita import Document, GroupLayer, Node


@dataclass(frozen=True)
class Span:
    """Times of a document, both included; `open`: what is shown at the last one goes on."""

    first: int
    last: int
    open: bool = False


def animated(layer: Node) -> bool:
    """Whether the layer, a mask of it or a layer in it changes with time."""
    return layer.animated() or any(animated(child) for child in layer.childNodes())


def has_keyframe(layer: Node, time: int) -> bool:
    """Whether the layer, a mask of it or a layer in it has a picture of its own at this time."""
    return layer.hasKeyframeAtTime(time) or any(
        has_keyframe(child, time) for child in layer.childNodes()
    )


def playback(document: Document) -> Span:
    """What Krita plays: the frames selected in its timeline, or the document's range."""
    first, last = document.playBackStartTime(), document.playBackEndTime()
    return Span(max(0, first), max(0, first, last))


def hold(document: Document, layer: Node) -> Span:
    """The times at which the layer shows what it shows now.

    Where a scalar (an opacity, a transformation) is animated, of whose keyframes Krita says
    nothing, that is this time alone.
    """
    now = document.currentTime()
    if _changes_unseen(layer, document.animationLength()):
        return Span(now, now)
    first = max((time for time in range(now + 1) if has_keyframe(layer, time)), default=0)
    later = range(now + 1, document.animationLength() + 1)
    following = next((time for time in later if has_keyframe(layer, time)), None)
    if following is None:
        return Span(first, max(now, first), open=True)
    return Span(first, following - 1)


def _changes_unseen(layer: Node, length: int) -> bool:
    """Whether something is animated that has no picture at any time."""
    seen = not layer.animated() or any(layer.hasKeyframeAtTime(t) for t in range(length + 1))
    return not seen or any(_changes_unseen(child, length) for child in layer.childNodes())


class AnimationCopy:
    """A copy of a document, as it is now, that goes through its times; `layer` is a unique id."""

    def __init__(self, document: Document, layer: str) -> None:
        self._copy: Document | None = document.clone()
        self._layer = layer
        node = self.node()
        if isinstance(node, GroupLayer) and node.passThroughMode():
            node.setPassThroughMode(False)  # Krita keeps no picture of such a group

    def node(self) -> Node:
        """The layer in the copy; not to be kept.

        Raises:
            UserError: Krita has no such layer there.
        """
        copy = self._copy
        node = copy.nodeByUniqueID(QtCore.QUuid(self._layer)) if copy is not None else None
        if node is None:
            raise UserError("Krita could not copy the document: save it, then dream again.")
        return node

    def go_to(self, time: int) -> Work:
        """Have the layer show this time."""
        copy = self._copy
        if copy is None:
            return
        while not ready(copy):
            yield Pause.RETRY
        copy.setCurrentTime(time)
        while copy.currentTime() != time or not ready(copy):
            yield Pause.RETRY

    def close(self) -> None:
        """Let go of the copy."""
        if self._copy is not None:
            self._copy.setModified(False)
            self._copy.close()
        self._copy = None
