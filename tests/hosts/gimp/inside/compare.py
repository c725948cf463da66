"""A dream compared with the document before it, pixel by pixel, in terms that a test can assert."""

from __future__ import annotations

import array
import json
from typing import Any

from gi.repository import Gimp

from inside.harness import QUICK, call, projection, raw, rectangle, state

MARK = "dreambridge-layer"


def dreamed(image: Gimp.Image, sources: list[Gimp.Layer], **arguments: Any) -> dict[str, Any]:
    """Dream the sources and tell everything about what changed."""
    before, seen, selected = state(image), projection(image), _selected_layers(image)
    shown = {source.get_id(): _shown(source) for source in sources}
    outcome = call(image, sources, **{**QUICK, **arguments})
    after, seen_after = state(image), projection(image)
    new = _new_layers(image, before)
    kept = _without(_unmarked(after), {layer.get_id() for layer in new})
    grouped = any(layer.is_group() for layer in new)
    new = [layer for layer in new if layer.get_parasite("dreambridge")]
    return {
        **outcome,
        "originals_unchanged": kept == _unmarked(before),
        "outside_identical": _outside_identical(image, seen, seen_after, grouped=grouped),
        "selection_kept": _selected_layers(image) == selected,
        "new": [_facts(image, layer, sources, shown) for layer in new],
    }


def _selected_layers(image: Gimp.Image) -> list[int]:
    return [layer.get_id() for layer in image.get_selected_layers()]


def _new_layers(image: Gimp.Image, before: dict[str, Any]) -> list[Gimp.Layer]:
    known = set(_ids(before["layers"]))
    return [layer for layer in _all_layers(image.get_layers()) if layer.get_id() not in known]


def _all_layers(layers: list[Gimp.Layer]) -> list[Gimp.Layer]:
    found = []
    for layer in layers:
        found += [layer, *(_all_layers(layer.get_children()) if layer.is_group() else [])]
    return found


def _ids(layers: list[dict[str, Any]]) -> list[int]:
    return [i for layer in layers for i in (layer["id"], *_ids(layer["children"]))]


def _without(document: dict[str, Any], new: set[int]) -> dict[str, Any]:
    def old(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = []
        for layer in layers:
            children = old(layer["children"])
            kept += children if layer["id"] in new else [{**layer, "children": children}]
        return kept

    return {**document, "layers": old(document["layers"])}


def mark(layer: Gimp.Layer) -> str:
    """The id by which dreams know the layer, "" if none does."""
    parasite = layer.get_parasite(MARK)
    return str(json.loads(bytes(parasite.get_data()))["id"]) if parasite else ""


def _unmarked(document: dict[str, Any]) -> dict[str, Any]:
    """The document without the ids, which are all that a dream may add to its source."""

    def plain(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {
                **layer,
                "parasites": [name for name in layer["parasites"] if name != MARK],
                "children": plain(layer["children"]),
            }
            for layer in layers
        ]

    return {**document, "layers": plain(document["layers"])}


def _outside_identical(
    image: Gimp.Image, before: list[Any], after: list[Any], *, grouped: bool
) -> bool:
    """Whether all that one sees where nothing is selected is the same.

    Bit for bit up to 16 bits; beyond, GIMP's compositing goes through approximate curves even
    where the upper layer is masked away, which changes a profile's values by up to 0.00004. In a
    group, a layer's alpha times its mask is rounded to the image's precision.
    """
    if Gimp.Selection.is_empty(image):
        return True
    selected = array.array("f", raw(image.get_selection(), kind="Y float"))
    trios = zip(before, after, selected, strict=True)
    slack = 1 if grouped else 0
    return all(_same(old, new, slack) for old, new, chosen in trios if chosen == 0)


def _same(old: Any, new: Any, slack: int) -> bool:
    if isinstance(old, bytes):
        return all(abs(a - b) <= slack for a, b in zip(old, new, strict=True))
    return all(abs(a - b) < 1e-4 for a, b in zip(old, new, strict=True))


def _shown(source: Gimp.Layer) -> tuple[bytes, tuple[int, int, int, int]]:
    """What the layer shows, as GIMP composites it: exported alone, over nothing. Its bounds."""
    image = source.get_image()
    _, x, y = source.get_offsets()
    bounds = x, y, source.get_width(), source.get_height()
    alone = Gimp.Image.new_with_precision(
        image.get_width(), image.get_height(), image.get_base_type(), image.get_precision()
    )
    alone.set_color_profile(image.get_effective_color_profile())
    copy = Gimp.Layer.new_from_drawable(source, alone)
    alone.insert_layer(copy, None, 0)
    for layer in (copy,):
        layer.set_opacity(100.0)
        layer.set_mode(image.get_default_new_layer_mode())
        layer.set_visible(True)
    alone.resize(*bounds[2:], -x, -y)
    seen = Gimp.Layer.new_from_visible(alone, alone, "seen")
    pixels = raw(seen, kind=_float(seen))
    alone.delete()
    return pixels, bounds


def _float(layer: Gimp.Layer) -> str:
    return "Y'A float" if layer.is_gray() else "R'G'B'A float"


def _facts(
    image: Gimp.Image, layer: Gimp.Layer, sources: list[Gimp.Layer], shown: dict[int, Any]
) -> dict[str, Any]:
    metadata = json.loads(bytes(layer.get_parasite("dreambridge").get_data()))
    (source,) = (one for one in _all_layers(image.get_layers()) if mark(one) == metadata["source"])
    pixels, bounds = shown[source.get_id()]
    region, expected = _bounds(layer), _expected(image, bounds)
    position = image.get_item_position
    return {
        "name": layer.get_name(),
        "of": source.get_name(),
        "source_is_selected_one": source.get_id() in {s.get_id() for s in sources},
        "directly_above": position(layer) == position(source) - 1,
        "same_group": layer.get_parent() == source.get_parent(),
        "bounds": region,
        "bounds_as_selected": region == expected,
        "has_alpha": layer.has_alpha(),
        "clipped": _clipped(layer),
        "has_mask": layer.get_mask() is not None,
        "mask_is_selection": _mask_is_selection(image, layer),
        "appearance": (layer.get_opacity(), layer.get_mode().value_nick, layer.get_visible()),
        "metadata": metadata,
        **_changes(image, layer, pixels, bounds),
    }


def _clipped(layer: Gimp.Layer) -> bool:
    """Whether the layer colours what is below it, whose shape it leaves."""
    return layer.get_composite_mode() == Gimp.LayerCompositeMode.CLIP_TO_BACKDROP


def _bounds(layer: Gimp.Layer) -> tuple[int, int, int, int]:
    _, x, y = layer.get_offsets()
    return x, y, layer.get_width(), layer.get_height()


def _expected(image: Gimp.Image, layer: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The part of the layer inside the selection's bounds."""
    _, selected, x1, y1, x2, y2 = Gimp.Selection.bounds(image)
    if not selected:
        return layer
    x, y, width, height = layer
    left, top = max(x, x1), max(y, y1)
    return left, top, min(x + width, x2) - left, min(y + height, y2) - top


def _mask_is_selection(image: Gimp.Image, layer: Gimp.Layer) -> bool:
    mask = layer.get_mask()
    if mask is None:
        return False
    if Gimp.Selection.is_empty(image):
        return set(raw(mask, kind="Y u8")) == {255}
    return raw(mask) == raw(image.get_selection(), rectangle(*_bounds(layer)))


def _changes(
    image: Gimp.Image, layer: Gimp.Layer, source: bytes, bounds: tuple[int, int, int, int]
) -> dict[str, Any]:
    """How far the layer's colours are from what its source shows, where selected and not."""
    was, now = array.array("f", source), array.array("f", raw(layer, kind=_float(layer)))
    x0, y0, width, height = _bounds(layer)
    channels = 2 if layer.is_gray() else 4
    selected = _selected(image, layer)
    inside, outside, alpha = [], [], []
    for y in range(height):
        for x in range(width):
            i = (y * width + x) * channels
            j = ((y + y0 - bounds[1]) * bounds[2] + x + x0 - bounds[0]) * channels
            if not was[j + channels - 1]:
                continue
            far = max(abs(now[i + c] - was[j + c]) for c in range(channels - 1))
            chosen = selected[y * width + x] > 0
            (inside if chosen else outside).append(far)
            weight = selected[y * width + x] if layer.get_mask() is None else 1.0
            shape = 1.0 if _clipped(layer) else was[j + channels - 1]
            alpha.append(abs(now[i + channels - 1] - shape * weight))
    return {
        "changed_inside": sum(far > 0.004 for far in inside) / max(1, len(inside)),
        "mean_change_inside": sum(inside) / max(1, len(inside)),
        "most_change_outside": max(outside, default=0.0),
        "alpha_error": max(alpha, default=0.0),
    }


def _selected(image: Gimp.Image, layer: Gimp.Layer) -> Any:
    count = layer.get_width() * layer.get_height()
    if Gimp.Selection.is_empty(image):
        return array.array("f", [1.0]) * count
    data = raw(image.get_selection(), rectangle(*_bounds(layer)), "Y float")
    return array.array("f", data)
