"""Dreams written into the layers that they were dreamed of, as GIMP's own filters do it."""

from __future__ import annotations

from collections.abc import Sequence

from gi.repository import Gegl, Gimp

from bridgeclient.region import Rect
from gimpdream.document.frames import with_alpha_of, with_channels_of
from gimpdream.document.layers import FinishedDream
from gimpdream.document.pixels import format_of, read, write, write_values
from gimpdream.document.selection import SelectionMask
from gimpdream.document.undo import one_step, selection_kept


def overwrite_layers(image: Gimp.Image, dreams: Sequence[FinishedDream]) -> list[Gimp.Layer]:
    """Change each dream's layer inside the selection; all of them are one undo step.

    The layer keeps its name, alpha and mask, and remembers nothing: its original is gone.
    """
    selected = image.get_selected_layers()
    with one_step(image), selection_kept(image):
        for dream in dreams:
            _select(image, dream.source.mask)
            _overwrite(dream)
        image.set_selected_layers(selected)
    return [dream.source.layer for dream in dreams]


def _overwrite(dream: FinishedDream) -> None:
    layer, region = dream.source.layer, dream.source.region
    old = read(layer, region)
    same = with_alpha_of if layer.has_alpha() else with_channels_of
    write(layer, same(old, dream.pixels), format_of(layer), shadow=True, at=(region.x, region.y))


def _select(image: Gimp.Image, mask: SelectionMask | None) -> None:
    """Select what the mask has, with its grey values; everything if there is none."""
    if mask is None:
        Gimp.Selection.none(image)
        return
    size = image.get_width(), image.get_height()
    channel = Gimp.Channel.new(image, "dream", *size, 100.0, Gegl.Color.new("black"))
    image.insert_channel(channel, None, 0)
    write_values(channel, Rect(0, 0, *size), bytes(size[0] * size[1]))
    write_values(channel, mask.bounds, mask.values, mask.name)
    image.select_item(Gimp.ChannelOps.REPLACE, channel)
    image.remove_channel(channel)
