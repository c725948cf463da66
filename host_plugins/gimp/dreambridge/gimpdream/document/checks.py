"""Whether a layer can be dreamed of, and whether a finished dream still fits its document.

The document may change while a dream is computed. A layer that was only moved is followed; where
the dream would no longer fit, nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from gi.repository import Gimp

from gimpdream.arguments import ITSELF
from gimpdream.document.metadata import DreamMetadata
from gimpdream.document.source import SourceRegion
from gimpdream.document.tracking import is_in_place
from gimpdream.errors import UserError


def check_layers(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> list[Gimp.Layer]:
    """The drawables if they are layers that can be dreamed of.

    Raises:
        UserError: they are not, with what to do.
    """
    if image is None or not image.is_valid():
        raise UserError("There is no image: open one, then dream.")
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        raise UserError(
            "This image has indexed colours: choose Image ▸ Mode ▸ RGB first, dream, and convert "
            "back if you need to."
        )
    if not drawables:
        raise UserError("No layer is selected: click a layer in the Layers dialog, then dream.")
    for drawable in drawables:
        if not drawable.is_valid():
            raise UserError("The layer is not in the image any more: select another one.")
        if drawable.get_image().get_id() != image.get_id():
            raise UserError(
                f"“{drawable.get_name()}” is in another image: choose a layer of this one."
            )
        _check_layer(drawable)
    return list(drawables)


def _check_layer(drawable: Gimp.Drawable) -> None:
    name = drawable.get_name()
    if drawable.is_layer_mask():
        raise UserError(f"“{name}” is a layer mask: click the picture of its layer, then dream.")
    if not drawable.is_layer():
        raise UserError(f"“{name}” is a channel: click a layer in the Layers dialog, then dream.")
    if drawable.is_floating_sel():
        raise UserError(
            "The layer is a floating selection: anchor it first (Layer ▸ Anchor Layer)."
        )
    if drawable.is_group() and not drawable.get_children():
        raise UserError(f"The layer group “{name}” is empty: put a layer into it, then dream.")


def check_locks(layer: Gimp.Layer, *, itself: bool = False) -> None:
    """Check that GIMP allows pixels to be written above the layer, or into the layer `itself`.

    Raises:
        UserError: its pixels or those of a group around it are locked, which of them.
    """
    locked: Gimp.Layer | None = layer if itself else layer.get_parent()
    while locked is not None and not locked.get_lock_content():
        locked = locked.get_parent()
    if locked is not None:
        what = "group" if locked.is_group() else "layer"
        raise UserError(
            f"The pixels of the {what} “{locked.get_name()}” are locked: unlock them, then dream."
        )


def check_overwritable(layer: Gimp.Layer) -> None:
    """Check that a dream of the layer can be written into it.

    Raises:
        UserError: it has no pixels of its own, shows them through filters, or is locked.
    """
    name = layer.get_name()
    if layer.is_group():
        raise UserError(f"“{name}” is a group and has no pixels of its own: merge it, then dream.")
    if layer.is_text_layer() or layer.get_filters():
        raise UserError(
            f"“{name}” shows its pixels through text or filters: choose Layer ▸ Discard Text "
            "Information or Layer ▸ Merge Filters first, or a new layer as the result."
        )
    check_locks(layer, itself=True)


def check_open(image: Gimp.Image) -> None:
    """Check that the image was not closed during its dream.

    Raises:
        UserError: it was closed.
    """
    if not image.is_valid():
        raise UserError("The image was closed while it was dreamed, so the dream is lost.")


def check_source_unchanged(
    image: Gimp.Image, source: SourceRegion, metadata: DreamMetadata
) -> None:
    """Check that a finished dream still fits its source.

    Raises:
        UserError: it doesn't, with what happened.
    """
    check_open(image)
    if not source.layer.is_valid():
        raise UserError(
            f"“{metadata.source_name}” was removed while it was dreamed: the dream is lost."
        )
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        raise UserError(
            "The image got indexed colours while it was dreamed: convert it and try again."
        )
    if not is_in_place(metadata.tracked, source.size, source.patch):
        raise UserError(
            f"“{metadata.source_name}” was resized, cropped or turned while it was dreamed, so the "
            "dream no longer fits: dream again."
        )
    if metadata.result == ITSELF:
        check_overwritable(source.layer)
    else:
        check_locks(source.layer)
