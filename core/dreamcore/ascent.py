"""One step of gradient ascent on the whole image: smooth or normalise the gradient, then step.

Everything works in place on (3, H, W) float32 tensors, a strip or a channel at a time, so that a
large canvas needs no further copy of itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.errors import NonFiniteError

PYRAMID_LEVELS = 4
BINOMIAL = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
_STRIP_ROWS = {"cpu": 128}
"""Rows smoothed at once: on a CPU what fits into its cache, elsewhere (`_TALL`) nearly all."""
_TALL = 4096


def jitter_offset(
    generator: torch.Generator, jitter: int, size: tuple[int, int]
) -> tuple[int, int]:
    """A random shift of at most `jitter` pixels each way, less on images smaller than that."""
    rows, columns = (min(jitter, length // 2) for length in size)
    draw = torch.randint(-(2**31), 2**31, (2,), generator=generator, dtype=torch.int64).tolist()
    return draw[0] % (2 * rows + 1) - rows, draw[1] % (2 * columns + 1) - columns


def cascade_sigmas(smoothing: float, iteration: int, iterations: int) -> tuple[float, ...]:
    """The Gaussians' widths in pixels: half, one and two times one that grows with the iteration.

    At `smoothing` 1 the middle one goes from just over 0.5 to 2.5 over the iterations.
    """
    sigma = smoothing * (0.5 + 2.0 * (iteration + 1) / iterations)
    return sigma / 2, sigma, sigma * 2


def smooth(plane: Tensor, sigmas: tuple[float, ...]) -> Iterator[None]:
    """Replaces `plane`, (H, W), by the mean of its Gaussian blurs, edges extended.

    The blurs are made one from another, since Gaussians compose: variances add. Yields after each
    strip of rows, so that on large images it can be broken off.
    """
    reach = sum(_reach(step) for step in _increments(sigmas))
    height = plane.shape[0]
    above = plane[:1].expand(reach, -1)
    rows = _STRIP_ROWS.get(plane.device.type, _TALL)
    for start in range(0, height, rows):
        stop = min(start + rows, height)
        below = plane[stop : stop + reach]
        padding = plane[-1:].expand(reach - below.shape[0], -1)
        strip = torch.cat([above, plane[start:stop], below, padding])
        above = strip[stop - start : stop - start + reach].clone()
        plane[start:stop] = _mean_of_blurs(strip, sigmas)[reach:-reach]
        yield


def _increments(sigmas: tuple[float, ...]) -> list[float]:
    steps, done = [], 0.0
    for sigma in sigmas:
        steps.append(math.sqrt(sigma * sigma - done * done))
        done = sigma
    return steps


def _mean_of_blurs(plane: Tensor, sigmas: tuple[float, ...]) -> Tensor:
    """Mean of the blurs of a plane (h, w); rows within the summed reach of its edge are void."""
    blurred, total = plane, torch.zeros_like(plane)
    for sigma in _increments(sigmas):
        blurred = _blur_rows(_blur_columns(blurred, sigma), sigma)
        total.add_(blurred, alpha=1 / len(sigmas))
    return total


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


def normalize_laplacian(gradient: Tensor, levels: int = PYRAMID_LEVELS) -> Iterator[None]:
    """Divides each band of the gradient's Laplacian pyramid by its root mean square, in place.

    The pyramid is that of Burt and Adelson (1983); normalising its bands is from the TensorFlow
    DeepDream notebook. The three channels of (3, H, W) share a band's divisor. Yields after each
    channel's share of the work, so that on large images it can be broken off.
    """
    if levels == 0 or min(gradient.shape[1:]) < 4:
        _divide_by_rms(gradient)
        return
    rows, columns = (-(-length // 2) for length in gradient.shape[1:])
    smaller = gradient.new_empty((3, rows, columns))
    for plane, small in zip(gradient, smaller, strict=True):
        small.copy_(_pyramid_down(plane))
        plane -= _pyramid_up(small, plane.shape)
        yield
    _divide_by_rms(gradient)
    yield from normalize_laplacian(smaller, levels - 1)
    for plane, small in zip(gradient, smaller, strict=True):
        plane += _pyramid_up(small, plane.shape)
        yield


def _divide_by_rms(band: Tensor) -> None:
    rms = torch.linalg.vector_norm(band) / math.sqrt(band.numel())
    band /= rms.clamp_min(1e-20)


def _pyramid_down(plane: Tensor) -> Tensor:
    row = torch.tensor(BINOMIAL, dtype=plane.dtype, device=plane.device)
    padded = F.pad(plane[None, None], (2, 2, 2, 2), mode="reflect")
    return F.conv2d(padded, torch.outer(row, row)[None, None], stride=2)[0, 0]


def _pyramid_up(plane: Tensor, size: torch.Size) -> Tensor:
    return F.interpolate(plane[None, None], size=tuple(size), mode="bilinear")[0, 0]


def step(
    image: Tensor,
    gradient: Tensor,
    amount: float,
    weight: Tensor | None = None,
    saturation: float = 1.0,
) -> None:
    """Moves `image` along `gradient` by `amount` grey levels on average; both (3, H, W), in place.

    The gradient loses its mean per channel, so that colours don't drift, and is scaled to a mean
    absolute value of `amount`/255. The image is clamped to [0, 1].

    Args:
        image: the image in [0, 1].
        gradient: its gradient; destroyed.
        amount: mean absolute change in 8-bit grey levels.
        weight: (H, W) in [0, 1]: where the image may change; means are taken there.
        saturation: share of the difference between channels that stays in the gradient; at 0 all
            change alike, so that colours stay and only lightness changes.

    Raises:
        NonFiniteError: the gradient holds NaN or infinity; the image is unchanged.
    """
    if saturation < 1:
        gradient.lerp_(gradient.mean(dim=0, keepdim=True), 1 - saturation)
    if weight is None:
        area = float(gradient[0].numel())
        gradient -= gradient.mean(dim=(1, 2), keepdim=True)
    else:
        area = float(weight.sum(dtype=torch.float64))
        gradient *= weight
        mean = gradient.sum(dim=(1, 2), keepdim=True) / max(area, 1e-20)
        for channel, level in zip(gradient, mean, strict=True):
            channel.addcmul_(weight, level, value=-1)
    total = float(torch.linalg.vector_norm(gradient, ord=1))
    if not math.isfinite(total):
        raise NonFiniteError(
            "The gradient became NaN or infinite.",
            "Choose precision float32, smaller layer weights or a smaller step.",
        )
    if total == 0:
        return
    gradient *= amount / 255 * 3 * area / total
    add_in_range(image, gradient, saturation)


def add_in_range(image: Tensor, change: Tensor, saturation: float = 1.0) -> None:
    """Adds `change` to `image` in place, both (3, H, W), keeping the image in [0, 1].

    At `saturation` 0 the mean of the change goes to all channels alike, less where one would leave
    the range, so that differences between channels, and with them the colours, stay as they are.
    """
    if saturation > 0:
        image.add_(change).clamp_(0, 1)
        return
    lightness = change.mean(dim=0)
    room = 1 - image.amax(dim=0)
    image += torch.maximum(torch.minimum(lightness, room), -image.amin(dim=0))
