"""What is sent of a source, and how its dream comes back on the source's own pixels."""

from __future__ import annotations

from dataclasses import dataclass

from bridgeclient.draft import draft_of
from bridgeclient.looks import Json
from bridgeclient.protocol import ImageFrame
from bridgeclient.region import relative
from bridgeclient.request import DreamRequest, PreviousFrame
from gimpdream.bridge import delta, draft
from gimpdream.document import pixels
from gimpdream.document.appearance import flattened
from gimpdream.document.frames import with_channels_of
from gimpdream.document.source import SourceRegion, bounds_of
from gimpdream.document.tracking import TrackedRegion
from gimpdream.errors import UserError


@dataclass(frozen=True)
class Transfer:
    """A source as it was when it was read: its pixels with context, and those that are sent.

    These are other ones for a draft, and where the picture's values exceed what the network sees.
    """

    source: SourceRegion
    tracked: TrackedRegion
    original: ImageFrame
    format: pixels.PixelFormat
    sent: ImageFrame
    mask: ImageFrame | None
    curve: delta.ToneCurve | None
    draft: bool

    def request(
        self, settings: Json, guide: ImageFrame | None, previous: PreviousFrame | None
    ) -> DreamRequest:
        """What the engine is to do; the frame before, if there is one, as it was sent."""
        quick = draft_of(settings) if self.draft else settings
        if previous is not None:
            frames = (with_channels_of(self.sent, one) for one in (previous.image, previous.dream))
            previous = PreviousFrame(*frames)
        return DreamRequest.frame(self.sent, quick, previous=previous, mask=self.mask, guide=guide)

    def result(self, dreamed: ImageFrame) -> ImageFrame:
        """The source's pixels with the dream's delta."""
        if self.sent is self.original:
            return dreamed
        change = delta.delta_between(self.sent, dreamed)
        if self.draft:
            small = self.sent.width, self.sent.height
            change = draft.enlarged(change, small, (self.original.width, self.original.height))
        return delta.add_delta(self.original, change, self.curve)


def prepare(source: SourceRegion, quick: bool) -> Transfer:
    """Read the source, for a draft if it is to be quick.

    Raises:
        UserError: there is nothing to be seen in the region.
    """
    with flattened(source.layer, source.context) as layer:
        if pixels.is_transparent(layer, relative(source.region, source.context)):
            raise UserError(
                f"The layer “{source.layer.get_name()}” is empty here: dream where something is "
                "painted."
            )
        original, form = pixels.read(layer, bounds_of(layer)), pixels.format_of(layer)
        sent, mask = original, mask_frame(source)
        if quick:
            draft.halve_layer(layer)
            sent = pixels.read(layer, bounds_of(layer))
            mask = draft.half_mask(mask) if mask else None
    curve = delta.curve_for(original)
    if curve is not None:
        sent = delta.compress(sent, curve)
    return Transfer(source, source.tracked(), original, form, sent, mask, curve, quick)


def mask_frame(source: SourceRegion) -> ImageFrame | None:
    """The mask that is sent: where the source may change; None if all of it may."""
    if source.mask is None:
        return None
    support = source.mask.support(source.in_image(source.context))
    if support.count(255) == len(support):
        return None
    return ImageFrame(source.context.width, source.context.height, 1, "uint8", support)
