"""Pixels from one colour space to another, by Krita's own colour management.

Done in a document of one pixel that nobody sees, so that the user's document has no trace of it.
GUI thread.
"""

from __future__ import annotations

from types import TracebackType

from dreamkrita.spaces import SCREEN, Space
from krita import Document, Krita


class Converter:
    """Converts rows of pixels; opens its document when it has to and closes it at the end."""

    def __init__(self) -> None:
        self._scratch: Document | None = None

    def __enter__(self) -> Converter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def convert(self, pixels: bytes, width: int, source: Space, target: Space) -> bytes:
        """Packed rows of `width` pixels, Krita's order of channels before and after."""
        if source == target:
            return pixels
        height = len(pixels) // (width * source.pixel_bytes)
        node = self._document().createNode("pixels", "paintlayer")
        node.setColorSpace(source.model, source.depth, source.profile)
        node.setPixelData(pixels, 0, 0, width, height)
        node.setColorSpace(target.model, target.depth, target.profile)
        return bytes(node.pixelData(0, 0, width, height))

    def close(self) -> None:
        """Close the document."""
        if self._scratch is not None:
            self._scratch.setModified(False)
            self._scratch.close()
            self._scratch = None

    def _document(self) -> Document:
        if self._scratch is None:
            name, resolution = "DeepDream", 72.0
            self._scratch = Krita.instance().createDocument(
                1, 1, name, SCREEN.model, SCREEN.depth, SCREEN.profile, resolution
            )
        return self._scratch
