"""What is sent of a source, and how its dream comes back on the source's own pixels."""

from __future__ import annotations

from dataclasses import dataclass

from bridgeclient.looks import Json
from bridgeclient.protocol import ImageFrame
from bridgeclient.region import relative
from gimpdream import change, draft, pixels
from gimpdream.dreaming import Order
from gimpdream.sentences import Refused
from gimpdream.source import Source, bounds_of, shown
from gimpdream.tracking import Piece


@dataclass(frozen=True)
class Exchange:
    """A source as it was when it was read: its pixels with context, and those that are sent.

    These are other ones for a draft, and where the picture's values exceed what the network sees.
    """

    source: Source
    piece: Piece
    original: ImageFrame
    format: pixels.PixelFormat
    sent: ImageFrame
    mask: ImageFrame | None
    curve: change.Curve | None
    draft: bool

    def order(self, settings: Json, guide: ImageFrame | None) -> Order:
        """What the engine is to do."""
        quick = draft.quickened(settings) if self.draft else settings
        return Order(self.sent, self.mask, quick, guide)

    def result(self, dreamed: ImageFrame) -> ImageFrame:
        """The source's pixels with the dream's change."""
        if self.sent is self.original:
            return dreamed
        delta = change.change(self.sent, dreamed)
        if self.draft:
            small = self.sent.width, self.sent.height
            delta = draft.enlarged(delta, small, (self.original.width, self.original.height))
        return change.added(self.original, delta, self.curve)


def prepare(source: Source, quick: bool) -> Exchange:
    """Read the source, for a draft if it is to be quick.

    Raises:
        Refused: there is nothing to be seen in the region.
    """
    with shown(source.layer, source.context) as layer:
        if pixels.is_transparent(layer, relative(source.region, source.context)):
            raise Refused(
                f"The layer “{source.layer.get_name()}” is empty here: dream where something is "
                "painted."
            )
        original, form = pixels.read(layer, bounds_of(layer)), pixels.format_of(layer)
        sent, mask = original, _mask(source)
        if quick:
            draft.shrunk(layer)
            sent = pixels.read(layer, bounds_of(layer))
            mask = draft.halved_mask(mask) if mask else None
    curve = change.curve_for(original)
    if curve is not None:
        sent = change.compressed(sent, curve)
    return Exchange(source, source.piece(), original, form, sent, mask, curve, quick)


def _mask(source: Source) -> ImageFrame | None:
    if source.shape is None:
        return None
    support = source.shape.support(source.in_image(source.context))
    if support.count(255) == len(support):
        return None
    return ImageFrame(source.context.width, source.context.height, 1, "uint8", support)
