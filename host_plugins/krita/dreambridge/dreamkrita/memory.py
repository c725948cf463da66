"""A document's history of dreams, in annotations that are saved with it. GUI thread."""

from __future__ import annotations

from dreamkrita.history import Dream, added, read, sized, unpacked, written
from krita import Document

_LIST = "dreambridge-history"
_ABOUT = "Dreams made with DeepDream"


def recall(document: Document) -> list[Dream]:
    """The document's dreams, the newest first."""
    if _LIST not in document.annotationTypes():
        return []
    return read(bytes(document.annotation(_LIST)))


def remember(document: Document, dream: Dream, block: bytes) -> None:
    """Put a dream at the head of the document's history; `block` is from `history.packed`."""
    kept, gone = added(recall(document), sized(dream, block))
    for old in gone:
        document.removeAnnotation(_key(old))
    document.setAnnotation(_key(dream), _ABOUT, block)
    document.setAnnotation(_LIST, _ABOUT, written(kept))


def pixels(document: Document, dream: Dream) -> tuple[bytes, bytes | None]:
    """A remembered dream's pixels and mask.

    Raises:
        ValueError: they are damaged or gone.
    """
    return unpacked(bytes(document.annotation(_key(dream))), dream)


def _key(dream: Dream) -> str:
    return f"dreambridge-{dream.id}"
