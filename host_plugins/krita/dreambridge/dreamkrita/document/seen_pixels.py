"""The pixels of a question, on the way to the server: as small as the engine looks at them.

Plain data only, like `payload`; in the thread that asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bridgeclient import ImageFrame, InspectRequest
from bridgeclient.region import Rect
from dreamkrita.document import images
from dreamkrita.document.pixels import opaque_somewhere, swapped
from dreamkrita.errors import UserError

SIDE = 512
"""The engine looks at no larger picture."""

COUNT = 12
"""How many channels are asked for."""

PICTURE_SIDE = 112
"""Side of their pictures in pixels: a thumbnail's, on a screen with twice the pixels, too."""

_SOMEWHERE = b"\0"


@dataclass(frozen=True)
class SeenPixels:
    """What is looked at: 8-bit sRGB in Krita's order, with some rows of `context` left out.

    `greys` is what is selected of it, row by row as the pixels; None means all. `layer` is the
    network's, "" for all.
    """

    parts: list[bytes]
    greys: bytes | None
    context: Rect
    layer: str

    def pack(self) -> InspectRequest:
        """The question.

        Raises:
            UserError: there is nothing to be seen.
        """
        size = self._size()
        small = images.bytes_of(images.resized(self._narrowed(size[0]), *size))
        if not opaque_somewhere(small, 4, 1):
            raise UserError("The layer is empty here: select where something is painted.")
        sent = {"image": ImageFrame(*size, 4, "uint8", small)}
        if self.greys is not None:
            rows = len(self.greys) // self.context.width
            mask = images.resized_greys(self.greys, (self.context.width, rows), size)
            if mask.strip(_SOMEWHERE):  # a selection of a few pixels may vanish
                sent["mask"] = ImageFrame(*size, 1, "uint8", mask)
        return InspectRequest(sent, self.layer, COUNT, PICTURE_SIDE)

    def _narrowed(self, width: int) -> Any:
        """All parts at this width: one by one, so that the GUI's thread gets its turn."""
        narrow = []
        for part in self.parts:
            rows = len(part) // (4 * self.context.width)
            image = images.image_of(swapped(part, "U8"), self.context.width, rows)
            narrow.append(images.bytes_of(images.resized(image, width, rows)))
        pixels = b"".join(narrow)
        return images.image_of(pixels, width, len(pixels) // (4 * width))

    def _size(self) -> tuple[int, int]:
        width, height = self.context.width, self.context.height
        shrink = min(1.0, SIDE / max(width, height))
        return max(1, round(width * shrink)), max(1, round(height * shrink))
