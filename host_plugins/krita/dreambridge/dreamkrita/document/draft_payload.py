"""A draft on the way to the server and back: half the size, and its change on the full picture.

What the dream changed is enlarged, not the dream itself, so that the picture stays as sharp as it
is. A draft has 8 bits, whatever its layer has. In the bridge thread, like `payload`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any

from bridgeclient import DreamRequest, ImageFrame, Preview, Result
from bridgeclient.draft import draft_of, halved
from dreamkrita.document import images
from dreamkrita.document.payload import LayerPixels, Payload


class DraftPayload(Payload):
    """A payload in the `SRGB8` space that travels at half the size."""

    def pack(self) -> DreamRequest:
        """What to submit; see `Payload.pack`."""
        request = super().pack()
        images = dict(request.images) | {"image": half(request.image)}
        if "mask" in images:
            images["mask"] = half_mask(images["mask"])
        return replace(request, images=images, settings=draft_of(request.settings))

    def unpack(self, event: Preview | Result) -> LayerPixels:
        """The region of what came back, in its full size."""
        if isinstance(event, Result):
            original = super().pack().image
            event = replace(event, image=changed(original, half(original), event.image))
        return super().unpack(event)


def half(frame: ImageFrame) -> ImageFrame:
    """An 8-bit RGBA picture at half its size."""
    image = images.image_of(bytes(frame.pixels), frame.width, frame.height)
    width, height = halved(frame.width), halved(frame.height)
    small = images.resized(image, width, height)
    return replace(frame, width=width, height=height, pixels=images.bytes_of(small))


def half_mask(frame: ImageFrame) -> ImageFrame:
    """A mask at half its size: a pixel is in it if one of its four was."""
    width, height, greys = halved(frame.width), halved(frame.height), bytes(frame.pixels)
    rows = [greys[start : start + frame.width] for start in range(0, len(greys), frame.width)]
    out = []
    for y in range(0, frame.height, 2):
        quarters = [row[x::2].ljust(width, b"\0") for row in rows[y : y + 2] for x in (0, 1)]
        both = reduce(or_, (int.from_bytes(quarter, "little") for quarter in quarters))
        out.append(both.to_bytes(width, "little"))
    return replace(frame, width=width, height=height, pixels=b"".join(out))


def changed(original: ImageFrame, before: ImageFrame, after: ImageFrame) -> ImageFrame:
    """The picture with what was changed in a smaller one, which was `before` and is `after`."""
    pixels = bytearray(original.pixels)
    size = original.width, original.height
    was, became = (_opaque(frame) for frame in (before, after))
    more, less = (
        images.resized(images.excess(*pair), *size) for pair in ((became, was), (was, became))
    )
    result = images.bytes_of(images.shifted(_opaque(original), more, less))
    for channel in range(3):
        pixels[channel::4] = result[channel::4]
    return replace(original, pixels=bytes(pixels))


def _opaque(frame: ImageFrame) -> Any:
    return images.opaque(images.image_of(bytes(frame.pixels), frame.width, frame.height))
