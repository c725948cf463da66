"""Layers as the frames of an animation: GIMP plays and exports them from the bottom up.

Every layer of an image is a frame, hidden ones too, and its name tells how long it is shown; groups
can't be exported. So a dreamed frame has to be the layer itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from gi.repository import Gimp

from gimpdream.document.identity import all_layers
from gimpdream.document.source import SourceRegion, bounds_of
from gimpdream.errors import UserError


def bottom_up(image: Gimp.Image, layers: Sequence[Gimp.Layer]) -> list[Gimp.Layer]:
    """The layers in the order in which they play."""
    places = {layer.get_id(): at for at, layer in enumerate(all_layers(image.get_layers()))}
    return sorted(layers, key=lambda layer: places[layer.get_id()], reverse=True)


def check_alike(frames: Sequence[SourceRegion]) -> None:
    """Check that the frames lie one above the other, so that motion can be seen between them.

    Raises:
        UserError: one has another size or place than the first.
    """
    first = frames[0]
    for frame in frames[1:]:
        if frame.in_image(bounds_of(frame.layer)) != first.in_image(bounds_of(first.layer)):
            raise UserError(
                f"“{frame.layer.get_name()}” has another size or place than "
                f"“{first.layer.get_name()}”, so they are not frames of one motion: choose "
                "Filters ▸ Animation ▸ Unoptimize or Layer ▸ Layer to Image Size first."
            )
