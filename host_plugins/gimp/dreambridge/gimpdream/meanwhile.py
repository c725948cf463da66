"""What the document may have gone through while a dream developed, seen before anything is written.

A layer that was only moved is followed; where the dream would no longer fit, nothing is changed.
"""

from __future__ import annotations

from gi.repository import Gimp

from gimpdream.layers import Dreamed
from gimpdream.sentences import Refused
from gimpdream.source import check_locks
from gimpdream.tracking import is_in_place


def check_meanwhile(image: Gimp.Image, dreamed: Dreamed) -> None:
    """Let a dream pass that still fits its source.

    Raises:
        Refused: it doesn't, with what happened.
    """
    source, memory = dreamed.source, dreamed.memory
    if not image.is_valid():
        raise Refused("The image was closed while it was dreamed, so the dream is lost.")
    if not source.layer.is_valid():
        raise Refused(
            f"“{memory.source_name}” was removed while it was dreamed: the dream is lost."
        )
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        raise Refused(
            "The image got indexed colours while it was dreamed: convert it and try again."
        )
    if not is_in_place(memory.piece, source.size, source.look):
        raise Refused(
            f"“{memory.source_name}” was resized, cropped or turned while it was dreamed, so the "
            "dream no longer fits: dream again."
        )
    check_locks(source.layer)
