"""Every precision, profiles, and colours that the network does not see as they are."""

from __future__ import annotations

import array
from typing import Any

from gi.repository import Gegl, Gimp

from inside.compare import dreamed
from inside.harness import QUICK, call, case, ellipse, painted, picture, raw, rectangle

SELECTION = (14, 10, 34, 26)
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
