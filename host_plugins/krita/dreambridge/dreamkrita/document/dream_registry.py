"""Which layer is a dream of which, and where the next one goes.

Kept in an annotation by the layers' unique ids, so that it is known after the document was saved
and opened; a layer that is gone does no harm there. GUI thread.
"""

from __future__ import annotations

import json

from dreamkrita.document.source import id_of
from krita import Document, Node

_KEY = "dreambridge-layers"
_ABOUT = "Which layers are dreams, and of which"


def register(document: Document, dream: str, source: str) -> None:
    """Record that a layer is a dream of another, or the group that the two share."""
    entries = _entries(document) | {dream: source}
    document.setAnnotation(_KEY, _ABOUT, json.dumps(entries).encode())


def earlier_dreams(document: Document, source: Node) -> list[Node]:
    """The dreams of a layer, and theirs, that stand beside it; the lowest first."""
    entries, family = _entries(document), {id_of(source)}
    for _ in entries:  # dreams of dreams; no chain is longer
        family |= {dream for dream, of in entries.items() if of in family}
    parent = source.parentNode()
    beside = parent.childNodes() if parent is not None else []
    return [node for node in beside if id_of(node) in family and node != source]


def topmost(document: Document, source: Node) -> Node:
    """The layer above which a new dream is what one sees."""
    parent = source.parentNode()
    if parent is None:
        return source
    family = {id_of(node) for node in (source, *earlier_dreams(document, source))}
    return [node for node in parent.childNodes() if id_of(node) in family][-1]


def is_group_of(document: Document, group: Node, source: Node) -> bool:
    """Whether the group was made for this source and its dreams."""
    return _entries(document).get(id_of(group)) == id_of(source)


def _entries(document: Document) -> dict[str, str]:
    if _KEY not in document.annotationTypes():
        return {}
    try:
        entries = json.loads(bytes(document.annotation(_KEY)))
    except ValueError:
        return {}
    return entries if isinstance(entries, dict) else {}
