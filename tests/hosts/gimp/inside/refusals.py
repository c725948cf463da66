"""What can't be dreamed: each is refused with a sentence, and the document stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gimp

from inside.harness import AGAIN, QUICK, call, case, ellipse, painted, picture, state


def refused(image: Gimp.Image, drawables: list[Any], **arguments: Any) -> dict[str, Any]:
    before = state(image)
    outcome = call(image, drawables, **{**QUICK, **arguments})
    return {**outcome, "unchanged": state(image) == before}


def plain() -> tuple[Gimp.Image, Gimp.Layer]:
    image = picture()
    layer = painted(image, alpha=True)
    ellipse(image, 14, 10, 34, 26)
    return image, layer


@case("indexed colours")
def _() -> Any:
    image, layer = plain()
    none = Gimp.ConvertDitherType.NONE
    image.convert_indexed(none, Gimp.ConvertPaletteType.WEB, 0, False, False, "")
    return refused(image, [layer])


@case("selection beside the layer")
def _() -> Any:
    image = picture()
    layer = painted(image, size=(20, 20))
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 30, 10, 10)
    return refused(image, [layer])


@case("empty layer")
def _() -> Any:
    image = picture()
    kind = Gimp.ImageType.RGBA_IMAGE
    layer = Gimp.Layer.new(image, "source", 64, 48, kind, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    return refused(image, [layer])


@case("empty where it is selected")
def _() -> Any:
    image = picture()
    layer = painted(image, alpha=True)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 6, 5)
    return refused(image, [layer])


@case("one of two layers is missed")
def _() -> Any:
    image = picture()
    near, far = painted(image), painted(image, size=(20, 20), at=(44, 28), name="far")
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 20, 20)
    return refused(image, [near, far])


@case("empty group")
def _() -> Any:
    image = picture()
    group = Gimp.GroupLayer.new(image, "source")
    image.insert_layer(group, None, 0)
    return refused(image, [group])


@case("channel")
def _() -> Any:
    image, _ = plain()
    channel = Gimp.Channel.new(image, "spots", 64, 48, 50.0, Gimp.context_get_foreground())
    image.insert_channel(channel, None, 0)
    return refused(image, [channel])


@case("layer mask")
def _() -> Any:
    image, layer = plain()
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    return refused(image, [mask])


@case("floating selection")
def _() -> Any:
    image, layer = plain()
    floating = Gimp.Selection.float(image, [layer], 3, 3)
    return refused(image, [floating])


@case("no layer")
def _() -> Any:
    image, _ = plain()
    return refused(image, [])


@case("no image")
def _() -> Any:
    return call(None, [])


def with_arguments(**arguments: Any) -> Callable[[], Any]:
    def run() -> Any:
        image, layer = plain()
        return refused(image, [layer], **arguments)

    return run


case("unknown layer of the network")(with_arguments(layers="relu9_9"))
case("no layer of the network")(with_arguments(layers=""))
case("weight that is no number")(with_arguments(layers="relu3_3=much"))
case("channels that are no numbers")(with_arguments(channels="red"))
case("channel that the layer lacks")(with_arguments(channels="400"))
case("guide wanted and none chosen")(with_arguments(objective="guide"))


case("unknown preset")(with_arguments(preset="nonsense"))
case("octaves below their range")(with_arguments(octaves=0))
case("strength below its range")(with_arguments(step=-1.0))
case("strength above its range")(with_arguments(step=100.0))
case("part of a seed")(with_arguments(seed=1.5))
case("unknown objective")(with_arguments(objective="beauty"))
case("unknown result")(with_arguments(result="poster"))
case("edge out of range")(with_arguments(edge=-1.0))
case("context out of range")(with_arguments(context=-2))


@case("again: as it was dreamed, for a new dream")
def _() -> Any:
    image, layer = plain()
    return refused(image, [layer], preset="stored")


@case("empty guide")
def _() -> Any:
    image, layer = plain()
    kind = Gimp.ImageType.RGBA_IMAGE
    guide = Gimp.Layer.new(image, "guide", 64, 48, kind, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(guide, None, 1)
    return refused(image, [layer], guide=guide)


@case("again: not dreamed")
def _() -> Any:
    image, layer = plain()
    return refused(image, [layer], procedure=AGAIN)


def dreamed_document() -> tuple[Gimp.Image, Gimp.Layer, Gimp.Layer]:
    image, source = plain()
    assert call(image, [source], **QUICK)["status"] == "success"
    return image, source, image.get_layers()[0]


@case("again: source gone")
def _() -> Any:
    image, source, dream = dreamed_document()
    image.remove_layer(source)
    return refused(image, [dream], procedure=AGAIN)


@case("again: resized")
def _() -> Any:
    image, _, dream = dreamed_document()
    dream.scale(20, 20, False)
    return refused(image, [dream], procedure=AGAIN)


@case("again: source cropped")
def _() -> Any:
    image, source, dream = dreamed_document()
    source.resize(20, 20, 0, 0)
    return refused(image, [dream], procedure=AGAIN)


@case("again: pixels locked")
def _() -> Any:
    image, _, dream = dreamed_document()
    dream.set_lock_content(True)
    return refused(image, [dream], procedure=AGAIN)


@case("again: copied into another image")
def _() -> Any:
    """It has a background of its own, which is not what was dreamed."""
    _, _, dream = dreamed_document()
    other = picture()
    painted(other, seed=9)
    copy = Gimp.Layer.new_from_drawable(dream, other)
    other.insert_layer(copy, None, 0)
    return refused(other, [copy], procedure=AGAIN)


@case("again: guide of another image")
def _() -> Any:
    elsewhere, (image, source) = picture(), plain()
    guide = painted(elsewhere, name="guide", seed=9)
    assert call(image, [source], **QUICK, guide=guide)["status"] == "success"
    return refused(image, [image.get_layers()[0]], procedure=AGAIN)


@case("again: in a locked group")
def _() -> Any:
    image, _, dream = dreamed_document()
    group = Gimp.GroupLayer.new(image, "kept")
    image.insert_layer(group, None, 0)
    image.reorder_item(dream, group, 0)
    group.set_lock_content(True)
    return refused(image, [dream], procedure=AGAIN)


@case("in a group within a locked group")
def _() -> Any:
    image = picture()
    outer, inner = Gimp.GroupLayer.new(image, "kept"), Gimp.GroupLayer.new(image, "inner")
    image.insert_layer(outer, None, 0)
    image.insert_layer(inner, outer, 0)
    layer = painted(image, parent=inner)
    outer.set_lock_content(True)
    return refused(image, [layer])


@case("layer of another image")
def _() -> Any:
    (image, _), (_, foreign) = plain(), plain()
    foreign.set_name("foreign")
    return refused(image, [foreign])


@case("again: two layers")
def _() -> Any:
    image, source, dream = dreamed_document()
    return refused(image, [dream, source], procedure=AGAIN)
