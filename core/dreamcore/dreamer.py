"""The engine's front door: VGG16 kept warm, dreams and gradients asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dreamcore import allocator, devices, octaves, responses, tiling, weights
from dreamcore.bundled import BUNDLED
from dreamcore.dream import Dream, Result
from dreamcore.errors import ImageError
from dreamcore.motion.carried import Previous
from dreamcore.pixels import Image, Source, check_image, check_mask, padded
from dreamcore.progress import Progress
from dreamcore.responses import INSPECTED, Response
from dreamcore.settings import DreamSettings, Execution
from dreamcore.terms import terms_for, weighted
from dreamcore.vgg import Network

__all__ = ["Dreamer", "Previous", "Progress", "Response", "Result"]


class Dreamer:
    """VGG16 kept warm on one device in one precision.

    Args:
        weights_source: "bundled", a name in `dreamcore.weights.TORCHVISION`, or a path.
        execution: device, precision and tiles; chosen automatically if None.

    Raises:
        WeightsError: the weights can't be loaded.
        DeviceError: the device isn't there.
    """

    def __init__(
        self, weights_source: str | Path = BUNDLED, execution: Execution | None = None
    ) -> None:
        execution = execution or Execution()
        allocator.reuse_large_blocks()
        devices.multiply_exactly()
        device = devices.choose_device(execution.device)
        chosen, quick = (
            devices.choose_precision(device, execution.precision, sketch=sketch)
            for sketch in (False, True)
        )
        source = weights.load(weights_source)
        self._network = Network(source, device, chosen.dtype, int8=chosen.int8)
        self._sketching = self._network.varied(int8=quick.int8)
        self._precision, self._sketch_precision = chosen.name, quick.name
        self._tile = execution.tile
        self._warm_up()

    @property
    def device(self) -> str:
        """Where it computes."""
        return str(self._network.device)

    @property
    def precision(self) -> str:
        """The number format that it computes in; mixed and int8 are two at once."""
        return self._precision

    @property
    def sketch_precision(self) -> str:
        """The number format of sketches: a quicker one where `Execution.precision` is auto."""
        return self._sketch_precision

    def dream(
        self,
        image: Image,
        settings: DreamSettings | None = None,
        *,
        mask: Image | None = None,
        guide: Image | None = None,
        previous: Previous | None = None,
        sketch: bool = False,
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
            previous: the frame before and its dream, which is carried along; see `coherence`.
            sketch: whether a first look is enough, computed in `sketch_precision`.

        Raises:
            ImageError: image, mask, guide or previous can't be used. Raised at once, not at the
                first step.
            NonFiniteError: the gradient became NaN or infinite.
            OutOfMemoryError: not even the smallest tile fits into memory.
        """
        settings = settings or DreamSettings()
        check_image(image)
        if mask is not None:
            check_mask(mask, image.shape[:2])
        if previous is not None:
            _check_previous(previous, image)
        network = self._sketching if sketch else self._network
        network = network.varied(pooling=settings.pooling)
        terms = terms_for(network, settings, image, mask, guide)
        return Dream(network, terms, image, mask, settings, self._tile, previous).run()

    def gradient(
        self, image: Image, settings: DreamSettings, *, guide: Image | None = None
    ) -> NDArray[np.float32]:
        """The objective's gradient with respect to the image in [0, 1], H x W x 3 float32.

        Raw: without jitter, smoothing or scaling, of the layers of the largest octave. Whole or
        tiled as `Execution.tile` says.

        Raises:
            ImageError: image or guide can't be used.
        """
        check_image(image)
        return self._gradient(self._network, image, settings, guide)

    def _gradient(
        self, network: Network, image: Image, settings: DreamSettings, guide: Image | None = None
    ) -> NDArray[np.float32]:
        network = network.varied(pooling=settings.pooling)
        terms = terms_for(network, settings, image, guide=guide)
        terms = weighted(terms, settings.layers_of(settings.octaves))
        pixels = self._planes(Source.of(image).planes(), settings)
        result = torch.empty_like(pixels)
        tiler = tiling.Tiler(network, terms, self._tile)
        for _ in range(2 if network.int8 else 1):  # the first finds the scales of the codes
            for _ in tiler.gradient(pixels, result):
                pass
        height, width = image.shape[:2]
        return result[:, :height, :width].permute(1, 2, 0).cpu().numpy()

    def inspect(
        self, image: Image, *, mask: Image | None = None, layer: str = "", count: int = 12
    ) -> list[Response]:
        """The channels that respond most to an image, or to its masked part, strongest first.

        Args:
            image, mask: as for `dream`.
            layer: the name of a ReLU; "" compares all from relu3_1 on.
            count: how many channels at most.

        Raises:
            ImageError: image or mask can't be used.
        """
        check_image(image)
        if mask is not None:
            check_mask(mask, image.shape[:2])
        layers = (layer,) if layer else INSPECTED
        return responses.strongest(self._network, image, mask, layers, count)

    def release_memory(self) -> None:
        """Gives memory kept for the next dream back to the system; call it when idle."""
        devices.release_memory(self._network.device)

    def _warm_up(self) -> None:
        """Has every convolution laid out that a dream or a sketch needs."""
        image, deepest = np.zeros((64, 64, 3), np.uint8), DreamSettings(layers={"pool5": 1.0})
        for network in {one.int8: one for one in (self._network, self._sketching)}.values():
            self._gradient(network, image, deepest)

    def _planes(self, pixels: Tensor, settings: DreamSettings) -> Tensor:
        """(3, H, W) on the device, large enough for the settings' layers."""
        return padded(pixels, octaves.least_side(settings)).to(self._network.device)


def _check_previous(previous: Previous, image: Image) -> None:
    for what, frame in (("previous image", previous.image), ("previous dream", previous.dream)):
        check_image(frame, what)
        if frame.shape != image.shape or frame.dtype != image.dtype:
            raise ImageError(
                f"The {what} is {frame.shape} {frame.dtype}, "
                f"the image {image.shape} {image.dtype}.",
                "Frames of one clip have one size and type.",
                what.replace(" ", "_"),
            )
