"""A sketch on the way to the server and back: a small picture, its change shown on a sharp one.

What the dream changed is enlarged, not the dream itself, as in a draft. In the bridge thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bridgeclient import DreamRequest, ImageFrame, Preview, Result
from bridgeclient.region import Rect, intersection, relative, with_context
from bridgeclient.sketch import Sketch
from dreamkrita.document import images
from dreamkrita.document.payload import Payload
from dreamkrita.document.pixels import opaque_somewhere
from dreamkrita.errors import UserError

VIEW_SIDE = 512
"""Longest side of what is shown, in pixels."""

_AROUND = 0.1
"""How much of its surroundings is shown with a region, as a share of its longer side."""


@dataclass(frozen=True)
class Pictures:
    """What is shown of a sketch: the dream and the same without it."""

    after: Any
    before: Any


@dataclass(frozen=True)
class SketchPayload:
    """A captured source in the `SRGB8` space, and how large and with what it is sketched."""

    source: Payload
    sketch: Sketch

    def pack(self) -> DreamRequest:
        """What to submit.

        Raises:
            UserError: there is nothing to be seen in the region.
        """
        sketch, shape = self.sketch, self.source.shape
        inner = images.bytes_of(self._part(self._whole, self.source.region))
        if not opaque_somewhere(inner, 4, 1):
            raise UserError("The layer is empty here: dream where something is painted.")
        mask = None
        if shape is not None:
            context, size = self.source.context, (sketch.width, sketch.height)
            greys = shape.greys(context)
            greys = images.resized_greys(greys, (context.width, context.height), size)
            mask = ImageFrame(*size, 1, "uint8", greys)
        image = images.resized(self._whole, sketch.width, sketch.height)
        return DreamRequest.still(
            ImageFrame(sketch.width, sketch.height, 4, "uint8", images.bytes_of(image)),
            sketch.settings,
            mask=mask,
            guide=self.source.guide_frame(),
            preview_side=max(sketch.width, sketch.height),
            sketch=True,
        )

    def unpack(self, event: Preview | Result) -> Pictures:
        """What came back, as it is shown."""
        came = event.image
        after = images.opaque(images.image_of(bytes(came.pixels), came.width, came.height))
        was = images.opaque(images.resized(self._whole, came.width, came.height))
        before, size = self._before, (self._before.width(), self._before.height())
        more, less = (
            images.resized(self._part(images.excess(*pair), self._frame), *size)
            for pair in ((after, was), (was, after))
        )
        shifted = images.shifted(images.opaque(before), more, less)
        return Pictures(images.with_alpha_of(shifted, before), before)

    @cached_property
    def _whole(self) -> Any:
        context = self.source.context
        return images.image_of_bgra(b"".join(self.source.parts), context.width, context.height)

    @cached_property
    def _before(self) -> Any:
        return images.shrunk(self._part(self._whole, self._frame), VIEW_SIDE)

    @cached_property
    def _frame(self) -> Rect:
        """What is shown: the region and a little around it."""
        region, context = self.source.region, self.source.context
        around = round(_AROUND * max(region.width, region.height))
        frame = with_context(region, context, around)
        return intersection(frame, context) or context

    def _part(self, image: Any, rect: Rect) -> Any:
        """A rectangle of the document out of a picture of the context, of whatever size."""
        context, at = self.source.context, relative(rect, self.source.context)
        across, down = image.width() / context.width, image.height() / context.height
        left, top = round(at.x * across), round(at.y * down)
        width = max(1, round(at.right * across) - left)
        height = max(1, round(at.bottom * down) - top)
        left, top = min(left, image.width() - width), min(top, image.height() - height)
        return image.copy(left, top, width, height)
