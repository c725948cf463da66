"""A document that another version saved, with two dreams in it: they can be dreamed again."""

from __future__ import annotations

import json
from typing import Any

from gi.repository import Gimp, Gio

from inside.harness import AGAIN, PARAMETERS, call, case, metadata, raw

PARASITE = "dreambridge"
PERSISTENT_UNDOABLE = 3


def opened() -> Gimp.Image:
    file = Gio.File.new_for_path(PARAMETERS["document"])
    return Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)


def dreams(image: Gimp.Image) -> list[Gimp.Layer]:
    return [layer for layer in image.get_layers() if layer.get_parasite(PARASITE)]


def dreamed_again(layer: Gimp.Layer, **arguments: Any) -> dict[str, Any]:
    before = raw(layer)
    outcome = call(layer.get_image(), [layer], AGAIN, **arguments)
    remembered = metadata(layer)
    return outcome | {"changed": raw(layer) != before, "settings": remembered["settings"]}


@case("as it was saved")
def _() -> Any:
    image = opened()
    return [dreamed_again(layer, seed=11) for layer in dreams(image)]


@case("by versions before and after this one")
def _() -> Any:
    """One that did not write all that this one writes, and wrote what this one does not know."""
    image = opened()
    layer = dreams(image)[0]
    values = metadata(layer) | {"frames": [1, 2]}
    values["settings"]["mood"] = 0.5
    for name in ("device", "precision", "seconds"):
        del values[name]
    del values["settings"]["smoothing"]
    data = json.dumps(values).encode()
    layer.attach_parasite(Gimp.Parasite.new(PARASITE, PERSISTENT_UNDOABLE, data))
    return [dreamed_again(layer, seed=11)]
