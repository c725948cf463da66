"""All that is visible of an image as one layer, which is put into the image with its dream."""

from __future__ import annotations

from dataclasses import replace

from gi.repository import Gimp

from gimpdream.document.source import SourceRegion, bounds_of, offset_of
from gimpdream.errors import UserError

_NAME = "Visible"
_SIDE = 288


def visible_copy(image: Gimp.Image) -> Gimp.Layer:
    """What one sees of the image, as the only layer of a temporary one."""
    size = image.get_width(), image.get_height()
    scratch = Gimp.Image.new_with_precision(*size, image.get_base_type(), image.get_precision())
    scratch.undo_disable()
    scratch.set_color_profile(image.get_effective_color_profile())
    copy = Gimp.Layer.new_from_visible(image, scratch, _NAME)
    scratch.insert_layer(copy, None, 0)
    return copy


def visible_fingerprint(image: Gimp.Image) -> object:
    """A value that changes with what one sees of the image; cheap."""
    data, width, height, _ = image.get_thumbnail_data(_SIDE, _SIDE)
    return width, height, bytes(data.get_data())


def check_size_unchanged(image: Gimp.Image, copy: Gimp.Layer) -> None:
    """Check that the image is as large as when it was copied.

    Raises:
        UserError: it isn't.
    """
    if (copy.get_width(), copy.get_height()) != (image.get_width(), image.get_height()):
        raise UserError("The image was resized or turned while it was dreamed: dream again.")


def brought_in(image: Gimp.Image, source: SourceRegion) -> SourceRegion:
    """The source as a layer of the image: a copy of another image's goes on top, hidden."""
    if source.layer.get_image().get_id() == image.get_id():
        return source
    layer = Gimp.Layer.new_from_drawable(source.layer, image)
    layer.set_visible(False)
    layer.set_name(_NAME)
    image.insert_layer(layer, None, 0)
    assert offset_of(layer) == (0, 0)
    assert bounds_of(layer) == bounds_of(source.layer)
    return replace(source, layer=layer)
