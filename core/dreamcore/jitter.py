"""What the network sees of an image: shifted at random, and mirrored beyond its edges.

Wrapping around instead would bring a seam into the picture, and zeros a frame around it.
"""

from __future__ import annotations

import torch

from dreamcore.layers import Layer

Size = tuple[int, int]


def edge(layer: Layer) -> int:
    """Mirrored pixels that the network sees at least beyond each edge of an image.

    Beyond them it sees zeros. As few as leave no frame in a dream, because they cost time: a layer
    that sees further needs more.
    """
    return max(2, (layer.receptive_field - 148) * 2 // 3)


def origin(generator: torch.Generator, jitter: int, layer: Layer) -> tuple[int, int]:
    """Row and column of what the network sees where the image begins, at random.

    VGG16 sees the same in an image that is shifted by its stride: further shifts would give nothing
    new. Without jitter nothing is added around the image.
    """
    if not jitter:
        return 0, 0
    shifts = torch.randint(min(jitter, layer.stride - 1) + 1, (2,), generator=generator).tolist()
    return edge(layer) + shifts[0], edge(layer) + shifts[1]


def window(size: Size, start: tuple[int, int], layer: Layer) -> Size:
    """(height, width) of what the network sees of an image of `size` that begins at `start`.

    Whole strides, because positions that are cut off at the end see nothing.
    """
    if start == (0, 0):
        return size
    stride, least = layer.stride, edge(layer)
    height, width = (
        -(-(begin + length + least) // stride) * stride
        for begin, length in zip(start, size, strict=True)
    )
    return height, width


def largest_window(size: Size, jitter: int, layer: Layer) -> Size:
    """(height, width) that no `window` exceeds."""
    if not jitter:
        return size
    furthest = edge(layer) + min(jitter, layer.stride - 1)
    return window(size, (furthest, furthest), layer)
