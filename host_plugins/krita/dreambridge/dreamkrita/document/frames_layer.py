"""The layer of dreamed frames: made in a file, opened by Krita, added as one step. GUI thread.

Until the last frame is dreamed nothing is in the document, so that a cancel has nothing to undo.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path

from bridgeclient.region import Rect
from dreamkrita.document import placement
from dreamkrita.document.dream_layer import DreamLayer
from dreamkrita.document.frames_file import FramesFile, Keyframe
from dreamkrita.document.hidden_document import HiddenDocument
from dreamkrita.document.payload import LayerPixels
from dreamkrita.document.source import node_with_id, ready
from dreamkrita.document.work_queue import Pause, Work
from krita import Document, Krita, Node

_NAME = "frames.kra"


class FramesLayer(DreamLayer):
    """An animated layer; `begin`, `add` each picture, `finish`, then `show` puts it in place."""

    _folder: tempfile.TemporaryDirectory[str] | None = None
    _file: FramesFile | None = None
    _opened: Document | None = None

    def begin(self, region: Rect, *, soft: bool, hidden: HiddenDocument) -> None:
        """Get ready for pictures of this region; `soft`: some have half-transparent pixels."""
        self.region = region
        source = node_with_id(self.document, self._of)
        if source is not None:
            self._joins = placement.needs_group(self.document, source, soft=soft)
        self._folder = tempfile.TemporaryDirectory(prefix="dreambridge-")
        folder = Path(self._folder.name)
        empty = hidden.saved_empty(folder / "empty.kra", self.space)
        self._file = FramesFile(folder / _NAME, empty, self.name, self.space.pixel_bytes)

    def add(self, number: int, picture: LayerPixels, hidden: HiddenDocument) -> Work:
        """Keep the picture of this number."""
        parts = yield from super()._converted(picture, hidden)
        if self._file is not None:
            self._file.add(number, b"".join(part for _, part in parts), self.region)
        yield Pause.YIELD

    def finish(self, keyframes: Sequence[Keyframe]) -> None:
        """Say when each picture is shown."""
        if self._file is not None:
            self._file.finish(keyframes)

    def release(self) -> None:
        """Keep nothing of Krita's, nor the file."""
        super().release()
        if self._opened is not None:
            self._opened.setModified(False)
            self._opened.close()
        if self._file is not None:
            self._file.close()
        if self._folder is not None:
            self._folder.cleanup()
        self._opened = self._file = self._folder = None

    def _converted(
        self, picture: LayerPixels, hidden: HiddenDocument
    ) -> Generator[Pause, None, list[tuple[Rect, bytes]]]:
        """Its pixels are in the file already; have Krita open that."""
        if self._opened is None and self._folder is not None:
            self._opened = Krita.instance().openDocument(str(Path(self._folder.name) / _NAME))
            yield Pause.YIELD
            while not ready(self._opened):
                yield Pause.RETRY
        return []

    def _blank(self) -> Node:
        if self._opened is None:
            raise ValueError("the frames were not made")
        node = self._opened.topLevelNodes()[0].duplicate()
        node.setName(self.name)
        node.setPinnedToTimeline(True)
        return node

    def _put(self, node: Node, parts: list[tuple[Rect, bytes]], hidden: HiddenDocument) -> None:
        self.before.check()
        self._add(node)
        if self._group:
            self.document.refreshProjection()
