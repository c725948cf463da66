"""What the dialog's preview is dreamed of, against the layers that it stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gimp

from inside import processes  # noqa: F401  which finds the plug-in's own modules
from inside.harness import case, painted, picture
from inside.layers import group_of_two, text, with_mask

Prepare = Callable[[Gimp.Image], Gimp.Layer]


def plain(**arguments: Any) -> Prepare:
    return lambda image: painted(image, **arguments)


def masked(image: Gimp.Image) -> Gimp.Layer:
    return with_mask(image, painted(image, alpha=True))


def mask_off(image: Gimp.Image) -> Gimp.Layer:
    layer = with_mask(image, painted(image))
    layer.set_apply_mask(False)
    return layer


def masked_group(image: Gimp.Image) -> Gimp.Layer:
    return with_mask(image, group_of_two(image))


def blended_group(mode: str) -> Prepare:
    def prepare(image: Gimp.Image) -> Gimp.Layer:
        painted(image, name="below", seed=9)
        group = group_of_two(image)
        group.get_children()[0].set_mode(Gimp.LayerMode.MULTIPLY)
        group.get_children()[0].set_opacity(70.0)
        group.set_mode(getattr(Gimp.LayerMode, mode))
        return group

    return prepare


def filtered(image: Gimp.Image) -> Gimp.Layer:
    layer = painted(image)
    layer.append_filter(Gimp.DrawableFilter.new(layer, "gegl:invert-linear", "negative"))
    return layer


def hidden(image: Gimp.Image) -> Gimp.Layer:
    layer = painted(image, alpha=True)
    layer.set_visible(False)
    layer.set_opacity(40.0)
    return layer


def compared(prepare: Prepare, **kind: Any) -> Callable[[], Any]:
    """The small picture of a part of a layer, and that of GIMP's own flattened copy of it."""

    def run() -> Any:
        from gimpdream.document.appearance import flattened, small_frame
        from gimpdream.document.pixels import read_small

        from bridgeclient.region import Rect

        image = picture(90, 70, **kind)
        layer = prepare(image)
        width, height = layer.get_width(), layer.get_height()
        part = Rect(3, 2, width - 7, height - 5)
        far = {}
        for side in (288, 48):
            small = small_frame(layer, part, side)
            with flattened(layer, part) as copy:
                wanted = read_small(copy, Rect(0, 0, part.width, part.height), side)
            assert (small.width, small.height) == (wanted.width, wanted.height)
            far[side] = _differences(small, wanted)
        return far

    return run


def _differences(one: Any, other: Any) -> tuple[int, float]:
    """The largest and the mean difference of premultiplied values."""
    pairs = zip(_premultiplied(one), _premultiplied(other), strict=True)
    far = [abs(a - b) for a, b in pairs]
    return max(far), sum(far) / len(far)


def _premultiplied(frame: Any) -> list[int]:
    pixels, channels = bytes(frame.pixels), frame.channels
    values = []
    for at in range(0, len(pixels), channels):
        pixel = pixels[at : at + channels]
        alpha = pixel[-1] if channels in (2, 4) else 255
        values += [*(value * alpha // 255 for value in pixel[: 1 if channels < 3 else 3]), alpha]
    return values


KINDS: dict[str, Prepare] = {
    "opaque": plain(),
    "alpha": plain(alpha=True),
    "larger than the image": plain(size=(120, 100), at=(-10, -20)),
    "mask": masked,
    "mask that is switched off": mask_off,
    "group": group_of_two,
    "group with a mask": masked_group,
    "group of blended layers": blended_group("NORMAL"),
    "group of blended layers that passes through": blended_group("PASS_THROUGH"),
    "filter": filtered,
    "text": lambda image: text(image, "Dream"),
    "hidden": hidden,
}
for name, prepare in KINDS.items():
    case(name)(compared(prepare))
case("grey")(compared(plain(alpha=True), base="GRAY"))
case("16 bits, linear")(compared(plain(alpha=True), precision="U16_LINEAR"))
case("floats")(compared(masked, precision="FLOAT_LINEAR"))
adobe = Gimp.ColorProfile.new_rgb_adobe()
case("a profile's colours")(compared(plain(alpha=True), profile=adobe))
