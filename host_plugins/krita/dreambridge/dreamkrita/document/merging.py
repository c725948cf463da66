"""Puts a finished dream into the layer that it is a dream of, by Krita's own commands. GUI thread.

Krita's plug-ins can't write into a layer so that Undo takes it back; *Merge with Layer Below* and
*Flatten Layer* can. Undo makes the dream a layer of its own again, and then takes that away, too.
"""

from __future__ import annotations

from collections.abc import Generator

from dreamkrita.document import active_layer, placement
from dreamkrita.document.animation import animated
from dreamkrita.document.source import id_of, in_front, node_with_id, ready
from dreamkrita.document.work_queue import Pause
from dreamkrita.errors import UserError
from krita import Document, Krita, Node

_MERGE, _FLATTEN = "merge_layer", "flatten_layer"
_LOOKS = 60
"""How often to look whether Krita has merged them."""


def check(layer: Node) -> None:
    """Refuses layers that a dream can't go into.

    Raises:
        UserError: with what to do.
    """
    if why := _why_not(layer):
        raise UserError(
            f"A dream can't go into “{layer.name()}”: {why}. Choose another Place for it."
        )


def _why_not(layer: Node) -> str:
    if layer.type() != "paintlayer":
        return "only a paint layer takes it"
    if layer.childNodes():
        return "it has masks"
    if animated(layer):
        return "it has frames"
    if layer.inheritAlpha():
        return "it inherits alpha"
    if placement.is_bound_to_backdrop(layer):
        return "its blending mode doesn't allow it"
    return ""


def can_merge(document: Document, dream: str, source: str, *, soft: bool) -> bool:
    """Whether the two are there and merging them leaves the picture as it is.

    `soft`: the dream has half-transparent pixels.
    """
    return _way(document, dream, source, soft=soft) is not None


def _way(document: Document, dream: str, source: str, *, soft: bool) -> tuple[str, str] | None:
    """Krita's command and the id of the layer that it is for."""
    upper, lower = node_with_id(document, dream), node_with_id(document, source)
    parent = upper.parentNode() if upper is not None else None
    if upper is None or lower is None or parent is None or _why_not(lower):
        return None
    if lower.locked() or not (upper.visible() and lower.visible()):
        return None
    beside = [id_of(node) for node in parent.childNodes()]
    if dream not in beside or beside[: beside.index(dream)][-1:] != [source]:
        return None
    if upper.inheritAlpha():  # in a group for the two, which blends as the source did
        alone = len(beside) == 2 and placement.shares_group(document, lower)
        return (_FLATTEN, id_of(parent)) if alone else None
    return (_MERGE, dream) if placement.is_plain(lower) and not soft else None


def merged(
    document: Document, dream: str, source: str, *, soft: bool
) -> Generator[Pause, None, bool]:
    """Merge them if the document is in front, and whether that was done.

    The layer keeps its name, and what is active stays active.
    """
    active = ""
    while (way := _way(document, dream, source, soft=soft)) is not None and in_front(document):
        active = active or active_layer.id_of_active(document)
        if ready(document) and active_layer.selected_alone(document, way[1]):
            break
        yield Pause.RETRY
    else:
        return False
    command, target = way
    name, group, before = _around(document, source, target)
    Krita.instance().action(command).trigger()
    for _ in range(_LOOKS):
        yield Pause.RETRY
        if node_with_id(document, dream) is None and ready(document):
            break
    else:
        return False
    new = _name_the_new(document, name, group, before)
    yield from active_layer.keep_active(document, active, new)
    return True


def _around(document: Document, source: str, target: str) -> tuple[str, str, set[str]]:
    """The source's name, the id of what the target is in, and the ids of all that is in that."""
    layer, node = node_with_id(document, source), node_with_id(document, target)
    parent = node.parentNode() if node is not None else None
    if layer is None or parent is None:
        return "", "", set()
    return layer.name(), id_of(parent), {id_of(child) for child in parent.childNodes()}


def _name_the_new(document: Document, name: str, group: str, before: set[str]) -> str:
    """Give the layer of the group that wasn't there before this name; its id."""
    root = document.rootNode()
    parent = root if id_of(root) == group else node_with_id(document, group)
    for node in parent.childNodes() if parent is not None else []:
        if id_of(node) not in before:
            node.setName(name)
            return id_of(node)
    return ""
