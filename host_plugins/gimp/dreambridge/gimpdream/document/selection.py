"""The image's selection with its grey values, softened on request.

All of it is read; the image's own selection is never touched.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from gi.repository import Gimp

from bridgeclient.region import (
    Rect,
    cut,
    grown,
    intersection,
    moved,
    relative,
    selection_bounds,
    soft_edge,
)
from gimpdream.document.pixels import (
    GREY,
    fingerprint,
    native,
    native_size,
    read_greys,
    read_values,
    write_values,
)
from gimpdream.errors import UserError

_SUPPORT = bytes([0] + [255] * 255)


@dataclass(frozen=True)
class SelectionMask:
    """Grey values of a selection within `bounds` (image coordinates), packed rows.

    `values` are just as GIMP keeps them, in the format `name`, `size` bytes each: the new layer's
    mask is exactly the selection. `grey` are the same in 8 bits.
    """

    bounds: Rect
    grey: bytes
    values: bytes
    name: str
    size: int

    def within(self, rect: Rect) -> SelectionMask | None:
        """The part inside `rect`, trimmed to where anything is selected; None if nothing is."""
        if (overlap := intersection(self.bounds, rect)) is None:
            return None
        part, size = self._cut(overlap), self.size
        inner = selection_bounds(part.values, overlap.width * size, overlap.height)
        if inner is None:
            return None
        left, right = inner.x // size, -(-inner.right // size)  # from bytes to pixels
        inner = Rect(left, inner.y, right - left, inner.height)
        return part._cut(moved(inner, overlap.x, overlap.y))

    def _cut(self, rect: Rect) -> SelectionMask:
        values = cut(self.values, self.bounds, rect, self.size)
        return replace(self, bounds=rect, grey=cut(self.grey, self.bounds, rect, 1), values=values)

    def support(self, context: Rect) -> bytes:
        """8-bit mask of the context (image coordinates): 255 wherever anything is selected.

        Not the grey values: the dream is full there, and the layer's mask alone softens it.
        """
        return self._placed(context, self.grey.translate(_SUPPORT))

    def greys(self, context: Rect) -> bytes:
        """8-bit mask of the context (image coordinates) with the selection's own grey values."""
        return self._placed(context, self.grey)

    def sampled(self, rect: Rect, size: tuple[int, int]) -> bytes:
        """8-bit grey values of a rectangle (image coordinates) as a picture of this size."""
        columns = _samples(rect.x, rect.width, size[0], self.bounds.x, self.bounds.width)
        rows = _samples(rect.y, rect.height, size[1], self.bounds.y, self.bounds.height)
        width, picture = self.bounds.width, bytearray()
        for row in rows:
            greys = self.grey[row * width : (row + 1) * width] if row >= 0 else bytes(width)
            greys += b"\0"  # what a column of -1 is
            picture += bytes(map(greys.__getitem__, columns))
        return bytes(picture)

    def _placed(self, context: Rect, grey: bytes) -> bytes:
        at, width = relative(self.bounds, context), self.bounds.width
        left, right = bytes(at.x), bytes(context.width - at.right)
        starts = range(0, len(grey), width)
        rows = b"".join(left + grey[start : start + width] + right for start in starts)
        above, below = at.y * context.width, (context.height - at.bottom) * context.width
        return bytes(above) + rows + bytes(below)


def _samples(start: int, length: int, count: int, first: int, most: int) -> list[int]:
    """Where the middles of `count` equal pieces lie from `first` on; -1 outside of `most`."""
    places = [int(start + (i + 0.5) * length / count) - first for i in range(count)]
    return [place if 0 <= place < most else -1 for place in places]


def read_selection(image: Gimp.Image, edge: float) -> SelectionMask | None:
    """The image's selection, its edge softened by `edge` percent; None if nothing is selected.

    Raises:
        UserError: the selection is too faint to hold anything.
    """
    _, non_empty, x1, y1, x2, y2 = Gimp.Selection.bounds(image)
    if not non_empty:
        return None
    bounds = Rect(x1, y1, x2 - x1, y2 - y1)
    feather = soft_edge(bounds, edge)
    canvas = Rect(0, 0, image.get_width(), image.get_height())
    reach = intersection(grown(bounds, math.ceil(2 * feather)), canvas) or bounds
    mask = mask_of(image.get_selection(), reach, reach)
    if feather > 0:
        mask = _feathered(mask, feather, image)
    trimmed = mask.within(reach)
    if trimmed is None:
        raise UserError("Nothing is selected strongly enough to dream in: select it anew.")
    return trimmed


def weighted(
    mask: SelectionMask | None, painted: Gimp.Drawable, image: Gimp.Image
) -> SelectionMask:
    """The mask, or everything, times what is painted: white keeps it, black takes it away.

    Raises:
        UserError: nothing is left.
    """
    whole = Rect(0, 0, image.get_width(), image.get_height())
    _, x, y = painted.get_offsets()
    own = Rect(x, y, painted.get_width(), painted.get_height())
    bounds = intersection(own, mask.bounds if mask else whole)
    if bounds is not None:
        greys = read_greys(painted, moved(bounds, -x, -y))
        if mask is not None:
            pairs = zip(greys, mask._cut(bounds).grey, strict=True)
            greys = bytes((one * other + 127) // 255 for one, other in pairs)
        trimmed = SelectionMask(bounds, greys, greys, GREY, 1).within(bounds)
        if trimmed is not None:
            return trimmed
    raise UserError(
        f"“{painted.get_name()}” is black where it is to be dreamed: paint white where the dream "
        "is to be strong."
    )


def selection_fingerprint(image: Gimp.Image) -> object:
    """A value that changes with the selection."""
    _, *bounds = Gimp.Selection.bounds(image)
    return bounds, fingerprint(image.get_selection())


def mask_of(drawable: Gimp.Drawable, rect: Rect, bounds: Rect) -> SelectionMask:
    """The grey values of a mask or selection in its `rect`, which is `bounds` in the image."""
    name, grey = native(drawable), read_values(drawable, rect)
    return SelectionMask(
        bounds, grey, read_values(drawable, rect, name), name, native_size(drawable)
    )


def _feathered(mask: SelectionMask, radius: float, image: Gimp.Image) -> SelectionMask:
    """The mask as Select ▸ Feather makes it, done in an image of its own."""
    size = mask.bounds.width, mask.bounds.height
    kind = Gimp.ImageBaseType.GRAY, image.get_precision()
    scratch = Gimp.Image.new_with_precision(*size, *kind)
    try:
        whole, selection = Rect(0, 0, *size), scratch.get_selection()
        write_values(selection, whole, mask.values, mask.name)
        Gimp.Selection.feather(scratch, radius)
        return mask_of(selection, whole, mask.bounds)
    finally:
        scratch.delete()
