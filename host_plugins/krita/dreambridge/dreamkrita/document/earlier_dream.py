"""An earlier dream of a document shown in the docker, and placed into it again. GUI thread."""

from __future__ import annotations

from collections.abc import Generator

from bridgeclient.region import Rect
from dreamkrita.document import images, storage
from dreamkrita.document.colour_space import SRGB8
from dreamkrita.document.dream_layer import DreamLayer
from dreamkrita.document.hidden_document import HiddenDocument
from dreamkrita.document.history import HistoryEntry, region_now
from dreamkrita.document.payload import LayerPixels
from dreamkrita.document.pixels import half_transparent
from dreamkrita.document.shape import Shape
from dreamkrita.document.sketch_payload import VIEW_SIDE, Pictures
from dreamkrita.document.source import (
    canvas_of,
    id_of,
    layer_of,
    node_with_id,
    read,
    space_of,
    strips,
)
from dreamkrita.document.tracking import at
from dreamkrita.document.work_queue import Pause, Work
from dreamkrita.errors import UserError
from krita import Document, Node


def place(document: Document, dream: HistoryEntry, *, hide_earlier: bool) -> Work:
    """Put it where it belongs now, as a new layer.

    Raises:
        UserError: there is no telling where.
        ValueError: its pixels are damaged or gone.
    """
    pixels, mask = storage.pixels(document, dream)
    node = node_with_id(document, dream.source)
    region = _region_now(document, dream, node)
    above = node or layer_of(document.activeNode())
    space, of = space_of(above), id_of(above)
    del node, above
    with HiddenDocument() as hidden:
        if (region.width, region.height) != (dream.region.width, dream.region.height):
            pixels = hidden.scaled(pixels, dream.region, region, dream.space)
            was, now = dream.region, region
            mask = mask and images.resized_greys(
                mask, (was.width, was.height), (now.width, now.height)
            )
        shape = Shape(region, mask) if mask is not None else None
        soft = half_transparent(pixels, dream.space.channels, dream.space.depth, mask)
        layer = DreamLayer(document, dream.name, space, region, shape, of)
        yield from layer.show(LayerPixels(pixels, dream.space, soft=soft), hidden)
    if layer.begun:
        layer.keep(hide_earlier=hide_earlier)


def look(document: Document, dream: HistoryEntry) -> Generator[Pause, None, Pictures]:
    """The dream over what its source shows there now; the document isn't touched.

    Raises:
        UserError: there is no telling where it belongs.
        ValueError: its pixels are damaged or gone.
    """
    pixels, mask = storage.pixels(document, dream)
    node = node_with_id(document, dream.source)
    region = _region_now(document, dream, node)
    space = space_of(node) if node is not None else SRGB8
    del node
    yield Pause.YIELD
    was, parts, under = dream.region, [], []
    with HiddenDocument() as hidden:
        for rows in strips(Rect(0, 0, was.width, was.height)):
            size = rows.width * dream.space.pixel_bytes
            part = pixels[rows.y * size : rows.bottom * size]
            parts.append(hidden.convert(part, rows.width, dream.space, SRGB8))
            yield Pause.YIELD
        if node_with_id(document, dream.source) is not None:
            for part in read(document, dream.source, region):
                under.append(hidden.convert(part, region.width, space, SRGB8))
                yield Pause.YIELD
    image = images.image_of_bgra(b"".join(parts), was.width, was.height)
    if mask is not None:
        image = images.masked(image, mask)
    image = images.shrunk(image, VIEW_SIDE)
    if not under:
        return Pictures(image, image)
    before = images.image_of_bgra(b"".join(under), region.width, region.height)
    before = images.resized(before, image.width(), image.height())
    return Pictures(images.laid_over(image, before), before)


def _region_now(document: Document, dream: HistoryEntry, node: Node | None) -> Rect:
    canvas = canvas_of(document)
    size = canvas.width, canvas.height
    region = region_now(dream, size, at(node) if node is not None else None)
    if region is None:
        raise UserError(
            f"The canvas was cropped and the layer of “{dream.name}” is gone, so there is no "
            "telling where it belongs."
        )
    return region
