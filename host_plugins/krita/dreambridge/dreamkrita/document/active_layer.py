"""Which layer is active, which Krita's commands are about, and keeping it so. GUI thread."""

from __future__ import annotations

from dreamkrita.document.source import id_of, node_with_id
from dreamkrita.document.work_queue import Pause, Work
from krita import Document, Krita

_LOOKS = 6
"""How often to look whether Krita has made another layer the active one."""


def id_of_active(document: Document) -> str:
    """The active layer's unique id, "" where none is."""
    node = document.activeNode()
    return id_of(node) if node is not None else ""


def keep_active(document: Document, unique_id: str, new: str) -> Work:
    """Krita makes a new layer the active one, some moments later; the user goes on in the other."""
    for _ in range(_LOOKS):
        former = node_with_id(document, unique_id)
        if former is None:
            return
        if id_of_active(document) == new:
            document.setActiveNode(former)
            return
        del former
        yield Pause.RETRY


def selected_alone(document: Document, unique_id: str) -> bool:
    """Whether just this layer is selected; else that is begun, which takes Krita a moment."""
    node, active = node_with_id(document, unique_id), document.activeNode()
    window = Krita.instance().activeWindow()
    if node is None or window is None:
        return False
    selected = window.activeView().selectedNodes()
    others = [one for one in selected if id_of(one) != unique_id]
    is_active = active is not None and id_of(active) == unique_id
    if is_active and not others and selected:
        return True
    document.setActiveNode(others[0] if is_active and others else node)
    return False
