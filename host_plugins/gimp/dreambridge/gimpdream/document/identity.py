"""Which layer is which, for as long as the picture lives: an id that is attached to the layer.

GIMP's own tattoos are renumbered when an image is duplicated and mean another layer in another
image. So the source of a dream, and its guide, get an id in a parasite, which copies of the layer
take along. It is put there with the dream, in the same undo step, and changes nothing that is seen.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence

from gi.repository import Gimp

_PARASITE = "dreambridge-layer"
_PERSISTENT_UNDOABLE = 3


def id_or_new(layer: Gimp.Layer) -> str:
    """The layer's id, or a new one that nobody has; nothing is written.

    A copy of a layer has the original's id until it is dreamed of itself.
    """
    known, tattoo = _read(layer)
    if known and (tattoo == layer.get_tattoo() or len(_carriers(layer.get_image(), known)) < 2):
        return known
    return uuid.uuid4().hex


def id_of(layer: Gimp.Layer) -> str:
    """The layer's id, "" if it has none."""
    return _read(layer)[0]


def set_id(layer: Gimp.Layer, given: str) -> None:
    """Attach this id to the layer."""
    if _read(layer)[0] != given:
        data = json.dumps({"id": given, "tattoo": layer.get_tattoo()}).encode()
        layer.attach_parasite(Gimp.Parasite.new(_PARASITE, _PERSISTENT_UNDOABLE, data))


def find_layer(image: Gimp.Image, wanted: str, name: str) -> Gimp.Layer | None:
    """The image's layer with this id; of several copies the one of that name."""
    found = _carriers(image, wanted)
    found.sort(key=lambda layer: (layer.get_name() != name, _read(layer)[1] != layer.get_tattoo()))
    return found[0] if found else None


def all_layers(layers: Sequence[Gimp.Layer]) -> Iterator[Gimp.Layer]:
    """The layers and everything in their groups, from the top."""
    for layer in layers:
        yield layer
        if layer.is_group():
            yield from all_layers(layer.get_children())


def _carriers(image: Gimp.Image, wanted: str) -> list[Gimp.Layer]:
    return [layer for layer in all_layers(image.get_layers()) if _read(layer)[0] == wanted]


def _read(layer: Gimp.Layer) -> tuple[str, int]:
    """The id and the tattoo of the layer that it was given to, "" and 0 if there is none."""
    parasite = layer.get_parasite(_PARASITE)
    if parasite is None:
        return "", 0
    try:
        values = json.loads(bytes(parasite.get_data()))
        return str(values["id"]), int(values["tattoo"])
    except (ValueError, KeyError, TypeError):
        return "", 0
