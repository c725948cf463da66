"""Smooth gradients: Gaussian blurs and the Laplacian pyramid, as functions of parts of an image.

Whoever calls them goes through an image in strips or channels, and can stop in between. Nothing
here knows what a gradient is of.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore import scalars

BINOMIAL = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
_STRIP_ROWS = {"cpu": 128}
"""Rows worked on at once: on a CPU what fits into its cache, elsewhere (`_TALL`) nearly all."""
_TALL = 1024
_BLOCK = 32
"""Pixels that one product blurs along an axis; more of them waste more multiplications on zeros."""


def strips(image: Tensor) -> Iterator[slice]:
    """The rows of (…, H, W) in pieces small enough for the device's cache."""
    height, rows = image.shape[-2], _STRIP_ROWS.get(image.device.type, _TALL)
    for start in range(0, height, rows):
        yield slice(start, min(start + rows, height))


def channels_at_once(image: Tensor) -> Iterator[Tensor]:
    """The (C, H, W) image a channel at a time on a CPU, as its cache likes it; elsewhere whole.

    There it is starting an operation that costs.
    """
    yield from torch.split(image, 1) if image.device.type in _STRIP_ROWS else [image]


def cascade_sigmas(smoothing: float, iteration: int, iterations: int) -> tuple[float, ...]:
    """The Gaussians' widths in pixels: half, one and two times one that grows with the iteration.

    At `smoothing` 1 the middle one goes from just over 0.5 to 2.5 over the iterations.
    """
    sigma = smoothing * (0.5 + 2.0 * (iteration + 1) / iterations)
    return sigma / 2, sigma, sigma * 2


def gaussian_bands(sigmas: tuple[float, ...], like: Tensor) -> Tensor:
    """For each Gaussian, cut off at three sigmas, the matrix that blurs a block of pixels.

    (len(sigmas), block, window): a window has the pixels within the widest Gaussian's reach of its
    block. On the device of `like`, and of its type.
    """
    reach = max(_reach(sigma) for sigma in sigmas)
    distance = torch.arange(_BLOCK + 2 * reach) - torch.arange(_BLOCK)[:, None] - reach
    gaussians = [torch.exp(-0.5 * (distance / sigma) ** 2) for sigma in sigmas]
    for gaussian, sigma in zip(gaussians, sigmas, strict=True):
        gaussian[distance.abs() > _reach(sigma)] = 0
    bands = torch.stack(gaussians)
    return (bands / bands.sum(dim=2, keepdim=True)).to(like)


def mean_of_blurs(planes: Tensor, rows: slice, bands: Tensor) -> Tensor:
    """Some rows of the mean of the Gaussian blurs of `planes`, (C, H, W), edges extended.

    Two products with the banded matrices that `gaussian_bands` makes, one along each axis: few
    operations, whatever the widths are. Rows of `planes` are read beyond as far as a blur reaches.
    """
    channels, height, width = len(planes), rows.stop - rows.start, planes.shape[2]
    down, across = -(-height // _BLOCK), -(-width // _BLOCK)
    count, _, window = bands.shape
    reach = (window - _BLOCK) // 2
    first, last = max(0, rows.start - reach), min(planes.shape[1], rows.stop + reach)
    stop = rows.start + down * _BLOCK
    missing = (
        *(reach, across * _BLOCK - width + reach),
        *(reach - (rows.start - first), stop + reach - last),
    )
    wide = F.pad(planes[:, first:last], missing, mode="replicate")
    windows = wide.unfold(1, window, _BLOCK).transpose(2, 3)  # (C, down, window, columns)
    blurred = torch.matmul(bands.flatten(0, 1), windows).view(channels * down, count, _BLOCK, -1)
    windows = blurred.unfold(3, window, _BLOCK).permute(0, 2, 3, 1, 4)  # (…, across, n, window)
    together = bands.div(count).transpose(1, 2).flatten(0, 1)  # (n * window, block)
    blurred = torch.mm(windows.reshape(-1, count * window), together)
    return blurred.view(channels, down * _BLOCK, across * _BLOCK)[:, :height, :width]


def gaussian_blur(image: Tensor, sigma: float) -> Tensor:
    """A Gaussian blur of (3, H, W) with standard deviation `sigma` in pixels, edges extended."""
    result, bands = torch.empty_like(image), gaussian_bands((sigma,), image)
    pairs = zip(channels_at_once(image), channels_at_once(result), strict=True)
    for planes, blurred in pairs:
        for rows in strips(planes):
            blurred[:, rows] = mean_of_blurs(planes, rows, bands)
    return result


def _reach(sigma: float) -> int:
    return max(1, math.ceil(3 * sigma))


def smaller_band(band: Tensor) -> Tensor:
    """Room for the next band of the Laplacian pyramid, half as large, as `split` fills it."""
    rows, columns = (-(-length // 2) for length in band.shape[1:])
    return band.new_empty((band.shape[0], rows, columns))


def split(plane: Tensor, smaller: Tensor) -> None:
    """Moves what is coarse in a plane, (h, w), into `smaller`; what is left is its Laplacian.

    The pyramid is that of Burt and Adelson (1983); `merge` is the inverse.
    """
    row = torch.tensor(BINOMIAL, dtype=plane.dtype, device=plane.device)
    padded = F.pad(plane[None, None], (2, 2, 2, 2), mode="reflect")
    smaller.copy_(F.conv2d(padded, torch.outer(row, row)[None, None], stride=2)[0, 0])
    plane -= _enlarged(smaller, plane.shape)


def merge(plane: Tensor, smaller: Tensor) -> None:
    """Adds what `split` took out, or what has become of it."""
    plane += _enlarged(smaller, plane.shape)


def divide_by_rms(band: Tensor) -> None:
    """Divides a band, (C, h, w), by its root mean square; the channels share the divisor."""
    rows = torch.linalg.vector_norm(band, dim=-1)
    rms = (scalars.total(rows.square_()) / band.numel()).sqrt()
    band /= rms.clamp_min(1e-20)


def _enlarged(plane: Tensor, size: torch.Size) -> Tensor:
    return F.interpolate(plane[None, None], size=tuple(size), mode="bilinear")[0, 0]
