"""What a dream would be made of now, told cheaply enough to be asked often. GUI thread.

Krita tells plug-ins neither of another active layer nor of another selection.
"""

from __future__ import annotations

from dreamkrita.document.source import id_of, layer_of, sampled, selected
from dreamkrita.document.tracking import at
from dreamkrita.errors import UserError
from krita import Krita

_SAMPLED_ROWS = 16
"""How many rows of a selection tell whether it is still the same."""


def state_now(*, visible: bool = False) -> object:
    """A value that changes with the document in front, its active layer and what is selected.

    `visible`: all that is visible counts, not the active layer.
    """
    document = Krita.instance().activeDocument()
    if document is None:
        return None
    try:
        layer = document.rootNode() if visible else layer_of(document.activeNode())
    except UserError:
        return id_of(document.rootNode())
    bounds, found = layer.bounds(), selected(document, layer)
    extent = bounds.x(), bounds.y(), bounds.width(), bounds.height()
    state = id_of(document.rootNode()), id_of(layer), layer.visible(), at(layer), extent
    if found is None:
        return state
    selection, part = found
    return state, part, hash(sampled(selection, part, _SAMPLED_ROWS))
