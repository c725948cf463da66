"""Every kind of source: dreamed once, and compared."""

from __future__ import annotations

import array
from typing import Any

from gi.repository import Gegl, Gimp

from inside.compare import dreamed
from inside.harness import QUICK, call, case, ellipse, painted, picture, raw, rectangle

SELECTION = (14, 10, 34, 26)

for base in ("RGB", "GRAY"):
    for alpha in (False, True):

        @case(f"{base}{'A' if alpha else ''}")
        def _(base: str = base, alpha: bool = alpha) -> Any:
            image = picture(base=base)
            layer = painted(image, alpha=alpha)
            ellipse(image, *SELECTION)
            return dreamed(image, [layer])


PRECISIONS = (
    "U8_LINEAR",
    "U8_PERCEPTUAL",
    "U16_LINEAR",
    "U16_NON_LINEAR",
    "U16_PERCEPTUAL",
    "U32_LINEAR",
    "U32_NON_LINEAR",
    "HALF_LINEAR",
    "HALF_NON_LINEAR",
    "FLOAT_LINEAR",
    "FLOAT_NON_LINEAR",
    "FLOAT_PERCEPTUAL",
    "DOUBLE_LINEAR",
    "DOUBLE_NON_LINEAR",
)
for precision in PRECISIONS:

    @case(precision)
    def _(precision: str = precision) -> Any:
        image = picture(precision=precision, base="GRAY" if "U16" in precision else "RGB")
        layer = painted(image, alpha=True)
        ellipse(image, *SELECTION)
        return dreamed(image, [layer])


PROFILES = {
    "adobe": Gimp.ColorProfile.new_rgb_adobe,
    "linear profile": Gimp.ColorProfile.new_rgb_srgb_linear,
}
for name, make in PROFILES.items():
    for precision in ("U8_NON_LINEAR", "U16_LINEAR", "FLOAT_NON_LINEAR"):

        @case(f"{name} {precision}")
        def _(precision: str = precision, make: Any = make) -> Any:
            image = picture(precision=precision, profile=make())
            layer = painted(image, alpha=True)
            ellipse(image, *SELECTION)
            return dreamed(image, [layer])


@case("wide colours survive")
def _() -> Any:
    image = picture(precision="U8_NON_LINEAR", profile=Gimp.ColorProfile.new_rgb_adobe())
    layer = painted(image)
    buffer = layer.get_buffer()
    space = Gegl.Color.new("rgb(0,1,0)")
    space.set_rgba_with_space(0.0, 1.0, 0.0, 1.0, layer.get_format())
    buffer.set_color(rectangle(0, 0, 64, 48), space)
    buffer.flush()
    before = raw(layer)
    facts = dreamed(image, [layer], step=0.0)
    after = raw(image.get_layers()[0])
    return {**facts, "same_bytes": all(before[c::3] == after[c::4] for c in range(3))}


HIGHLIGHTS = (8.0, 6.0, 3.0)


def bright(layer: Gimp.Layer) -> None:
    """A highlight far above white, and a colour beyond the gamut, in linear light."""
    buffer = layer.get_buffer()
    light, odd = array.array("f", HIGHLIGHTS), array.array("f", (-0.3, 0.5, 0.2))
    buffer.set(rectangle(16, 12, 16, 10), "RGB float", light.tobytes() * 160)
    buffer.set(rectangle(34, 12, 8, 10), "RGB float", odd.tobytes() * 80)
    buffer.flush()
    layer.update(0, 0, layer.get_width(), layer.get_height())


@case("values beyond white")
def _() -> Any:
    """Nothing changes with a step of 0; a real dream changes highlights and keeps them bright."""
    image = picture(precision="FLOAT_LINEAR")
    layer = painted(image)
    bright(layer)
    ellipse(image, *SELECTION)
    before = raw(layer, kind="RGB float")
    call(image, [layer], **{**QUICK, "step": 0.0})
    still = image.get_layers()[0]
    _, x, y = still.get_offsets()
    beneath = rectangle(x, y, still.get_width(), still.get_height())
    pixels = (raw(still, kind="RGB float"), raw(layer, beneath, "RGB float"))
    pairs = zip(*(array.array("f", data) for data in pixels), strict=True)
    far = max(abs(a - b) / max(1, abs(b)) for a, b in pairs)
    image.remove_layer(still)
    outcome = call(image, [layer], **{**QUICK, "iterations": 6})
    at = rectangle(16 - x, 12 - y, 16, 10)
    lights = array.array("f", raw(image.get_layers()[0], at, "RGB float"))
    was = array.array("f", HIGHLIGHTS * 160)
    changes = [abs(a - b) / b for a, b in zip(lights, was, strict=True)]
    means = [sum(lights[c::3]) / 160 for c in range(3)]
    kept = raw(layer, kind="RGB float") == before
    changed = sum(changes) / len(changes)
    return {**outcome, "far": far, "changed": changed, "means": means, "kept": kept}


@case("smaller than the image")
def _() -> Any:
    image = picture(96, 80)
    painted(image, name="below", seed=5)
    layer = painted(image, size=(48, 40), at=(30, 20), alpha=True)
    ellipse(image, 40, 10, 40, 40)
    return dreamed(image, [layer])


@case("larger than the image, at a negative offset")
def _() -> Any:
    image = picture()
    layer = painted(image, size=(100, 90), at=(-20, -25))
    ellipse(image, *SELECTION)
    return dreamed(image, [layer])


@case("larger than the image, nothing selected")
def _() -> Any:
    image = picture()
    layer = painted(image, size=(90, 70), at=(-15, -10), alpha=True)
    return dreamed(image, [layer])


@case("inside a group of a group")
def _() -> Any:
    image = picture()
    painted(image, name="below", seed=3)
    outer = Gimp.GroupLayer.new(image, "outer")
    image.insert_layer(outer, None, 0)
    inner = Gimp.GroupLayer.new(image, "inner")
    image.insert_layer(inner, outer, 0)
    painted(image, name="neighbour", parent=inner, seed=4)
    layer = painted(image, parent=inner, alpha=True)
    painted(image, name="above", parent=inner, size=(20, 20), seed=6)
    ellipse(image, *SELECTION)
    return dreamed(image, [layer])


def with_mask(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    width, height = layer.get_width(), layer.get_height()
    buffer = mask.get_buffer()
    slope = bytes(255 * x // (width - 1) for x in range(width))
    buffer.set(rectangle(0, 0, width, height), "Y u8", slope * height)
    buffer.flush()
    mask.update(0, 0, width, height)
    layer.set_edit_mask(False)
    return layer


@case("with a mask")
def _() -> Any:
    image = picture()
    painted(image, name="below", seed=3)
    layer = with_mask(image, painted(image, alpha=True))
    ellipse(image, *SELECTION)
    return dreamed(image, [layer])


@case("with a mask that is switched off")
def _() -> Any:
    image = picture()
    layer = with_mask(image, painted(image))
    layer.set_apply_mask(False)
    ellipse(image, *SELECTION)
    return dreamed(image, [layer])


@case("locked in every way")
def _() -> Any:
    image = picture()
    layer = painted(image, alpha=True)
    layer.set_lock_alpha(True)
    layer.set_lock_content(True)
    layer.set_lock_position(True)
    ellipse(image, *SELECTION)
    return dreamed(image, [layer])


def group_of_two(image: Gimp.Image) -> Gimp.Layer:
    group = Gimp.GroupLayer.new(image, "source")
    image.insert_layer(group, None, 0)
    painted(image, name="first", parent=group, size=(40, 40), at=(4, 4), seed=7)
    painted(image, name="second", parent=group, size=(30, 30), at=(25, 12), alpha=True, seed=8)
    return group


@case("a group")
def _() -> Any:
    image = picture()
    painted(image, name="below", seed=3)
    group = group_of_two(image)
    ellipse(image, *SELECTION)
    return dreamed(image, [group])


@case("a group with a mask")
def _() -> Any:
    image = picture()
    group = with_mask(image, group_of_two(image))
    ellipse(image, *SELECTION)
    return dreamed(image, [group])


@case("a group that passes through")
def _() -> Any:
    image = picture()
    painted(image, name="below", seed=3)
    group = group_of_two(image)
    group.set_mode(Gimp.LayerMode.PASS_THROUGH)
    ellipse(image, *SELECTION)
    return dreamed(image, [group])


@case("half transparent, multiplied, hidden")
def _() -> Any:
    image = picture()
    painted(image, name="below", seed=3)
    layer = painted(image)
    layer.set_opacity(50.0)
    layer.set_mode(Gimp.LayerMode.MULTIPLY)
    layer.set_visible(False)
    ellipse(image, *SELECTION)
    return dreamed(image, [layer])


@case("text")
def _() -> Any:
    image = picture(120, 60)
    painted(image, name="below", seed=3)
    font = Gimp.Font.get_by_name("Sans-serif") or Gimp.context_get_font()
    layer = Gimp.TextLayer.new(image, "Dream", font, 40.0, Gimp.Unit.pixel())
    image.insert_layer(layer, None, 0)
    layer.set_name("source")
    return dreamed(image, [layer])


@case("several layers")
def _() -> Any:
    image = picture()
    low = painted(image, name="low", seed=3)
    painted(image, name="between", size=(20, 20), seed=4)
    high = painted(image, name="high", alpha=True, size=(50, 40), at=(5, 5), seed=5)
    ellipse(image, *SELECTION)
    return dreamed(image, [low, high])


@case("a few pixels in the corner")
def _() -> Any:
    image = picture()
    layer = painted(image)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 60, 45, 4, 3)
    return dreamed(image, [layer])


@case("a selection with a hole, in two parts")
def _() -> Any:
    image = picture()
    layer = painted(image)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 4, 4, 24, 24)
    image.select_rectangle(Gimp.ChannelOps.SUBTRACT, 10, 10, 8, 8)
    image.select_rectangle(Gimp.ChannelOps.ADD, 44, 30, 12, 12)
    return dreamed(image, [layer])


@case("everything selected")
def _() -> Any:
    image = picture()
    layer = painted(image)
    Gimp.Selection.all(image)
    return dreamed(image, [layer])


@case("baked transparency")
def _() -> Any:
    image = picture()
    layer = painted(image, alpha=True)
    ellipse(image, *SELECTION)
    return dreamed(image, [layer], result="transparency")
