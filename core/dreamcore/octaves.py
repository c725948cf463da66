"""The sizes at which an image is dreamed, and the way between them.

Two modes. "detail" (google's notebook): every octave starts from the shrunken photograph plus the
enlarged detail, that is, what the smaller octave added. "blend" (the recursion of the article that
this project starts from): the photograph is blurred and shrunk, the smaller one dreamed, enlarged,
and a share of it mixed into this octave.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch.nn.functional as F
from torch import Tensor

from dreamcore.ascent import add_in_range
from dreamcore.layers import LAYERS
from dreamcore.settings import DreamSettings
from dreamcore.smoothing import gaussian_blur

Size = tuple[int, int]

BLUR_SIGMA = 2.0
"""The Gaussian's radius, in pixels, before each shrinking in the blend mode."""


def deepest(settings: DreamSettings) -> str:
    """The name of the deepest of the settings' layers, at whatever octave."""
    return settings.every_layer[-1]


def least_side(settings: DreamSettings) -> int:
    """The smallest side, in pixels, of an image that gives the deepest layer a position."""
    return LAYERS[deepest(settings)].stride


def sizes(size: Size, settings: DreamSettings) -> list[Size]:
    """(height, width) of every octave, smallest first, the last being `size` itself.

    As many octaves as the settings ask for, but none whose shorter side is below one jitter or
    twice the deepest layer's stride; always at least one.
    """
    least = max(settings.jitter, 2 * LAYERS[deepest(settings)].stride)
    found = [size]
    for level in range(1, settings.octaves):
        scale = settings.octave_scale**level
        height, width = round(size[0] / scale), round(size[1] / scale)
        if min(height, width) < least:
            break
        found.append((height, width))
    return found[::-1]


def context(settings: DreamSettings, size: Size) -> int:
    """Pixels of surroundings that a region of `size` is dreamed with, on each side.

    What the deepest layer sees at the smallest octave, but no more than the region's longer side.
    """
    halo = LAYERS[deepest(settings)].halo
    reach = halo * settings.octave_scale ** (settings.octaves - 1)
    return round(min(reach, max(halo, *size)))


def resize(image: Tensor, size: Size) -> Tensor:
    """(C, H, W) to (C, *size) by antialiased bicubic interpolation; the image itself if equal.

    A channel at a time, which on a CPU is several times faster than all at once. Metal's images are
    resized on the CPU, because not every torch that we take can do it there.
    """
    if tuple(image.shape[1:]) == size:
        return image
    if image.device.type == "mps":
        return resize(image.cpu(), size).to(image.device)
    result = image.new_empty((image.shape[0], *size))
    for plane, resized in zip(image, result, strict=True):
        resized.copy_(
            F.interpolate(plane[None, None], size=size, mode="bicubic", antialias=True)[0, 0]
        )
    return result


def starts(image: Tensor, octave_sizes: list[Size], mode: str) -> Iterator[Tensor]:
    """What each octave starts from before the dream of a smaller one is added, smallest first.

    The caller may change what it gets. The last one is `image` itself.
    """
    if mode == "detail":
        yield from (resize(image, size) for size in octave_sizes)
        return
    levels = [image]
    for size in reversed(octave_sizes[:-1]):
        levels.append(resize(gaussian_blur(levels[-1], BLUR_SIGMA), size))
    while levels:
        yield levels.pop()


def add_smaller(
    pixels: Tensor, smaller: Tensor, settings: DreamSettings, saturation: float
) -> None:
    """Brings a smaller octave's outcome into this one, in place; `saturation` as in `add_in_range`.

    In the detail mode `smaller` is what that octave added, in the blend mode its whole image.
    """
    change = resize(smaller, (pixels.shape[1], pixels.shape[2]))
    if settings.octave_mode == "blend":
        change = (change - pixels).mul_(settings.blend)
    add_in_range(pixels, change, saturation)
