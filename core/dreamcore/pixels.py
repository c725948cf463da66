"""Between an editor's pixels and the network's: types, channel counts, alpha, masks, regions.

What did not change keeps its every bit: results are the original pixels plus the dream's change,
never a round trip through another type. Nothing here knows the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from dreamcore import scalars
from dreamcore.errors import ImageError

Image = NDArray[Any]

FULL_SCALE = {"uint8": 255.0, "uint16": 65535.0, "float16": 1.0, "float32": 1.0}
"""The value that means full intensity, by type."""

_STRIP_ROWS = 256
"""Rows that whole-image work on pixels takes at once."""


@dataclass(frozen=True)
class Region:
    """A rectangle of an image, in pixels."""

    top: int
    left: int
    height: int
    width: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns of the region, to index an image with."""
        bottom, right = self.top + self.height, self.left + self.width
        return slice(self.top, bottom), slice(self.left, right)


def check_image(image: Image, what: str = "image") -> Image:
    """The array itself if it is H x W x {1, 2, 3, 4} of a known type, not empty and finite.

    Raises:
        ImageError: it isn't; the message says what was found and what is accepted.
    """
    if not isinstance(image, np.ndarray) or image.ndim != 3 or image.shape[2] not in (1, 2, 3, 4):
        shape = getattr(image, "shape", type(image).__name__)
        raise ImageError(
            f"The {what} has shape {shape}.",
            "Accepted: height x width x channels with 1 to 4 channels (2 and 4 carry alpha).",
            what,
        )
    _check_values(image, what)
    return image


def check_mask(mask: Image, size: tuple[int, int]) -> Image:
    """The mask itself if it is an H x W array of `size`, of a known type, not empty and finite.

    Raises:
        ImageError: it isn't.
    """
    if not isinstance(mask, np.ndarray) or mask.shape != size:
        found = f"has shape {getattr(mask, 'shape', type(mask).__name__)}"
        if isinstance(mask, np.ndarray) and mask.ndim == 2:
            found = f"is {mask.shape[1]} x {mask.shape[0]} pixels"
        hint = f"It must be as large as the image, {size[1]} x {size[0]}, with one channel."
        raise ImageError(f"The mask {found}.", hint, "mask")
    _check_values(mask, "mask")
    return mask


def _check_values(array: Image, what: str) -> None:
    if array.dtype.name not in FULL_SCALE:
        accepted = ", ".join(FULL_SCALE)
        raise ImageError(f"The {what} has type {array.dtype.name}.", f"Accepted: {accepted}.", what)
    if array.size == 0:
        raise ImageError(f"The {what} is empty: {array.shape}.", field=what)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0][:2]
        raise ImageError(
            f"The {what} holds NaN or infinity, first at row {row}, column {column}.",
            "Replace those values before dreaming.",
            what,
        )


def masked_region(mask: Image) -> Region | None:
    """The smallest rectangle that holds all of the mask that isn't 0, or None if there is none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    top, left = int(rows[0]), int(columns[0])
    return Region(top, left, int(rows[-1]) + 1 - top, int(columns[-1]) + 1 - left)


def grown(region: Region, margin: int, size: tuple[int, int]) -> Region:
    """The region with `margin` pixels more on each side, within an image of `size`."""
    top, left = max(0, region.top - margin), max(0, region.left - margin)
    bottom = min(size[0], region.top + region.height + margin)
    right = min(size[1], region.left + region.width + margin)
    return Region(top, left, bottom - top, right - left)


def mask_plane(mask: Image) -> Tensor:
    """The mask as (H, W) float32 in [0, 1]."""
    plane = torch.from_numpy(mask.astype(np.float32))
    return plane.div_(FULL_SCALE[mask.dtype.name]).clamp_(0, 1)


@dataclass(frozen=True)
class Source:
    """An image as the network sees it, converted whenever it is asked for instead of kept.

    Grey becomes three equal channels. Where the image is transparent its hidden colour is replaced
    by the mean colour of what is visible, in proportion to the transparency, so that pixels which
    nobody sees don't become structures to dream about.
    """

    image: Image
    backdrop: tuple[float, ...]

    @classmethod
    def of(cls, image: Image) -> Source:
        """The source for an H x W x C image."""
        if not alpha_channels(image):
            return cls(image, ())
        alpha = _plane(image, -1)
        visible = scalars.read(scalars.total(alpha, torch.float64))
        planes = (_plane(image, channel) for channel in range(image.shape[2] - 1))
        sums = [scalars.read(scalars.total(plane * alpha, torch.float64)) for plane in planes]
        return cls(image, tuple(each / visible if visible else 0.5 for each in sums))

    def planes(self, rows: slice = slice(None)) -> Tensor:
        """(3, h, W) float32 in [0, 1] of some rows, or all."""
        part = self.image[rows]
        colours = part.shape[2] - alpha_channels(part)
        result = torch.empty((3, *part.shape[:2]))
        for strip in strips(part.shape[0]):
            for index, plane in enumerate(result[:, strip]):
                channel = min(index, colours - 1)
                plane.copy_(_plane(part[strip], channel))
                if self.backdrop:
                    backdrop = self.backdrop[channel]
                    plane.sub_(backdrop).mul_(_plane(part[strip], -1)).add_(backdrop)
        return result

    def thinned(self, step: int) -> Source:
        """The source with every `step`-th row and column only."""
        return replace(self, image=self.image[::step, ::step])


def _plane(image: Image, channel: int) -> Tensor:
    return mask_plane(image[..., channel])


def alpha_channels(image: Image) -> int:
    """1 if the image carries alpha as its last channel, else 0."""
    return 1 if image.shape[2] in (2, 4) else 0


def padded(image: Tensor, least: int) -> Tensor:
    """(C, H, W) with its last row and column repeated until both sides are at least `least`."""
    below, right = max(0, least - image.shape[1]), max(0, least - image.shape[2])
    if not below and not right:
        return image
    return F.pad(image[None], (0, right, 0, below), mode="replicate")[0]


def strips(height: int) -> Iterator[slice]:
    """The rows of an image in pieces that are worked on one after another."""
    for start in range(0, height, _STRIP_ROWS):
        yield slice(start, min(start + _STRIP_ROWS, height))


def add_change(image: Image, change: Tensor, mask: Image | None, out: Image) -> None:
    """Writes image + mask * change into `out`, H x W x C of the image's type.

    Integer types are rounded to nearest and kept in range. Pixels that are fully transparent, or
    outside the mask, keep every bit.

    Args:
        image: the original, H x W x C.
        change: (3, H, W or more) in units of full intensity.
        mask: H x W, or None for everywhere.
        out: written to; may be `image` itself.
    """
    colours = image.shape[2] - alpha_channels(image)
    scale = np.float32(FULL_SCALE[image.dtype.name])
    delta = change[:colours, :, : image.shape[1]].cpu().numpy().transpose(1, 2, 0) * scale
    touched = delta != 0
    if mask is not None:
        delta *= mask_plane(mask).numpy()[..., None]
        touched &= mask[..., None] != 0
    if alpha_channels(image):
        touched &= image[..., -1:] != 0
    changed = image[..., :colours] + delta  # float32
    if image.dtype.kind == "u":
        changed = np.clip(np.rint(changed), 0, scale)
    out[..., colours:] = image[..., colours:]
    out[..., :colours] = np.where(touched, changed.astype(image.dtype), image[..., :colours])
