"""A selection's edge against GIMP's own Select ▸ Feather, and drafts."""

from __future__ import annotations

from typing import Any

from gi.repository import Gimp

from inside.compare import dreamed
from inside.harness import (
    AGAIN,
    QUICK,
    call,
    case,
    metadata,
    painted,
    picture,
    plain,
    raw,
    rectangle,
    top,
)


def softened(edge: float | None, width: int, height: int, radius: float) -> dict[str, Any]:
    """A rectangle dreamed, and its mask against GIMP's own Select ▸ Feather with this radius."""
    image = picture(400, 300, precision="U16_NON_LINEAR")
    kind = Gimp.ImageType.RGB_IMAGE
    layer = Gimp.Layer.new(image, "source", 400, 300, kind, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.fill(Gimp.FillType.PATTERN)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 60, 50, width, height)
    arguments = {name: value for name, value in QUICK.items() if name != "edge"}
    given = {} if edge is None else {"edge": edge}
    outcome = call(image, [layer], **arguments, **given)
    dream = top(image)
    _, x, y = dream.get_offsets()
    box = x, y, dream.get_width(), dream.get_height()
    mask = raw(dream.get_mask(), kind="Y u8")
    if radius:
        Gimp.Selection.feather(image, radius)
    _, _, x1, y1, x2, y2 = Gimp.Selection.bounds(image)
    selection = raw(image.get_selection(), rectangle(*box), "Y u8")
    return {
        **outcome,
        "bounds": box,
        "feathered_bounds": (x1, y1, x2 - x1, y2 - y1),
        "far": max(abs(a - b) for a, b in zip(mask, selection, strict=True)),
        "hard": set(mask) <= {0, 255},
    }


@case("edge by default")
def _() -> Any:
    return softened(None, 240, 200, 3.0)


@case("edge of ones own")
def _() -> Any:
    return softened(4.0, 240, 200, 8.0)


@case("edge of none")
def _() -> Any:
    return softened(0.0, 240, 200, 0.0)


@case("edge of a small selection")
def _() -> Any:
    return softened(None, 30, 200, 0.0)


@case("everything selected has no edge")
def _() -> Any:
    image = picture()
    layer = painted(image)
    Gimp.Selection.all(image)
    outcome = call(image, [layer], **{**QUICK, "edge": 10.0})
    return {**outcome, "mask": sorted(set(raw(top(image).get_mask())))}


@case("draft")
def _() -> Any:
    image, layer = plain()
    facts = dreamed(image, [layer], draft=True, iterations=6)
    dream = top(image)
    before = raw(dream)
    outcome = call(image, [dream], AGAIN)
    return {
        **facts,
        "again": outcome,
        "other": raw(dream) != before,
        "name": dream.get_name(),
        "metadata": metadata(dream),
    }


@case("draft of nothing")
def _() -> Any:
    """With a step of 0 it shows the picture in its full detail."""
    image = picture(65, 47)
    layer = painted(image)
    outcome = call(image, [layer], **{**QUICK, "step": 0.0}, draft=True)
    colours = (raw(one, kind="R'G'B' u8") for one in (top(image), layer))
    return {**outcome, "same": len(set(colours)) == 1}
