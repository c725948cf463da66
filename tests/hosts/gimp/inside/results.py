"""Where a dream goes: into the layer itself and on top, against the same dream in a new layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gimp

from inside.harness import QUICK, call, case, ellipse, painted, picture, projection, raw, state
from inside.layers import group_of_two, text, with_mask

Prepare = Callable[[Gimp.Image], Gimp.Layer]


def difference(image: Gimp.Image, one: list[Any], other: list[Any]) -> float:
    """The largest difference of two projections, in levels of 255, but for the soft edge.

    There GIMP mixes a layer with those below in linear light, and a filter with what it changes in
    the layer's own numbers.
    """
    greys = raw(image.get_selection(), kind="Y u8")
    trios = zip(one, other, greys, strict=True)
    sure = [(p, q) for p, q, grey in trios if grey in (0, 255)]
    far = [abs(a - b) for p, q in sure for a, b in zip(p, q, strict=True)]
    return max(far) * (1 if isinstance(one[0], bytes) else 255)


def document(prepare: Prepare, **kind: Any) -> tuple[Gimp.Image, Gimp.Layer]:
    image = picture(**kind)
    painted(image, name="below", seed=9)
    layer = prepare(image)
    painted(image, name="above", size=(10, 10), seed=8)
    ellipse(image, 14, 10, 34, 26)
    return image, layer


def into_itself(prepare: Prepare, **kind: Any) -> Callable[[], Any]:
    def run() -> Any:
        image, layer = document(prepare, **kind)
        call(image, [layer], **QUICK)
        wanted = projection(image)
        image, layer = document(prepare, **kind)
        before, seen = state(image), projection(image)
        mask = raw(layer.get_mask()) if layer.get_mask() else None
        alpha = raw(layer, kind="A u8")
        outcome = call(image, [layer], **QUICK, result="layer")
        after = state(image)
        for one in (before, after):
            one["layers"][1]["pixels"] = ""
        return {
            **outcome,
            "far": difference(image, projection(image), wanted),
            "changed": difference(image, projection(image), seen),
            "all_else_kept": after == before,
            "shape_kept": raw(layer, kind="A u8") == alpha
            and (raw(layer.get_mask()) if layer.get_mask() else None) == mask,
        }

    return run


def masked(image: Gimp.Image) -> Gimp.Layer:
    return with_mask(image, painted(image))


KINDS: dict[str, Callable[[], Any]] = {
    "opaque": into_itself(lambda image: painted(image)),
    "with alpha": into_itself(lambda image: painted(image, alpha=True)),
    "with a mask": into_itself(masked),
    "at an offset": into_itself(lambda image: painted(image, size=(50, 40), at=(9, 5), alpha=True)),
    "grey": into_itself(lambda image: painted(image), base="GRAY"),
    "16 bits, linear": into_itself(lambda image: painted(image), precision="U16_LINEAR"),
    "floats": into_itself(lambda image: painted(image, alpha=True), precision="FLOAT_LINEAR"),
}
for name, run in KINDS.items():
    case(name)(run)


def refused(prepare: Prepare) -> Any:
    image, layer = document(prepare)
    before = state(image)
    outcome = call(image, [layer], **QUICK, result="layer")
    return outcome | {"unchanged": state(image) == before}


def locked(image: Gimp.Image) -> Gimp.Layer:
    layer = painted(image)
    layer.set_lock_content(True)
    return layer


def filtered(image: Gimp.Image) -> Gimp.Layer:
    layer = painted(image)
    layer.append_filter(Gimp.DrawableFilter.new(layer, "gegl:invert-linear", "negative"))
    return layer


case("a group")(lambda: refused(group_of_two))
case("text")(lambda: refused(lambda image: text(image, "Dream")))
case("filters")(lambda: refused(filtered))
case("locked")(lambda: refused(locked))


@case("on top")
def _() -> Any:
    """Of a layer in a group, below others."""
    image = picture()
    painted(image, name="below", seed=9)
    layer = painted(image, parent=group_of_two(image))
    painted(image, name="above", seed=8)
    ellipse(image, 14, 10, 34, 26)
    before = state(image)["layers"]
    outcome = call(image, [layer], **QUICK, result="top")
    top, *others = image.get_layers()
    plain = [one["name"] for one in before] == [one.get_name() for one in others]
    return outcome | {"name": top.get_name(), "mask": top.get_mask() is not None, "plain": plain}
