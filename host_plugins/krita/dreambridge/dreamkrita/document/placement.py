"""How a dream stands to its source, so that one sees its change and nothing else. GUI thread.

A copy directly above the source is exact where that is opaque and Normal. Above a translucent layer
it would be a second coat, above a Multiply layer it would multiply twice. There the two share a
group that blends as the source does; in it the dream only colours what the source shows. The source
keeps all its properties: alone at the bottom of a group, it looks the same in any blending mode.
"""

from __future__ import annotations

from collections.abc import Generator

from dreamkrita.document import active_layer, dream_registry
from dreamkrita.document.source import id_of, in_front, is_root, node_with_id, ready
from dreamkrita.document.work_queue import Pause
from dreamkrita.errors import UserError
from krita import Document, GroupLayer, Krita, Node

NORMAL = "normal"
_OPAQUE = 255

_BOUND_TO_BACKDROP = (
    *("alphadarken", "behind", "bumpmap", "copy", "copy_red", "copy_green", "copy_blue"),
    *("destination-atop", "destination-in", "dissolve", "erase", "in", "out"),
)

_COMMAND = "create_quick_group"
_LOOKS = 60
"""How often to look whether Krita has made the group."""


def needs_group(document: Document, source: Node, *, soft: bool) -> bool:
    """Whether a plain copy above the source would be wrong; `soft`: half-transparent pixels.

    A layer that inherits alpha has to stay among the layers that it inherits from, and one with
    earlier dreams above it below those.
    """
    if is_root(source):
        return False
    plain = is_plain(source) and not soft
    passes = isinstance(source, GroupLayer) and source.passThroughMode()
    if plain or passes or source.inheritAlpha() or is_bound_to_backdrop(source):
        return False
    return shares_group(document, source) or not dream_registry.earlier_dreams(document, source)


def is_plain(layer: Node) -> bool:
    """Whether the layer covers what is below it, as far as its pixels do."""
    return layer.blendingMode() == NORMAL and layer.opacity() == _OPAQUE


def is_bound_to_backdrop(layer: Node) -> bool:
    """Whether the layer alone in a group would be something else than above what it is above."""
    return layer.blendingMode() in _BOUND_TO_BACKDROP


def shares_group(document: Document, source: Node) -> bool:
    """Whether the source has its group already."""
    parent = source.parentNode()
    return parent is not None and dream_registry.is_group_of(document, parent, source)


def grouped(document: Document, source: str) -> Generator[Pause, None, str]:
    """Put the layer with this id into a new group, by Krita's own command; the group's id.

    Only that is a single undo step. It groups what is selected in the document in front, so select
    the layer alone. "" if layer or document goes meanwhile, or another document is in front.

    Raises:
        UserError: Krita doesn't do it.
    """
    while (before := _parent_id(document, source)) and in_front(document):
        if ready(document) and active_layer.selected_alone(document, source):
            break
        yield Pause.RETRY
    else:
        return ""
    Krita.instance().action(_COMMAND).trigger()
    for _ in range(_LOOKS):
        yield Pause.RETRY
        if (now := _parent_id(document, source)) != before:
            return now
    raise UserError("Krita can't group the layer here: unlock what it is in, then dream again.")


def join(group: Node, source: Node, dream: Node) -> None:
    """Put a dream above its source in their new group, which gets the source's mode and name."""
    group.setName(f"{source.name()}, dreamed")
    group.setChildNodes([source, dream])  # leaves no step in the undo history
    if source.blendingMode() != group.blendingMode():
        group.setBlendingMode(source.blendingMode())


def leave(document: Document, source: str, group: str) -> None:
    """Take a dream out of the group with its source, so that undoing the group doesn't keep it."""
    node = node_with_id(document, source)
    parent = node.parentNode() if node is not None else None
    if node is not None and parent is not None and id_of(parent) == group:
        parent.setChildNodes([])  # which takes only the first child out: the source
        parent.setChildNodes([node])


def _parent_id(document: Document, unique_id: str) -> str:
    node = node_with_id(document, unique_id)
    parent = node.parentNode() if node is not None else None
    return id_of(parent) if parent is not None else ""
