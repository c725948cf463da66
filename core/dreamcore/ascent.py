"""One step of gradient ascent on the whole image, and how far it goes near black and white.

Everything works in place on (3, H, W) float32 tensors, a strip at a time, so that a large canvas
needs no further copy of itself. A gradient of lightness alone is one plane.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore import scalars
from dreamcore.errors import NonFiniteError
from dreamcore.smoothing import strips

SHOULDER = 0.12
"""Distance from black and from white, of a range of 1, within which changes fade out."""
LEVELLING = 0.2
"""Share of the drift of colours that a step takes back."""
LEAST_RIM = 16
"""Pixels of every octave that are dreamed at least around a selection; see `widened`."""


def widened(weight: Tensor, stride: int) -> Tensor:
    """1 where the (h, w) weight isn't 0, and around it, else 0.

    What is dreamed around a selection and then left out makes its edge like its inside: without
    it, nothing grows from outside across the edge.
    """
    rim = max(LEAST_RIM, 2 * stride)
    wide = F.max_pool2d((weight > 0).float()[None], (2 * rim + 1, 1), 1, (rim, 0))
    return F.max_pool2d(wide, (1, 2 * rim + 1), 1, (0, rim))[0]


def mean_level(image: Tensor, weight: Tensor | None = None) -> Tensor:
    """The mean of each channel of (C, H, W) where `weight`, (H, W), isn't 0; (C, 1, 1)."""
    if weight is None:
        return image.mean(dim=(1, 2), keepdim=True)
    level = image.new_zeros(len(image))
    for rows in strips(image):
        level += (image[:, rows] * weight[rows]).sum(dim=(1, 2))
    return (level / scalars.total(weight).clamp_min(1e-20)).view(-1, 1, 1)


def saturate(gradient: Tensor, saturation: float) -> Tensor:
    """The gradient with `saturation` of the difference between its channels, in place.

    At 0 it is one plane, (1, H, W), of the (3, H, W): all channels change alike, so that colours
    stay and only lightness changes.
    """
    if saturation == 0:
        return gradient[:1].add_(gradient[1:2]).add_(gradient[2:]).div_(3)
    if saturation < 1:
        gradient.lerp_(gradient.mean(dim=0, keepdim=True), 1 - saturation)
    return gradient


def step(
    image: Tensor,
    gradient: Tensor,
    amount: float,
    weight: Tensor | None = None,
    level: Tensor | None = None,
) -> None:
    """Moves `image` along `gradient` by `amount` grey levels on average, in place.

    The gradient loses its mean per channel and is scaled so that what is left of it where there is
    room (see `faded`) has a mean absolute value of `amount`/255. Then the image's mean is brought
    back to `level`, so that colours don't drift.

    Args:
        image: (3, H, W) in [0, 1].
        gradient: its gradient as from `saturate`, (3, H, W) or (1, H, W); destroyed.
        amount: mean absolute change in 8-bit grey levels.
        weight: (H, W), from 0 up: where the image may change, and by how much more than elsewhere;
            means are weighted with it.
        level: the means to keep, as from `mean_level`; those that it has if None.

    Raises:
        NonFiniteError: the gradient holds NaN or infinity; the image is unchanged.
    """
    change = _fade(gradient, image, weight)
    if not math.isfinite(change):
        raise NonFiniteError(
            "The gradient became NaN or infinite.",
            "Choose other layers or another objective, or the precision float32.",
        )
    if change == 0:
        return
    area = float(gradient[0].numel())
    if weight is not None:
        area = scalars.read(scalars.total(weight))
    scale = amount / 255 * len(gradient) * area / change
    if len(gradient) == 1:
        _lighten(image, gradient.mul_(scale), weight, level)
        return
    end, share = _levelling(image, weight, level) if level is not None else (image, None)
    for rows in strips(image):
        part = image[:, rows].add_(gradient[:, rows], alpha=scale)
        if share is not None:
            part.lerp_(end.expand_as(part), share if weight is None else share * weight[rows])
        part.clamp_(0, 1)


def _lighten(image: Tensor, change: Tensor, weight: Tensor | None, level: Tensor | None) -> None:
    """Adds a change of lightness, (1, H, W), and takes back the drift of the mean; see `step`."""
    if level is not None:
        drift = (level - mean_level(image, weight)).mean() * LEVELLING
        change += drift if weight is None else drift * weight
    add_in_range(image, change, saturation=0.0)


def _levelling(image: Tensor, weight: Tensor | None, level: Tensor) -> tuple[Tensor, Tensor]:
    """Black or white for each channel, and how far towards it `LEVELLING` asks to go."""
    mean = mean_level(image, weight)
    end = (level > mean).to(image.dtype)
    return end, LEVELLING * (level - mean).abs() / (end - mean).abs().clamp_min(1e-6)


def _fade(gradient: Tensor, image: Tensor, weight: Tensor | None) -> float:
    """Takes the mean from the gradient and fades it near black and white; returns the sum of sizes.

    Where a change would go towards an end that is nearer than `SHOULDER`, it shrinks in proportion
    to that distance: `faded` to first order, in few passes. In place; but a change of lightness,
    (1, H, W), is only measured, since `add_in_range` fades it.
    """
    mean = mean_level(gradient, weight)
    left, middle = gradient.new_zeros(()), gradient.new_full((), 0.5 / SHOULDER)
    for rows in strips(image):
        moved = gradient[:, rows].sub_(mean)
        sign = moved.sign()
        if len(gradient) == 1:
            room = torch.where(sign > 0, *_rooms(image[:, rows])).div_(SHOULDER)
        else:
            room = torch.addcmul(middle, image[:, rows] - 0.5, sign, value=-1 / SHOULDER)
        if weight is not None:
            moved *= weight[rows]
        free = torch.mul(moved, room.clamp_(0, 1), out=room if len(gradient) == 1 else moved)
        left += scalars.total(torch.linalg.vector_norm(free, ord=1, dim=-1))
    return scalars.read(left)


def _rooms(image: Tensor) -> tuple[Tensor, Tensor]:
    """How much (3, h, w) can lighten and darken before a channel reaches an end; (1, h, w) each."""
    red, green, blue = image[:1], image[1:2], image[2:]
    most = torch.maximum(torch.maximum(red, green), blue)
    return 1 - most, torch.minimum(torch.minimum(red, green), blue)


def add_in_range(image: Tensor, change: Tensor, saturation: float = 1.0) -> None:
    """Adds `change` to `image` in place, both (3, H, W), fading out near black and white.

    Nothing leaves [0, 1]. At `saturation` 0 the mean of the change goes to all channels alike, less
    where one would leave the range, so that differences between channels, and with them the
    colours, stay as they are.
    """
    for rows in strips(image):
        part, moved = image[:, rows], change[:, rows]
        if saturation > 0:
            part += faded(moved, part, 1 - part)
            part.clamp_(0, 1)
        else:
            above, below = _rooms(part)
            part += faded(moved.mean(dim=0, keepdim=True), below, above)


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
