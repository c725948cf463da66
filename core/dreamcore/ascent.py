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

from dreamcore import scalars
from dreamcore.errors import NonFiniteError

SHOULDER = 0.12
"""Distance from black and from white, of a range of 1, within which changes fade out."""
LEVELLING = 0.2
"""Share of the drift of colours that a step takes back."""
LEAST_RIM = 16
"""Pixels of every octave that are dreamed at least around a selection; see `widened`."""
PYRAMID_LEVELS = 4
BINOMIAL = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
_STRIP_ROWS = {"cpu": 128}
"""Rows smoothed at once: on a CPU what fits into its cache, elsewhere (`_TALL`) nearly all."""
_TALL = 4096


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
    above = plane[:1].expand(reach, -1)
    for rows in _strips(plane):
        start, stop = rows.start, rows.stop
        below = plane[stop : stop + reach]
        padding = plane[-1:].expand(reach - below.shape[0], -1)
        strip = torch.cat([above, plane[start:stop], below, padding])
        above = strip[stop - start : stop - start + reach].clone()
        plane[start:stop] = _mean_of_blurs(strip, sigmas)[reach:-reach]
        yield


def _strips(image: Tensor) -> Iterator[slice]:
    """The rows of (…, H, W) in pieces small enough for the device's cache."""
    height, rows = image.shape[-2], _STRIP_ROWS.get(image.device.type, _TALL)
    for start in range(0, height, rows):
        yield slice(start, min(start + rows, height))


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
    rows = torch.linalg.vector_norm(band, dim=-1)
    rms = (scalars.total(rows.square_()) / band.numel()).sqrt()
    band /= rms.clamp_min(1e-20)


def _pyramid_down(plane: Tensor) -> Tensor:
    row = torch.tensor(BINOMIAL, dtype=plane.dtype, device=plane.device)
    padded = F.pad(plane[None, None], (2, 2, 2, 2), mode="reflect")
    return F.conv2d(padded, torch.outer(row, row)[None, None], stride=2)[0, 0]


def _pyramid_up(plane: Tensor, size: torch.Size) -> Tensor:
    return F.interpolate(plane[None, None], size=tuple(size), mode="bilinear")[0, 0]


def widened(weight: Tensor, stride: int) -> Tensor:
    """1 where the (h, w) weight isn't 0, and around it, else 0.

    What is dreamed around a selection and then left out makes its edge like its inside: without
    it, nothing grows from outside across the edge.
    """
    rim = max(LEAST_RIM, 2 * stride)
    wide = F.max_pool2d((weight > 0).float()[None], (2 * rim + 1, 1), 1, (rim, 0))
    return F.max_pool2d(wide, (1, 2 * rim + 1), 1, (0, rim))[0]


def mean_level(image: Tensor, weight: Tensor | None = None) -> Tensor:
    """The mean of each channel of (3, H, W) where `weight`, (H, W), isn't 0; (3, 1, 1)."""
    if weight is None:
        return image.mean(dim=(1, 2), keepdim=True)
    level = image.new_zeros(3)
    for rows in _strips(image):
        level += (image[:, rows] * weight[rows]).sum(dim=(1, 2))
    return (level / scalars.total(weight).clamp_min(1e-20)).view(3, 1, 1)


def step(
    image: Tensor,
    gradient: Tensor,
    amount: float,
    weight: Tensor | None = None,
    saturation: float = 1.0,
    level: Tensor | None = None,
) -> None:
    """Moves `image` along `gradient` by `amount` grey levels on average; both (3, H, W), in place.

    The gradient loses its mean per channel and is scaled so that what is left of it where there is
    room (see `faded`) has a mean absolute value of `amount`/255. Then the image's mean is brought
    back to `level`, so that colours don't drift.

    Args:
        image: the image in [0, 1].
        gradient: its gradient; destroyed.
        amount: mean absolute change in 8-bit grey levels.
        weight: (H, W) of 0 and 1: where the image may change; means are taken there.
        saturation: share of the difference between channels that stays in the gradient; at 0 all
            change alike, so that colours stay and only lightness changes.
        level: the means to keep, as from `mean_level`; the image's own if None.

    Raises:
        NonFiniteError: the gradient holds NaN or infinity; the image is unchanged.
    """
    if saturation < 1:
        gradient.lerp_(gradient.mean(dim=0, keepdim=True), 1 - saturation)
    gradient -= mean_level(gradient, weight)
    area = float(gradient[0].numel())
    if weight is not None:
        gradient *= weight
        area = scalars.read(scalars.total(weight))
    change = _free_change(gradient, image)
    if not math.isfinite(change):
        raise NonFiniteError(
            "The gradient became NaN or infinite.",
            "Choose other layers or another objective, or the precision float32.",
        )
    if change == 0:
        return
    gradient *= amount / 255 * 3 * area / change
    if level is not None:
        drift = (level - mean_level(image, weight)) * LEVELLING
        gradient += drift if weight is None else drift * weight
    add_in_range(image, gradient, saturation)


def _free_change(change: Tensor, image: Tensor) -> float:
    """The sum of what `faded` leaves of a small change; both (3, H, W)."""
    left = change.new_zeros(())
    for rows in _strips(image):
        moved, part = change[:, rows], image[:, rows]
        room = torch.where(moved > 0, 1 - part, part)
        left += scalars.total(moved.abs() * room.div_(SHOULDER).clamp_(0, 1))
    return scalars.read(left)


def add_in_range(image: Tensor, change: Tensor, saturation: float = 1.0) -> None:
    """Adds `change` to `image` in place, both (3, H, W), fading out near black and white.

    Nothing leaves [0, 1]. At `saturation` 0 the mean of the change goes to all channels alike, less
    where one would leave the range, so that differences between channels, and with them the
    colours, stay as they are.
    """
    for rows in _strips(image):
        part, moved = image[:, rows], change[:, rows]
        if saturation > 0:
            part += faded(moved, part, 1 - part)
            part.clamp_(0, 1)
        else:
            part += faded(moved.mean(dim=0), part.amin(dim=0), 1 - part.amax(dim=0))


def faded(change: Tensor, below: Tensor, above: Tensor) -> Tensor:
    """The change that is left where there is room of `below` towards black, `above` towards white.

    Within `SHOULDER` of an end the value approaches it as an exponential, elsewhere it moves
    freely; two changes one after the other do the same as their sum.
    """
    room = torch.where(change > 0, above, below).clamp_min_(0)
    size = change.abs()
    free = torch.minimum(size, (room - SHOULDER).clamp_min_(0))
    left = (room - free) * torch.exp((free - size) / SHOULDER)
    return (room - left) * change.sign()
