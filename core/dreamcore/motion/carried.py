"""The last frame's dream in this frame: moved along the flow, and split among the octaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from dreamcore import octaves
from dreamcore.motion import flow
from dreamcore.pixels import FULL_SCALE, Image, Region, alpha_channels, padded

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""What red, green and blue add to lightness (ITU-R BT.601)."""


@dataclass(frozen=True)
class Previous:
    """The frame before and its dream, both H x W x C of the frame's own shape and type."""

    image: Image
    dream: Image


@dataclass
class Carried:
    """A change that came along: (3, H, W) in units of full intensity, 0 where it can't be trusted.

    `visible`, (H, W) from 0 to 1, says where it can.
    """

    change: Tensor
    visible: Tensor

    def __post_init__(self) -> None:
        self._smaller: Tensor | None = None

    def part(self, region: Region, like: Tensor) -> Carried:
        """A region of it, on the device and of the (padded) size of `like`, (3, h, w)."""
        rows, columns = region.slices
        least = max(like.shape[1:])
        size = slice(like.shape[1]), slice(like.shape[2])
        change = padded(self.change[:, rows, columns], least)[(slice(None), *size)]
        visible = padded(self.visible[None, rows, columns], least)[0][size]
        return Carried(change.to(like.device), visible.to(like.device))

    def own(
        self, start: Tensor, add_smaller: Callable[[Tensor, Tensor], None], mode: str
    ) -> Tensor:
        """What this octave's own steps changed in the last dream, (3, h, w); smallest octave first.

        The whole change at this size less what came up from the smaller octave.

        Args:
            start: (3, h, w), what the octave starts from; unchanged.
            add_smaller: brings a smaller octave's outcome into such an image, in place.
            mode: the octave mode.
        """
        change = octaves.resize(self.change, (start.shape[1], start.shape[2]))
        expected = start.clone()
        if self._smaller is not None:
            add_smaller(expected, self._smaller)
        whole = start + change
        self._smaller = whole if mode == "blend" else change
        return whole - expected

    def hidden(self, size: octaves.Size) -> Tensor:
        """(h, w) from 0 to 1: where nothing was carried, at an octave's size."""
        return 1 - octaves.resize(self.visible[None], size)[0].clamp(0, 1)


def carry_over(previous: Previous, image: Image) -> Carried | None:
    """The last dream's change where its pixels are in `image`; None after a cut."""
    before, now = _grey(previous.image), _grey(image)
    backward = flow.backward_flow(before, now)
    visible = flow.visibility(backward, flow.backward_flow(now, before))
    at = flow.places(backward)
    if flow.is_cut(before, now, at, visible):
        return None
    moved = flow.warp(_change(previous), at)
    moved *= visible[..., None]
    planes = torch.from_numpy(np.ascontiguousarray(moved.transpose(2, 0, 1)))
    return Carried(planes.expand(3, -1, -1), torch.from_numpy(visible))


def _change(previous: Previous) -> flow.Floats:
    """(H, W, 1 or 3): what the dream changed, in units of full intensity; 0 where transparent."""
    image, dream = previous.image, previous.dream
    colours = image.shape[2] - alpha_channels(image)
    scale = np.float32(FULL_SCALE[image.dtype.name])
    change = dream[..., :colours].astype(np.float32) - image[..., :colours].astype(np.float32)
    return np.asarray(change.reshape(*image.shape[:2], colours) / scale, np.float32)


def _grey(image: Image) -> flow.Grey:
    """(H, W): lightness in 8 bits, for the flow."""
    scale = np.float32(255 / FULL_SCALE[image.dtype.name])
    colours = image[..., : image.shape[2] - alpha_channels(image)].astype(np.float32) * scale
    grey = colours @ _LUMA if colours.shape[2] == 3 else colours[..., 0]
    return np.asarray(np.clip(np.rint(grey), 0, 255), np.uint8)
