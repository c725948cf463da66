"""What the network sees of an image: shifted at random, and mirrored beyond its edges.

Wrapping around instead would bring a seam into the picture, and zeros a frame around it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dreamcore.layers import Layer

Size = tuple[int, int]

_FAR = 100
"""Pixels of a receptive field up to which an image's edges don't show in a dream."""


EDGE = 2
"""Mirrored pixels that the network sees at least beyond each edge of an image."""


def even_out(gradient: Tensor, layer: Layer) -> None:
    """Raises the gradient, (C, H, W), towards the edges of the image, in place.

    Beyond the few mirrored pixels the network sees zeros, so that near an edge fewer of a deep
    layer's positions, and weaker ones, see a pixel than in the middle. By how much was found by
    measuring dreams of continued photographs (`bench/looks.py`); more mirrored pixels cost more.
    """
    most = (layer.receptive_field - _FAR) / 140
    if most <= 0:
        return
    rows, columns = (
        1 + most * torch.exp(-_nearest_edge(length, gradient.device) * 6 / layer.receptive_field)
        for length in gradient.shape[1:]
    )
    gradient *= rows[:, None] * columns


def _nearest_edge(length: int, device: torch.device) -> Tensor:
    """How far each of `length` pixels is from the nearest end, in pixels."""
    position = torch.arange(length, device=device, dtype=torch.float32) + 0.5
    return torch.minimum(position, length - position)


def origin(generator: torch.Generator, jitter: int, layer: Layer) -> tuple[int, int]:
    """Row and column of what the network sees where the image begins, at random.

    VGG16 sees the same in an image that is shifted by its stride: further shifts would give nothing
    new. Without jitter nothing is added around the image.
    """
    if not jitter:
        return 0, 0
    shifts = torch.randint(min(jitter, layer.stride - 1) + 1, (2,), generator=generator).tolist()
    return EDGE + shifts[0], EDGE + shifts[1]


def window(size: Size, start: tuple[int, int], layer: Layer) -> Size:
    """(height, width) of what the network sees of an image of `size` that begins at `start`.

    Whole strides, because positions that are cut off at the end see nothing.
    """
    if start == (0, 0):
        return size
    stride, least = layer.stride, EDGE
    height, width = (
        -(-(begin + length + least) // stride) * stride
        for begin, length in zip(start, size, strict=True)
    )
    return height, width


def largest_window(size: Size, jitter: int, layer: Layer) -> Size:
    """(height, width) that no `window` exceeds."""
    if not jitter:
        return size
    furthest = EDGE + min(jitter, layer.stride - 1)
    return window(size, (furthest, furthest), layer)
