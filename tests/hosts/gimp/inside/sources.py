"""Every kind of source: dreamed once, and compared."""

from __future__ import annotations

from typing import Any

from gi.repository import Gimp

from inside.compare import dreamed
from inside.harness import case, ellipse, painted, picture
from inside.layers import group_of_two, text, with_mask

SELECTION = (14, 10, 34, 26)

for base in ("RGB", "GRAY"):
    for alpha in (False, True):

        @case(f"{base}{'A' if alpha else ''}")
        def _(base: str = base, alpha: bool = alpha) -> Any:
            image = picture(base=base)
            layer = painted(image, alpha=alpha)
            ellipse(image, *SELECTION)
            return dreamed(image, [layer])


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
    layer = text(image, "Dream")
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
