"""VGG16 cut at the deepest layer wanted: forward, and backward to the input only.

The backward pass is written out because frozen weights need far less kept than autograd keeps: a
ReLU's own output as its mask, and two choices per max pooling window. Nothing here knows
objectives, tiles or octaves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from dreamcore import scalars
from dreamcore.convolution import Convolution, FusedConvolution, fusion_available
from dreamcore.layers import BLOCKS, LAYERS
from dreamcore.pooling import Pooled, mask_by_relu
from dreamcore.weights import Weights
from dreamcore.winograd import LEAST_CHANNELS, WinogradConvolution, pays

BEFORE_POOL = frozenset(f"relu{block}_{len(sizes)}" for block, sizes in enumerate(BLOCKS, 1))

FIRST_BLOCK = ("conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1")
STRIP_PIXELS = {"cpu": 2**17}
"""Input pixels that block 1 works on at once, by kind of device; about what fits into a cache."""
WIDE_STRIP_PIXELS = 2**22
"""The same where there is no such cache to fit into, and starting work is what costs."""

_FLOAT16_EXPONENT = -2
"""The largest gradient at a layer is brought just below two to this power in float16."""

Pullback = Callable[[Tensor], Tensor]
"""Takes the gradient at a layer's output to the gradient at its input."""


@dataclass
class Trace:
    """One forward pass: the activations asked for, and the way back.

    `activations` maps layer names to (1, C, h, w); `tape` holds each layer's pullback in order.
    """

    activations: dict[str, Tensor]
    tape: list[tuple[str, Pullback]]

    def add(self, name: str, x: Tensor, pullback: Pullback, pending: set[str]) -> None:
        """Notes a layer that was computed, and crosses it off the layers still wanted."""
        self.tape.append((name, pullback))
        if name in pending:
            self.activations[name] = x
            pending.remove(name)


class Network:
    """VGG16's features with frozen weights, on one device in one precision.

    Args:
        weights: the convolutions with their normalisation.
        device: where to compute.
        dtype: precision of weights and activations; gradients of the image come back as float32.
        fused: use oneDNN's convolution fused with bias and ReLU; by default where torch has it.
        winograd: use Winograd's convolution for many channels; by default where it pays.
    """

    def __init__(
        self,
        weights: Weights,
        device: torch.device,
        dtype: torch.dtype,
        *,
        fused: bool | None = None,
        winograd: bool | None = None,
    ) -> None:
        self.device = device
        self.dtype = dtype
        # channels_last suits oneDNN and cuDNN; Metal's convolutions are far slower with it.
        self.memory_format = (
            torch.contiguous_format if device.type == "mps" else torch.channels_last
        )
        self._weights = weights
        self._mean = torch.tensor(weights.mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(weights.std, device=device).view(1, 3, 1, 1)
        self._fused = fusion_available(device, dtype) if fused is None else fused
        self._winograd = self._fused and (pays(device, dtype) if winograd is None else winograd)
        self.strip_pixels = STRIP_PIXELS.get(device.type, WIDE_STRIP_PIXELS)
        self._prepared: dict[str, Convolution] = {}

    def forward(self, image: Tensor, names: Collection[str]) -> Trace:
        """Runs `image`, (1, 3, h, w) float32 in [0, 1], up to the deepest layer in `names`."""
        x = (image - self._mean).div_(self._std)
        x = x.to(self.dtype, memory_format=self.memory_format)
        trace, pending = Trace({}, []), set(names)
        todo = list(LAYERS.values())
        if pending.isdisjoint(FIRST_BLOCK[:-1]) and min(x.shape[2:]) >= 2:
            x, pullback = self._first_block(x)
            trace.add("pool1", x, pullback, pending)
            todo = todo[len(FIRST_BLOCK) :]
        linear = False  # whether a convolution's own output was wanted, so that its ReLU is next
        for layer in todo:
            if not pending:
                break
            if layer.kind == "conv":
                linear = layer.name in pending
                if not linear:
                    continue  # fused with the ReLU that follows
                x, pullback = self._convolve(layer.name, x)
            elif layer.kind == "relu":
                x, pullback = _relu(x) if linear else self._convolve_relu(layer.name, x, pending)
            else:
                x, pullback = _max_pool(x)
            trace.add(layer.name, x, pullback, pending)
        return trace

    def backward(self, trace: Trace, gradients: Mapping[str, Tensor]) -> Tensor:
        """The gradient of the image, (1, 3, h, w) float32, from gradients at its layers.

        Uses the trace up, and overwrites the tensors in `gradients`.
        """
        gradient: Tensor | None = None
        scale = self._scale(gradients)
        while trace.tape:
            name, pullback = trace.tape.pop()
            if name in gradients:
                injected = gradients[name] if scale == 1 else gradients[name].mul_(scale)
                injected = injected.to(self.dtype)
                gradient = injected if gradient is None else gradient.add_(injected)
            if gradient is not None:
                gradient = pullback(gradient)
        if gradient is None:
            raise ValueError("no gradient was given at any layer of the trace")
        return gradient.float().div_(self._std * scale)

    def in_safe_range(self, activation: Tensor) -> Tensor:
        """An activation in a type with room for an objective's gradient: float16 has too little."""
        return activation.float() if self.dtype == torch.float16 else activation

    def _scale(self, gradients: Mapping[str, Tensor]) -> float:
        """What gradients are multiplied by on their way, a power of two so that nothing is rounded.

        float16 ends at 65504 and loses digits below 6e-5, and gradients grow a hundred- or
        thousandfold towards the image. This is the "loss scaling" of Micikevicius et al., Mixed
        Precision Training (2018). 1 in every other type.
        """
        if self.dtype != torch.float16:
            return 1.0
        largest = max(scalars.read(gradient.abs().amax()) for gradient in gradients.values())
        if not 0 < largest < math.inf:
            return 1.0
        return 2.0 ** (_FLOAT16_EXPONENT - math.ceil(math.log2(largest)))

    def convolution(self, name: str) -> Convolution:
        """The convolution called `name`, laid out for this device when first asked for."""
        if name not in self._prepared:
            weight, bias = self._weights.convolutions[name]
            weight = weight.to(self.device, self.dtype)
            bias = bias.to(self.device, self.dtype)
            build = self._kind(min(weight.shape[:2]))
            self._prepared[name] = build(weight, bias, self.memory_format)
        return self._prepared[name]

    def _kind(self, channels: int) -> type[Convolution]:
        if self._winograd and channels >= LEAST_CHANNELS:
            return WinogradConvolution
        return FusedConvolution if self._fused else Convolution

    def _convolve(self, name: str, x: Tensor) -> tuple[Tensor, Pullback]:
        convolution = self.convolution(name)
        return convolution.forward(x, relu=False), convolution.backward

    def _convolve_relu(
        self, name: str, x: Tensor, wanted: Collection[str]
    ) -> tuple[Tensor, Pullback]:
        convolution = self.convolution(name.replace("relu", "conv"))
        y = convolution.forward(x, relu=True)
        if name in BEFORE_POOL and name not in wanted:
            # The pool sends gradients to its maxima only, and has masked those already.
            return y, convolution.backward
        return y, lambda g: convolution.backward(mask_by_relu(g, y))

    def _first_block(self, x: Tensor) -> tuple[Tensor, Pullback]:
        """The image, (1, 3, h, w), to pool1, (1, 64, h//2, w//2), a strip of rows at a time.

        Whole, block 1 would need more memory than everything behind it: 64 channels at full
        resolution. Its first ReLU is computed again on the way back, which for three input
        channels is cheaper than keeping it. Strips overlap by the rows that a convolution sees.
        """
        first, second = self.convolution("conv1_1"), self.convolution("conv1_2")
        height, width = x.shape[2:]
        pooled = Pooled(64, height, width, x)

        def hidden(start: int, stop: int) -> Tensor:
            """relu1_1 at rows `start` to `stop`."""
            outer = max(0, start - 1), min(height, stop + 1)
            y = first.forward(x[:, :, slice(*outer)], relu=True)
            return y[:, :, start - outer[0] : stop - outer[0]]

        def pullback(gradient: Tensor) -> Tensor:
            gradient = mask_by_relu(gradient, pooled.maxima)
            image = torch.empty_like(x)
            for start, stop in self._strips(height, width):
                seen = max(0, start - 2), min(height, stop + 2)
                inner = max(0, start - 1), min(height, stop + 1)
                g = second.backward(pooled.pullback(gradient, *seen))
                g = g[:, :, inner[0] - seen[0] : inner[1] - seen[0]]
                g = first.backward(mask_by_relu(g, hidden(*inner)))
                image[:, :, start:stop] = g[:, :, start - inner[0] : stop - inner[0]]
            return image

        for start, stop in self._strips(height // 2 * 2, width):
            inner = max(0, start - 1), min(height, stop + 1)
            y = second.forward(hidden(*inner), relu=True)
            pooled.pool(y[:, :, start - inner[0] : stop - inner[0]], start)
        return pooled.maxima, pullback

    def _strips(self, height: int, width: int) -> Iterator[tuple[int, int]]:
        """First row and the row behind the last of each strip; all but the last end even."""
        rows = max(2, self.strip_pixels // width // 2 * 2)
        for start in range(0, height, rows):
            yield start, min(height, start + rows)


def _relu(x: Tensor) -> tuple[Tensor, Pullback]:
    y = x.relu()
    return y, lambda g: mask_by_relu(g, y)


def _max_pool(x: Tensor) -> tuple[Tensor, Pullback]:
    channels, height, width = x.shape[1:]
    pooled = Pooled(channels, height, width, x)
    pooled.pool(x[:, :, : height // 2 * 2], 0)
    return pooled.maxima, lambda g: pooled.pullback(mask_by_relu(g, pooled.maxima), 0, height)
