"""Makes a raw gradient fit for a step: smoothed, its bands evened out, as the settings say.

Goes through the gradient in pieces and yields after each, so that large canvases stay cancellable.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from torch import Tensor

from dreamcore import smoothing
from dreamcore.settings import DreamSettings

PYRAMID_LEVELS = 4
LEAST_SIDE = 4
"""Pixels on a side of the smallest band that is split further."""


def condition(gradient: Tensor, settings: DreamSettings, iteration: int) -> Iterator[None]:
    """Smooths and normalises the gradient in place, as the settings say, a piece at a time."""
    if settings.smoothing:
        sigmas = smoothing.cascade_sigmas(settings.smoothing, iteration, settings.iterations)
        bands = smoothing.gaussian_bands(sigmas, gradient)
        for planes in smoothing.channels_at_once(gradient):
            yield from _smooth(planes, bands)
    if settings.normalization == "laplacian":
        yield from _normalize(gradient)


def _smooth(planes: Tensor, bands: Tensor) -> Iterator[None]:
    """Blurs strip by strip; each is replaced after the next, which needs it as it was."""
    done: list[tuple[slice, Tensor]] = []
    for rows in smoothing.strips(planes):
        done.append((rows, smoothing.mean_of_blurs(planes, rows, bands)))
        if len(done) > 1:
            before, blurred = done.pop(0)
            planes[:, before] = blurred
        yield
    for rows, blurred in done:
        planes[:, rows] = blurred


def _normalize(gradient: Tensor) -> Iterator[None]:
    """Divides each band of the Laplacian pyramid by its strength (TensorFlow's DeepDream)."""
    bands = [gradient]
    for _ in range(PYRAMID_LEVELS):
        if min(bands[-1].shape[1:]) < LEAST_SIDE:
            break
        smaller = smoothing.smaller_band(bands[-1])
        for plane, small in zip(bands[-1], smaller, strict=True):
            smoothing.split(plane, small)
            yield
        bands.append(smaller)
    for band in bands:
        smoothing.divide_by_rms(band)
    for smaller, band in itertools.pairwise(reversed(bands)):
        for plane, small in zip(band, smaller, strict=True):
            smoothing.merge(plane, small)
            yield
