"""VGG16 cut at the deepest layer wanted: forward, and backward to the input only.

The backward pass is written out because frozen weights need far less kept than autograd keeps: a
ReLU's own output as its mask, and two choices per max pooling window. Either pass can be computed
in 8-bit codes (int8), the forward pass behind the first pools: before them codes tie where the
photograph is smooth, which moves gradients to other pixels. Nothing here knows objectives, tiles or
octaves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from dreamcore import scalars
from dreamcore.integer_convolution import to_codes
from dreamcore.kernels import Kernels, first_in_codes
from dreamcore.layers import BLOCKS, LAYERS, Layer
from dreamcore.pooling import Pooled, mask_by_relu
from dreamcore.scales import Scales
from dreamcore.weights import Weights

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

    `activations` maps layer names to numbers, (1, C, h, w); `tape` holds each layer's pullback in
    order, `outputs` the layers whose largest activation the scales carry over.
    """

    activations: dict[str, Tensor]
    tape: list[tuple[str, Pullback]]
    scales: Scales | None = None
    first_in_codes: str = ""
    outputs: list[tuple[Layer, Tensor]] = field(default_factory=list)

    @property
    def known(self) -> Scales | None:
        """The scales, if they are known already, so that codes can be used."""
        return self.scales if self.scales is not None and self.scales.known else None


class Network:
    """VGG16's features with frozen weights, on one device in one precision.

    Args:
        weights: the convolutions with their normalisation.
        device: where to compute.
        dtype: precision of weights and activations; gradients of the image come back as float32.
        int8: the passes, "forward" and "backward", that are computed in 8-bit codes once their
            scales are known; without scales both are computed in `dtype`.
        fused: use oneDNN's convolution fused with bias and ReLU; by default where torch has it.
        winograd: use Winograd's convolution for many channels; by default where it pays.
    """

    def __init__(
        self,
        weights: Weights,
        device: torch.device,
        dtype: torch.dtype,
        *,
        int8: Collection[str] = (),
        fused: bool | None = None,
        winograd: bool | None = None,
    ) -> None:
        self.device = device
        self.dtype = dtype
        self.int8 = frozenset(int8)
        # channels_last suits oneDNN and cuDNN; Metal's convolutions are far slower with it.
        self.memory_format = (
            torch.contiguous_format if device.type == "mps" else torch.channels_last
        )
        self._mean = torch.tensor(weights.mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(weights.std, device=device).view(1, 3, 1, 1)
        self.kernels = Kernels(weights, device, dtype, self.memory_format, fused, winograd)
        self.strip_pixels = STRIP_PIXELS.get(device.type, WIDE_STRIP_PIXELS)

    def forward(self, image: Tensor, names: Collection[str], scales: Scales | None = None) -> Trace:
        """Runs `image`, (1, 3, h, w) float32 in [0, 1], up to the deepest layer in `names`.

        The passes in `int8` note in `scales` what they need, and use codes once it is known.
        """
        x = (image - self._mean).div_(self._std)
        x = x.to(self.dtype, memory_format=self.memory_format)
        trace, pending = Trace({}, [], scales if self.int8 else None), set(names)
        if "forward" in self.int8:
            trace.first_in_codes = first_in_codes(names)
        todo = list(LAYERS.values())
        if pending.isdisjoint(FIRST_BLOCK[:-1]) and min(x.shape[2:]) >= 2:
            x, pullback = self._first_block(x, trace)
            x = self._add(trace, LAYERS["pool1"], x, pullback, pending)
            todo = todo[len(FIRST_BLOCK) :]
        linear = False  # whether a convolution's own output was wanted, so that its ReLU is next
        for layer in todo:
            if not pending:
                break
            if layer.kind == "conv":
                linear = layer.name in pending
                if not linear:
                    continue  # fused with the ReLU that follows
                x, pullback = self._convolve(layer.name, x, trace)
            elif layer.kind == "pool":
                x, pullback = self._max_pool(layer.convolution, x, trace)
            elif linear:
                x, pullback = self._relu(layer.convolution, x, trace)
            else:
                x, pullback = self._convolve_relu(layer, x, trace, pending)
            x = self._add(trace, layer, x, pullback, pending)
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
                gradient = self._injected(LAYERS[name], injected, gradient, trace)
            if gradient is not None:
                gradient = pullback(gradient)
        if gradient is None:
            raise ValueError("no gradient was given at any layer of the trace")
        return gradient.float().div_(self._std * scale)

    def note_activations(self, trace: Trace, core: Callable[[str], tuple[slice, ...]]) -> None:
        """Notes how large activations are; `core` is the part of a layer's that no tile repeats."""
        for layer, x in trace.outputs:
            assert trace.scales is not None
            x = x[core(layer.name)]
            if x.dtype != torch.uint8:
                x = x / self.kernels.factor(layer.convolution).to(x.dtype)
            trace.scales.activations.note(layer.convolution, x)
        trace.outputs.clear()

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

    def _add(
        self, trace: Trace, layer: Layer, x: Tensor, pullback: Pullback, pending: set[str]
    ) -> Tensor:
        """Notes a layer that was computed; returns what the next one reads."""
        trace.tape.append((layer.name, pullback))
        scales = trace.known
        if layer.name in pending:
            pending.remove(layer.name)
            trace.activations[layer.name] = x
            if scales and x.dtype == torch.uint8:
                scale = scales.activations[layer.convolution]
                factor = self.kernels.factor(layer.convolution).to(self.dtype)
                trace.activations[layer.name] = x.to(self.dtype).mul_(factor * scale)
        first = trace.first_in_codes
        in_numbers = not first or layer.receptive_field < LAYERS[first].receptive_field
        if trace.scales is None or layer.kind == "conv" or in_numbers:
            return x
        if scales and x.dtype != torch.uint8:
            factor = self.kernels.factor(layer.convolution)
            x = to_codes(x, scales.activations[layer.convolution] * factor, torch.uint8)
        trace.outputs.append((layer, x))
        return x

    def _injected(
        self, layer: Layer, injected: Tensor, gradient: Tensor | None, trace: Trace
    ) -> Tensor:
        """The gradient at a layer where an objective adds its own, in codes where they are used."""
        if not trace.known:
            injected = injected.to(self.dtype)
            if gradient is not None:
                injected = gradient.add_(injected)
        else:
            scale = trace.known.gradients[layer.convolution]
            if gradient is not None:
                injected = injected.float().add_(gradient, alpha=scale)
            injected = to_codes(injected, scale, torch.int8)
        if layer.kind == "conv":
            self._note_gradient(layer.name, injected, trace)
        return injected

    def _mask(self, convolution: str, gradient: Tensor, y: Tensor, trace: Trace) -> Tensor:
        """The gradient through the ReLU with the output `y`, in place."""
        gradient = mask_by_relu(gradient, y)
        self._note_gradient(convolution, gradient, trace)
        return gradient

    def _note_gradient(self, convolution: str, gradient: Tensor, trace: Trace) -> None:
        if trace.scales is not None:
            trace.scales.gradients.note(convolution, gradient)

    def _convolve(self, name: str, x: Tensor, trace: Trace) -> tuple[Tensor, Pullback]:
        y = self.kernels.forward(name, x, trace.known, relu=False)
        return y, lambda g: self.kernels.backward(name, g, trace.known)

    def _convolve_relu(
        self, layer: Layer, x: Tensor, trace: Trace, wanted: Collection[str]
    ) -> tuple[Tensor, Pullback]:
        name = layer.convolution
        y = self.kernels.forward(name, x, trace.known, relu=True)
        if layer.name in BEFORE_POOL and layer.name not in wanted:
            # The pool sends gradients to its maxima only, and has masked those already.
            return y, lambda g: self.kernels.backward(name, g, trace.known)
        return y, lambda g: self.kernels.backward(name, self._mask(name, g, y, trace), trace.known)

    def _relu(self, convolution: str, x: Tensor, trace: Trace) -> tuple[Tensor, Pullback]:
        y = x.relu()
        return y, lambda g: self._mask(convolution, g, y, trace)

    def _max_pool(self, convolution: str, x: Tensor, trace: Trace) -> tuple[Tensor, Pullback]:
        channels, height, width = x.shape[1:]
        pooled = Pooled(channels, height, width, x, self._gradient_type(trace))
        pooled.pool(x[:, :, : height // 2 * 2], 0)

        def pullback(gradient: Tensor) -> Tensor:
            gradient = self._mask(convolution, gradient, pooled.maxima, trace)
            return pooled.pullback(gradient, 0, height)

        return pooled.maxima, pullback

    def _gradient_type(self, trace: Trace) -> torch.dtype:
        return torch.int8 if trace.known else self.dtype

    def _first_block(self, x: Tensor, trace: Trace) -> tuple[Tensor, Pullback]:
        """The image, (1, 3, h, w), to pool1, (1, 64, h//2, w//2), a strip of rows at a time.

        Whole, block 1 would need more memory than everything behind it: 64 channels at full
        resolution. Its first ReLU is computed again on the way back, which for three input
        channels is cheaper than keeping it. Strips overlap by the rows that a convolution sees.
        """
        first, second = FIRST_BLOCK[0], FIRST_BLOCK[2]
        height, width = x.shape[2:]
        pooled = Pooled(64, height, width, x, self._gradient_type(trace))
        of_numbers = self.kernels.of_numbers

        def hidden(start: int, stop: int) -> Tensor:
            """relu1_1 at rows `start` to `stop`."""
            outer = max(0, start - 1), min(height, stop + 1)
            y = of_numbers(first).forward(x[:, :, slice(*outer)], relu=True)
            return y[:, :, start - outer[0] : stop - outer[0]]

        def pullback(gradient: Tensor) -> Tensor:
            gradient = self._mask(second, gradient, pooled.maxima, trace)
            image = torch.empty_like(x)
            for start, stop in self._strips(height, width):
                seen = max(0, start - 2), min(height, stop + 2)
                inner = max(0, start - 1), min(height, stop + 1)
                g = self.kernels.backward(second, pooled.pullback(gradient, *seen), trace.known)
                g = g[:, :, inner[0] - seen[0] : inner[1] - seen[0]]
                g = self._mask(first, g, hidden(*inner), trace)
                g = self.kernels.backward(first, g, trace.known)
                image[:, :, start:stop] = g[:, :, start - inner[0] : stop - inner[0]]
            return image

        for start, stop in self._strips(height // 2 * 2, width):
            inner = max(0, start - 1), min(height, stop + 1)
            y = of_numbers(second).forward(hidden(*inner), relu=True)
            pooled.pool(y[:, :, start - inner[0] : stop - inner[0]], start)
        return pooled.maxima, pullback

    def _strips(self, height: int, width: int) -> Iterator[tuple[int, int]]:
        """First row and the row behind the last of each strip; all but the last end even."""
        rows = max(2, self.strip_pixels // width // 2 * 2)
        for start in range(0, height, rows):
            yield start, min(height, start + rows)
