"""Small pictures of a dream that isn't finished, made only when somebody asks for one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from dreamcore.octaves import Size, resize
from dreamcore.pixels import FULL_SCALE, Image, Region, add_change, mask_plane

_PIXELS_LEFT = 4
"""Pixels of a large canvas that are looked at for one of a preview's, along each axis."""


@dataclass
class Previewer:
    """Makes previews of one dream: the image shrunk once, each state's change laid on it.

    `mask` is None for everywhere; `region` is the part of the image that is being dreamed.
    """

    image: Image
    mask: Image | None
    region: Region

    def __post_init__(self) -> None:
        self._small: dict[int, tuple[Image, Image | None]] = {}

    def step(self, size: Size, side: int) -> int:
        """Of how many rows and columns one suffices, for a picture of `size` shrunk to `side`."""
        return max(1, max(size) // (_PIXELS_LEFT * side))

    def render(self, change: Tensor, side: int) -> Image:
        """The image with `change`, (3, h, w) of any size, added in the region.

        Returns:
            H' x W' x C uint8 with the image's channels; its longer side is at most `side`.
        """
        image, mask = self._shrunken(side)
        factor = image.shape[0] / self.image.shape[0], image.shape[1] / self.image.shape[1]
        rows = _scaled(self.region.top, self.region.height, factor[0], image.shape[0])
        columns = _scaled(self.region.left, self.region.width, factor[1], image.shape[1])
        size = (rows.stop - rows.start, columns.stop - columns.start)
        result = image.copy()
        part = image[rows, columns]
        small = resize(change.cpu(), size)
        part_mask = None if mask is None else mask[rows, columns]
        add_change(part, small, part_mask, result[rows, columns])
        return result

    def _shrunken(self, side: int) -> tuple[Image, Image | None]:
        if side not in self._small:
            size = _fitted(self.image.shape[:2], side)
            every = slice(None, None, self.step(self.image.shape[:2], side))
            thin = self.image[every, every]
            channels = torch.from_numpy(
                thin.astype(np.float32) / np.float32(FULL_SCALE[thin.dtype.name])
            )
            small = resize(channels.permute(2, 0, 1), size).clamp(0, 1).mul(255).round()
            image = small.to(torch.uint8).permute(1, 2, 0).numpy().copy()
            mask = None
            if self.mask is not None:
                plane = mask_plane(self.mask[every, every])
                mask = resize(plane[None], size)[0].clamp(0, 1).numpy()
            self._small[side] = image, mask
        return self._small[side]


def _fitted(size: Size, side: int) -> Size:
    factor = min(1.0, side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _scaled(start: int, length: int, factor: float, limit: int) -> slice:
    first = min(int(start * factor), limit - 1)
    return slice(first, min(limit, max(first + 1, round((start + length) * factor))))
