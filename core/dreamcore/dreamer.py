"""The engine's front door: VGG16 kept warm, dreams and gradients asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dreamcore import allocator, devices, octaves, tiling, weights
from dreamcore.bundled import BUNDLED
from dreamcore.dream import Dream, Progress, Result
from dreamcore.errors import ImageError
from dreamcore.objectives import Term, guide_features
from dreamcore.pixels import Image, Source, check_image, check_mask, padded
from dreamcore.settings import DreamSettings
from dreamcore.vgg import Network

__all__ = ["Dreamer", "Progress", "Result"]

GUIDE_SIDE = 512
"""A guide image is shrunk until its longer side has at most this many pixels."""


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
        weights_source: str | Path = BUNDLED,
        device: str = "auto",
        precision: str = "auto",
    ) -> None:
        allocator.reuse_large_blocks()
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
        return Dream(network, terms, image, mask, settings).run()

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
        pixels = padded(Source.of(image).planes(), octaves.least_side(settings)).to(network.device)
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
                "guide",
            )
        network = self._network(settings)
        features: dict[str, Tensor] = {}
        if guide is not None:
            pixels = _fit(Source.of(check_image(guide, "guide")).planes(), GUIDE_SIDE)
            pixels = padded(pixels, octaves.least_side(settings)).to(network.device)
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


def _fit(image: Tensor, side: int) -> Tensor:
    height, width = image.shape[1:]
    factor = min(1.0, side / max(height, width))
    return octaves.resize(image, (max(1, round(height * factor)), max(1, round(width * factor))))
