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
_TALL = 4096


def strips(image: Tensor) -> Iterator[slice]:
    """The rows of (…, H, W) in pieces small enough for the device's cache."""
    height, rows = image.shape[-2], _STRIP_ROWS.get(image.device.type, _TALL)
    for start in range(0, height, rows):
        yield slice(start, min(start + rows, height))


def cascade_sigmas(smoothing: float, iteration: int, iterations: int) -> tuple[float, ...]:
    """The Gaussians' widths in pixels: half, one and two times one that grows with the iteration.

    At `smoothing` 1 the middle one goes from just over 0.5 to 2.5 over the iterations.
    """
    sigma = smoothing * (0.5 + 2.0 * (iteration + 1) / iterations)
    return sigma / 2, sigma, sigma * 2


def mean_of_blurs(plane: Tensor, rows: slice, sigmas: tuple[float, ...]) -> Tensor:
    """Some rows of the mean of the Gaussian blurs of `plane`, (H, W), edges extended.

    The blurs are made one from another, since Gaussians compose: variances add. Rows of `plane`
    are read as far beyond as the blurs reach.
    """
    reach = sum(_reach(step) for step in _increments(sigmas))
    first, last = max(0, rows.start - reach), min(plane.shape[0], rows.stop + reach)
    missing = 0, 0, reach - (rows.start - first), reach - (last - rows.stop)
    blurred = F.pad(plane[None, first:last], missing, mode="replicate")[0]
    total = torch.zeros_like(blurred)
    for sigma in _increments(sigmas):
        blurred = _blur_rows(_blur_columns(blurred, sigma), sigma)
        total.add_(blurred, alpha=1 / len(sigmas))
    return total[reach:-reach]


def _increments(sigmas: tuple[float, ...]) -> list[float]:
    steps, done = [], 0.0
    for sigma in sigmas:
        steps.append(math.sqrt(sigma * sigma - done * done))
        done = sigma
    return steps


def gaussian_blur(image: Tensor, sigma: float) -> Tensor:
    """A Gaussian blur of (3, H, W) with standard deviation `sigma` in pixels, edges extended."""
    reach = _reach(sigma)
    planes = []
    for plane in image:
        tall = F.pad(plane[None, None], (0, 0, reach, reach), mode="replicate")[0, 0]
        planes.append(_blur_rows(_blur_columns(tall, sigma), sigma)[reach:-reach])
    return torch.stack(planes)


def _reach(sigma: float) -> int:
    return max(1, math.ceil(3 * sigma))


def _kernel(sigma: float) -> list[float]:
    """Half a normalised Gaussian: the weight at 0, then at 1, 2, … pixels."""
    half = [math.exp(-0.5 * (x / sigma) ** 2) for x in range(_reach(sigma) + 1)]
    total = half[0] + 2 * sum(half[1:])
    return [value / total for value in half]


def _blur_columns(plane: Tensor, sigma: float) -> Tensor:
    """Blurs along the second axis of (h, w), edges extended."""
    kernel, width = _kernel(sigma), plane.shape[1]
    reach = len(kernel) - 1
    wide = F.pad(plane[None], (reach, reach), mode="replicate")[0]
    result = wide[:, reach : reach + width] * kernel[0]
    for distance, weight in enumerate(kernel[1:], start=1):
        result.add_(wide[:, reach - distance : reach - distance + width], alpha=weight)
        result.add_(wide[:, reach + distance : reach + distance + width], alpha=weight)
    return result


def _blur_rows(plane: Tensor, sigma: float) -> Tensor:
    """Blurs along the first axis of (h, w); rows within the kernel's reach of an edge are void."""
    kernel, height = _kernel(sigma), plane.shape[0]
    reach = len(kernel) - 1
    result = plane.clone()
    inner = result[reach : height - reach].mul_(kernel[0])
    for distance, weight in enumerate(kernel[1:], start=1):
        inner.add_(plane[reach - distance : height - reach - distance], alpha=weight)
        inner.add_(plane[reach + distance : height - reach + distance], alpha=weight)
    return result


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
    """Divides a band, (3, h, w), by its root mean square; the channels share the divisor."""
    rows = torch.linalg.vector_norm(band, dim=-1)
    rms = (scalars.total(rows.square_()) / band.numel()).sqrt()
    band /= rms.clamp_min(1e-20)


def _enlarged(plane: Tensor, size: torch.Size) -> Tensor:
    return F.interpolate(plane[None, None], size=tuple(size), mode="bilinear")[0, 0]
