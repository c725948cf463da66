"""What belongs together when the document is changed: one undo step, the selection as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gi.repository import Gimp


@contextmanager
def one_step(image: Gimp.Image) -> Iterator[None]:
    """Everything that is changed meanwhile is undone at once."""
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()


@contextmanager
def selection_kept(image: Gimp.Image) -> Iterator[None]:
    """Whatever is selected meanwhile, the selection is put back."""
    kept = None if Gimp.Selection.is_empty(image) else Gimp.Selection.save(image)
    try:
        yield
    finally:
        if kept is None:
            Gimp.Selection.none(image)
        else:
            image.select_item(Gimp.ChannelOps.REPLACE, kept)
            image.remove_channel(kept)
