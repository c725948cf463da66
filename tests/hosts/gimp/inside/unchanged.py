"""A dream with a step of 0 above every kind of layer: the document must look as it did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gimp

from inside.harness import AGAIN, QUICK, call, case, painted, picture, projection, state
from inside.layers import text, with_mask

Prepare = Callable[[Gimp.Image], Gimp.Layer]
STILL = {**QUICK, "step": 0.0, "iterations": 1}


def compared(
    prepare: Prepare, *, below: bool = True, precision: str = "U8_NON_LINEAR", **arguments: Any
) -> Callable[[], Any]:
    """Dream with a step of 0, once more, and then really; how far one sees a difference."""

    def run() -> Any:
        image = picture(48, 36, precision=precision)
        if below:
            painted(image, name="below", seed=3)
        layer = prepare(image)
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 6, 5, 30, 22)
        Gimp.Selection.feather(image, 6.0)
        before = projection(image)
        outcomes, far = [], []
        for _ in range(2):
            outcomes.append(call(image, [layer], **STILL, **arguments))
            far.append(_far(before, projection(image)))
        parent = layer.get_parent()
        dream = (parent.get_children() if parent else image.get_layers())[0]
        outcomes.append(call(image, [dream], AGAIN, step=0.0))
        far.append(_far(before, projection(image)))
        outcomes.append(call(image, [layer], **QUICK, **arguments))
        return {
            "outcomes": outcomes,
            "far": far,
            "dreamed": _far(before, projection(image)),
            "layers": _shape(state(image)["layers"]),
        }

    return run


def _far(one: list[Any], other: list[Any]) -> float:
    return max(
        abs(a - b)
        for first, second in zip(one, other, strict=True)
        for a, b in zip(first, second, strict=True)
    ) / (255 if isinstance(one[0], bytes) else 1)


def _shape(layers: list[dict[str, Any]]) -> list[Any]:
    return [
        [layer["name"], _shape(layer["children"])] if layer["children"] else layer["name"]
        for layer in layers
    ]


def plain(
    mode: str = "NORMAL", opacity: float = 100.0, alpha: bool = False, composite: str = "AUTO"
) -> Prepare:
    def prepare(image: Gimp.Image) -> Gimp.Layer:
        layer = painted(image, alpha=alpha, size=(40, 30), at=(4, 3))
        layer.set_mode(getattr(Gimp.LayerMode, mode))
        layer.set_composite_mode(getattr(Gimp.LayerCompositeMode, composite))
        layer.set_opacity(opacity)
        return layer

    return prepare


def masked(image: Gimp.Image) -> Gimp.Layer:
    layer = painted(image)
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 4, 4, 40, 28)
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.SELECTION))
    return layer


def group(mode: str = "NORMAL", opacity: float = 100.0) -> Prepare:
    def prepare(image: Gimp.Image) -> Gimp.Layer:
        outer = Gimp.GroupLayer.new(image, "group")
        image.insert_layer(outer, None, 0)
        painted(image, name="first", parent=outer, size=(30, 30), seed=7)
        painted(image, name="second", parent=outer, size=(30, 30), at=(14, 4), alpha=True, seed=8)
        outer.set_mode(getattr(Gimp.LayerMode, mode))
        outer.set_opacity(opacity)
        return outer

    return prepare


def blended(mode: str, opacity: float = 100.0, *, masked: bool = False) -> Prepare:
    """A group that passes through, one of its layers blended with all that is below."""

    def prepare(image: Gimp.Image) -> Gimp.Layer:
        outer = group("PASS_THROUGH", opacity)(image)
        upper = outer.get_children()[0]
        upper.set_mode(getattr(Gimp.LayerMode, mode))
        upper.set_opacity(80.0)
        return with_mask(image, outer) if masked else outer

    return prepare


def blended_within(image: Gimp.Image) -> Gimp.Layer:
    """Such a group in a translucent group that is no background for anything else."""
    outer = Gimp.GroupLayer.new(image, "outer")
    image.insert_layer(outer, None, 0)
    outer.set_opacity(60.0)
    outer.set_mode(Gimp.LayerMode.MULTIPLY)
    painted(image, name="inner background", parent=outer, alpha=True, seed=5)
    inner = blended("MULTIPLY")(image)
    image.reorder_item(inner, outer, 0)
    return inner


def within(mode: str) -> Prepare:
    def prepare(image: Gimp.Image) -> Gimp.Layer:
        outer = Gimp.GroupLayer.new(image, "group")
        image.insert_layer(outer, None, 0)
        outer.set_mode(getattr(Gimp.LayerMode, mode))
        layer = painted(image, parent=outer, alpha=True)
        layer.set_opacity(60.0)
        return layer

    return prepare


def hidden(image: Gimp.Image) -> Gimp.Layer:
    """Hidden in a group of its own, beside a copy that is seen: the dream takes its place."""
    layer = painted(image, alpha=True)
    layer.set_mode(Gimp.LayerMode.MULTIPLY)
    layer.set_opacity(60.0)
    return layer


case("opaque")(compared(plain()))
case("opaque and alone")(compared(plain(), below=False))
case("translucent wash")(compared(plain(opacity=50.0)))
case("half transparent pixels")(compared(plain(alpha=True)))
case("half transparent pixels, alone")(compared(plain(alpha=True), below=False))
case("translucent and alone")(compared(plain(opacity=40.0, alpha=True), below=False))
case("multiplied and alone")(compared(plain("MULTIPLY", 80.0, alpha=True), below=False))
for mode in (
    *("MULTIPLY", "SCREEN", "OVERLAY", "ADDITION", "DIFFERENCE", "SOFTLIGHT", "HSL_COLOR"),
    *("MULTIPLY_LEGACY", "NORMAL_LEGACY", "LCH_HUE", "SUBTRACT", "GRAIN_MERGE"),
):
    case(mode)(compared(plain(mode, 70.0, alpha=True)))
case("multiplied and opaque")(compared(plain("MULTIPLY")))
case("clipped by what is below")(compared(plain(alpha=True, composite="CLIP_TO_BACKDROP")))
case("with a mask")(compared(masked))
case("text")(compared(lambda image: text(image, "D")))
case("group")(compared(group()))
case("multiplied group")(compared(group("MULTIPLY", 80.0)))
case("group that passes through")(compared(group("PASS_THROUGH")))
case("blended group that passes through")(compared(blended("MULTIPLY")))
case("blended group that passes through, half transparent")(compared(blended("SCREEN", 50.0)))
case("blended group that passes through, masked")(compared(blended("DIFFERENCE", masked=True)))
case("blended group that passes through, alone")(compared(blended("MULTIPLY"), below=False))
case("blended group that passes through, in a group")(compared(blended_within))
case("in a group")(compared(within("NORMAL")))
case("in a group that passes through")(compared(within("PASS_THROUGH")))
case("16 bits, linear")(compared(plain("SCREEN", 70.0, True), precision="U16_LINEAR"))
case("floats")(compared(plain("MULTIPLY", 70.0, True), precision="FLOAT_LINEAR"))
case("baked transparency")(compared(plain("SCREEN", 70.0, True), result="transparency"))
case("draft")(compared(plain("SCREEN", 70.0, True), draft=True))


@case("hidden")
def _() -> Any:
    """A dream of a hidden layer looks as the layer would."""
    image = picture(48, 36)
    painted(image, name="below", seed=3)
    layer = hidden(image)
    shown = projection(image)
    layer.set_visible(False)
    outcome = call(image, [layer], **STILL)
    return {"outcomes": [outcome], "far": [_far(shown, projection(image))], "dreamed": 1.0}


@case("made translucent after its first dream, which is hidden")
def _() -> Any:
    image = picture(48, 36)
    painted(image, name="below", seed=3)
    layer = painted(image)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 6, 5, 20, 18)
    outcomes = [call(image, [layer], **QUICK)]
    image.get_layers()[0].set_visible(False)
    layer.set_opacity(50.0)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 8, 30, 22)
    before = projection(image)
    outcomes.append(call(image, [layer], **STILL))
    far = [_far(before, projection(image))]
    outcomes.append(call(image, [layer], **QUICK))
    return {"outcomes": outcomes, "far": far, "dreamed": _far(before, projection(image))}
