"""The dream itself: octaves of gradient ascent, from the smallest to the image's own size."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dreamcore import ascent, devices, octaves, tiling, weights
from dreamcore.errors import ImageError
from dreamcore.layers import LAYERS
from dreamcore.objectives import Term, guide_features
from dreamcore.pixels import (
    Image,
    Region,
    Source,
    add_change,
    check_image,
    check_mask,
    grown,
    masked_region,
    padded,
)
from dreamcore.previews import Previewer
from dreamcore.settings import DreamSettings
from dreamcore.vgg import Network

GUIDE_SIDE = 512
"""A guide image is shrunk until its longer side has at most this many pixels."""


@dataclass(frozen=True)
class Progress:
    """Where a dream is: `octave` and `iteration` count from 1, `fraction` of all work is done.

    `preview(side)` makes an H x W x C uint8 picture of the state, its longer side at most `side`;
    it works only until the generator is advanced.
    """

    octave: int
    octaves: int
    iteration: int
    iterations: int
    fraction: float
    preview: Callable[[int], Image]


@dataclass(frozen=True)
class Result:
    """The end of a dream: the image, of the input's shape and type, and the seconds it took."""

    image: Image
    seconds: float
    octaves: int


class Dreamer:
    """VGG16 kept warm on one device.

    Args:
        weights: "bundled", a name in `dreamcore.weights.TORCHVISION`, or a path.
        device: "auto", "cuda", "xpu", "mps" or "cpu".
        precision: "auto", "float32", "bfloat16" or "float16".

    Raises:
        WeightsError: the weights can't be loaded.
        DeviceError: the device isn't there.
    """

    def __init__(
        self,
        weights_source: str | Path = weights.BUNDLED,
        device: str = "auto",
        precision: str = "auto",
    ) -> None:
        devices.reuse_large_blocks()
        self._weights = weights.load(weights_source)
        self._device = devices.choose_device(device)
        self._precision = precision
        self._networks: dict[tuple[torch.device, torch.dtype], Network] = {}
        self.gradient(np.zeros((64, 64, 3), np.uint8), DreamSettings(layers={"pool5": 1.0}))

    @property
    def device(self) -> str:
        """The device that is used unless the settings name another."""
        return str(self._device)

    @property
    def precision(self) -> str:
        """The precision that is used unless the settings name another."""
        chosen = devices.choose_precision(self._device, self._precision)
        return str(chosen).removeprefix("torch.")

    def dream(
        self,
        image: Image,
        settings: DreamSettings | None = None,
        *,
        mask: Image | None = None,
        guide: Image | None = None,
    ) -> Iterator[Progress | Result]:
        """Dreams an image, as a generator of `Progress` that ends with one `Result`.

        Closing the generator cancels: within one ascent step, or one tile of it on large images.

        Args:
            image: H x W x {1, 2, 3, 4} uint8, uint16, float16 or float32; 2 and 4 carry alpha;
                floats have full intensity at 1.0.
            settings: what to dream; the defaults if None.
            mask: H x W of one of those types. Only where it isn't 0 the image changes; grey values
                scale the change.
            guide: an image whose features to grow, for the objective "guide" and only for that.

        Raises:
            ImageError: image, mask or guide can't be used. Raised at once, not at the first step.
            DeviceError: the settings name a device that isn't there.
            NonFiniteError: the gradient became NaN or infinite.
            OutOfMemoryError: not even the smallest tile fits into memory.
        """
        settings = settings or DreamSettings()
        check_image(image)
        if mask is not None:
            check_mask(mask, image.shape[:2])
        network, terms = self._prepare(settings, guide)
        return _Dream(network, terms, image, mask, settings).run()

    def gradient(
        self, image: Image, settings: DreamSettings, *, guide: Image | None = None
    ) -> NDArray[np.float32]:
        """The objective's gradient with respect to the image in [0, 1], H x W x 3 float32.

        Raw: without jitter, smoothing or scaling. Whole or tiled as `settings.tile` says.

        Raises:
            ImageError: image or guide can't be used.
        """
        check_image(image)
        network, terms = self._prepare(settings, guide)
        pixels = padded(Source.of(image).planes(), _least_side(settings)).to(network.device)
        result = torch.empty_like(pixels)
        for _ in tiling.Tiler(network, terms, settings.tile).gradient(pixels, result):
            pass
        height, width = image.shape[:2]
        return result[:, :height, :width].permute(1, 2, 0).cpu().numpy()

    def release_memory(self) -> None:
        """Gives memory kept for the next dream back to the system; call it when idle."""
        devices.release_memory(self._device)

    def _prepare(
        self, settings: DreamSettings, guide: Image | None
    ) -> tuple[Network, dict[str, Term]]:
        """The network to use, and the objective's terms by layer."""
        if (guide is None) is (settings.objective == "guide"):
            raise ImageError(
                f"The objective is {settings.objective} and "
                + ("no guide image was given." if guide is None else "a guide image was given."),
                "A guide image and the objective guide go together.",
            )
        network = self._network(settings)
        features: dict[str, Tensor] = {}
        if guide is not None:
            pixels = _fit(Source.of(check_image(guide, "guide")).planes(), GUIDE_SIDE)
            pixels = padded(pixels, _least_side(settings)).to(network.device)
            trace = network.forward(pixels[None], settings.layers)
            features = {name: guide_features(a) for name, a in trace.activations.items()}
        return network, {
            name: Term(settings.objective, weight, settings.channels, guide=features.get(name))
            for name, weight in settings.layers.items()
        }

    def _network(self, settings: DreamSettings) -> Network:
        device, precision = self._device, self._precision
        if settings.device not in ("auto", device.type):
            device = devices.choose_device(settings.device)
        if settings.precision != "auto":
            precision = settings.precision
        key = device, devices.choose_precision(device, precision)
        if key not in self._networks:
            self._networks[key] = Network(self._weights, *key)
        return self._networks[key]


def _least_side(settings: DreamSettings) -> int:
    """The smallest side, in pixels, of an image that gives the deepest layer a position."""
    return LAYERS[octaves.deepest(settings)].stride


def _fit(image: Tensor, side: int) -> Tensor:
    height, width = image.shape[1:]
    factor = min(1.0, side / max(height, width))
    return octaves.resize(image, (max(1, round(height * factor)), max(1, round(width * factor))))


@dataclass
class _Dream:
    """One dream under way: what was asked for, and the plan made of it."""

    network: Network
    terms: dict[str, Term]
    image: Image  # H x W x C
    mask: Image | None  # H x W
    settings: DreamSettings

    def run(self) -> Iterator[Progress | Result]:
        """The octaves from the smallest to the image's own size, then the result."""
        started = time.perf_counter()
        region = self._region()
        result = self.image.copy()
        if region is None:  # the mask selects nothing
            yield Result(result, time.perf_counter() - started, 0)
            return
        part = self.image[region.slices]
        part_mask = None if self.mask is None else self.mask[region.slices]
        source = Source.of(part)
        previewer = Previewer(self.image, self.mask, region)
        image = self._planes(source)  # (3, H, W)
        weight = None if part_mask is None else self._weight(part_mask, image)  # (H, W)
        sizes = octaves.sizes((image.shape[1], image.shape[2]), self.settings)
        starts = octaves.starts(image, sizes, self.settings.octave_mode)
        generator = torch.Generator().manual_seed(self.settings.seed)
        clock = _Clock(sizes, self.settings.iterations)
        del image  # the last octave's start, and changed there

        smaller: Tensor | None = None
        for size, pixels in zip(sizes, starts, strict=True):  # pixels: (3, h, w)
            origin = None if size == sizes[-1] else pixels.clone()
            if smaller is not None:
                octaves.add_smaller(pixels, smaller, self.settings, self._grey)

            def preview(
                side: int, pixels: Tensor = pixels, origin: Tensor | None = origin
            ) -> Image:
                before = self._planes(source) if origin is None else origin
                return previewer.render(pixels - before, side)

            shrunken = None if weight is None else octaves.resize(weight[None], size)[0].clamp(0, 1)
            for done in self._ascend(pixels, shrunken, generator):
                yield clock.progress(size, done, preview)
            if origin is not None:
                blend = self.settings.octave_mode == "blend"
                smaller = pixels if blend else pixels - origin

        def change(rows: slice) -> Tensor:
            return pixels[:, rows].cpu()[..., : part.shape[1]] - source.planes(rows)

        add_change(part, change, part_mask, result[region.slices])
        yield Result(result, time.perf_counter() - started, len(sizes))

    def _ascend(
        self, pixels: Tensor, weight: Tensor | None, generator: torch.Generator
    ) -> Iterator[float]:
        """Gradient ascent on one octave in place; yields the iterations done, in fractions."""
        settings = self.settings
        size = (pixels.shape[1], pixels.shape[2])
        tiler = tiling.Tiler(self.network, self.terms, settings.tile)
        gradient = torch.empty_like(pixels)  # (3, h, w)
        for iteration in range(settings.iterations):
            offset = ascent.jitter_offset(generator, settings.jitter, size)
            for done in tiler.gradient(pixels, gradient, offset):
                if done < 1:
                    yield iteration + done
            if settings.smoothing:
                sigmas = ascent.cascade_sigmas(settings.smoothing, iteration, settings.iterations)
                ascent.smooth(gradient, sigmas)
            if settings.normalization == "laplacian":
                ascent.normalize_laplacian(gradient)
            ascent.step(pixels, gradient, settings.step, weight, self._grey)
            yield iteration + 1

    @property
    def _grey(self) -> bool:
        """Whether all channels change alike: asked for, or there is only one."""
        return self.settings.preserve_color or self.image.shape[2] <= 2

    def _region(self) -> Region | None:
        """The masked part with its context, None if the mask selects nothing."""
        size = self.image.shape[:2]
        if self.mask is None:
            return Region(0, 0, *size)
        masked = masked_region(self.mask)
        if masked is None:
            return None
        return grown(masked, octaves.context(self.settings, (masked.height, masked.width)), size)

    def _planes(self, source: Source) -> Tensor:
        return padded(source.planes(), _least_side(self.settings)).to(self.network.device)

    def _weight(self, mask: Image, image: Tensor) -> Tensor:
        """Where the image may change: 1 wherever the mask isn't 0; (H, W) like the image."""
        weight = padded(torch.from_numpy(mask != 0).float()[None], min(image.shape[1:]))
        return weight[0, : image.shape[1], : image.shape[2]].to(image.device)


@dataclass(frozen=True)
class _Clock:
    """Turns iterations done at an octave into `Progress`; work is counted in pixels."""

    sizes: list[tuple[int, int]]
    iterations: int

    def progress(
        self, size: tuple[int, int], done: float, preview: Callable[[int], Image]
    ) -> Progress:
        """The event for `done` iterations at the octave of `size`."""
        areas = [height * width for height, width in self.sizes]
        octave = self.sizes.index(size)
        work = sum(areas[:octave]) + areas[octave] * done / self.iterations
        return Progress(
            octave + 1,
            len(self.sizes),
            math.ceil(done),
            self.iterations,
            work / sum(areas),
            preview,
        )
