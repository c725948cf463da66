"""A document's history of dreams, in annotations that are saved with it. GUI thread."""

from __future__ import annotations

from dreamkrita.document.history import (
    HistoryEntry,
    from_json,
    to_json,
    unpack,
    with_entry,
    with_size,
)
from krita import Document

_LIST = "dreambridge-history"
_ABOUT = "Dreams made with DeepDream"


def load(document: Document) -> list[HistoryEntry]:
    """The document's dreams, the newest first."""
    if _LIST not in document.annotationTypes():
        return []
    return from_json(bytes(document.annotation(_LIST)))


def add(document: Document, dream: HistoryEntry, block: bytes) -> None:
    """Put a dream at the head of the document's history; `block` is from `history.pack`."""
    kept, gone = with_entry(load(document), with_size(dream, block))
    for old in gone:
        document.removeAnnotation(_key(old))
    document.setAnnotation(_key(dream), _ABOUT, block)
    document.setAnnotation(_LIST, _ABOUT, to_json(kept))


def remove(document: Document, dream: HistoryEntry) -> None:
    """Forget a dream."""
    kept = [one for one in load(document) if one.id != dream.id]
    document.removeAnnotation(_key(dream))
    document.setAnnotation(_LIST, _ABOUT, to_json(kept))
    document.setModified(True)


def pixels(document: Document, dream: HistoryEntry) -> tuple[bytes, bytes | None]:
    """A remembered dream's pixels and mask.

    Raises:
        ValueError: they are damaged or gone.
    """
    return unpack(bytes(document.annotation(_key(dream))), dream)


def _key(dream: HistoryEntry) -> str:
    return f"dreambridge-{dream.id}"
