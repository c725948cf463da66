"""Several dreams of one layer: which one is seen, and where they lie."""

from __future__ import annotations

import json
from typing import Any

from gi.repository import Gimp

from inside.harness import AGAIN, QUICK, call, case, ellipse, painted, picture, projection, state


def photo() -> tuple[Gimp.Image, Gimp.Layer]:
    image = picture()
    layer = painted(image, name="photo")
    ellipse(image, 14, 10, 34, 26)
    return image, layer


def dreamed_in_turn(image: Gimp.Image, sources: list[Gimp.Layer], **arguments: Any) -> list[int]:
    """Dream one after the other, each with another seed; how many pixels each one changed."""
    changed = []
    for seed, source in enumerate(sources, start=1):
        before = projection(image)
        outcome = call(image, [source], **{**QUICK, "seed": seed, **arguments})
        assert outcome["status"] == "success", outcome
        after = projection(image)
        changed.append(sum(one != other for one, other in zip(before, after, strict=True)))
    return changed


def seeds(layers: list[Gimp.Layer]) -> list[Any]:
    """The layers from the top: a dream's seed, a group's layers, or another layer's name."""
    found: list[Any] = []
    for layer in layers:
        parasite = layer.get_parasite("dreambridge")
        if parasite:
            found.append(json.loads(bytes(parasite.get_data()))["settings"]["seed"])
        elif layer.is_group():
            found.append(seeds(layer.get_children()))
        else:
            found.append(layer.get_name())
    return found


@case("three dreams of a layer")
def _() -> Any:
    image, layer = photo()
    changed = dreamed_in_turn(image, [layer] * 3)
    visible = [one.get_visible() for one in image.get_layers()]
    return {"changed": changed, "order": seeds(image.get_layers()), "visible": visible}


@case("dream again of the photograph")
def _() -> Any:
    """With the source selected, as a dream leaves it: the topmost of its dreams, and no other."""
    image, layer = photo()
    dreamed_in_turn(image, [layer] * 2)
    other = painted(image, name="other", seed=4)
    dreamed_in_turn(image, [other], seed=7)
    outcome = call(image, [layer], AGAIN, seed=9)
    return {"outcome": outcome, "order": seeds(image.get_layers())}


@case("a dream of a dream")
def _() -> Any:
    """The dream's soft edge keeps its shape in a group; a new dream of the photograph shows."""
    image, layer = photo()
    first = dreamed_in_turn(image, [layer])
    of_dream = dreamed_in_turn(image, [image.get_layers()[0]], seed=2)
    again = dreamed_in_turn(image, [layer], seed=3)
    return {"changed": first + of_dream + again, "order": seeds(image.get_layers())}


@case("earlier dreams in a group")
def _() -> Any:
    image, layer = photo()
    first = dreamed_in_turn(image, [layer])
    group = Gimp.GroupLayer.new(image, "dreams")
    image.insert_layer(group, None, 0)
    image.reorder_item(image.get_layers()[1], group, 0)
    painted(image, name="on top", size=(6, 6), at=(58, 42))
    second = dreamed_in_turn(image, [layer], seed=2)
    return {"changed": first + second, "order": seeds(image.get_layers())}


@case("another layer's dreams")
def _() -> Any:
    """They are passed over: a dream stays with its own source."""
    image, layer = photo()
    copy = layer.copy()
    image.insert_layer(copy, None, 0)
    dreamed_in_turn(image, [copy])
    dreamed_in_turn(image, [layer], seed=2)
    return {"order": seeds(image.get_layers())}


@case("a copied source has its own dreams")
def _() -> Any:
    image, layer = photo()
    dreamed_in_turn(image, [layer])
    copy = layer.copy()
    image.insert_layer(copy, None, 0)
    copy.set_name("copy")
    dreamed_in_turn(image, [copy], seed=2)
    dreamed_in_turn(image, [layer], seed=3)
    return {"order": seeds(image.get_layers())}


@case("earlier dreams hidden")
def _() -> Any:
    image, layer = photo()
    changed = dreamed_in_turn(image, [layer] * 2, hide_earlier=True)
    visible = [one.get_visible() for one in image.get_layers()]
    return {"changed": changed, "order": seeds(image.get_layers()), "visible": visible}


@case("what was there before")
def _() -> Any:
    image, layer = photo()
    dreamed_in_turn(image, [layer])
    before = state(image)["layers"]
    dreamed_in_turn(image, [layer], seed=2)
    return {"kept": state(image)["layers"][1:] == before}
