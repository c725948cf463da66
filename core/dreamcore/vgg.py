"""VGG16 cut at the deepest layer wanted: forward, and backward to the input only.

The backward pass is written out because frozen weights need far less kept than autograd keeps: a
ReLU's own output as its mask, and two choices per max pooling window. Either pass can be computed
in 8-bit codes (int8), the forward pass behind the first pools: before them codes tie where the
photograph is smooth, which moves gradients to other pixels. Nothing here knows objectives, tiles or
octaves.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator, Mapping

import torch
from torch import Tensor

from dreamcore import loss_scaling
from dreamcore.integer_convolution import to_codes
from dreamcore.kernels import BELOW, Kernels, first_in_codes
from dreamcore.layers import BLOCKS, LAYERS, Layer
from dreamcore.pooling import AVERAGED, Averaged, Pooled, mask_by_relu
from dreamcore.scales import Scales
from dreamcore.trace import Pullback, Trace
from dreamcore.weights import Weights

BEFORE_POOL = frozenset(f"relu{block}_{len(sizes)}" for block, sizes in enumerate(BLOCKS, 1))

FIRST_BLOCK = ("conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1")
STRIP_PIXELS = {"cpu": 2**17}
"""Input pixels that block 1 works on at once, by kind of device; about what fits into a cache."""
WIDE_STRIP_PIXELS = 2**22
"""The same where there is no such cache to fit into, and starting work is what costs."""


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
        self._averages = False
        # channels_last suits oneDNN and cuDNN; Metal's convolutions are far slower with it.
        self.memory_format = (
            torch.contiguous_format if device.type == "mps" else torch.channels_last
        )
        self._mean = torch.tensor(weights.mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(weights.std, device=device).view(1, 3, 1, 1)
        self.kernels = Kernels(weights, device, dtype, self.memory_format, fused, winograd)
        self.strip_pixels = STRIP_PIXELS.get(device.type, WIDE_STRIP_PIXELS)

    def varied(self, *, int8: Collection[str] | None = None, pooling: str = "max") -> Network:
        """This network, of the same convolutions, with other passes in codes or another pooling."""
        other = copy.copy(self)
        other.int8 = self.int8 if int8 is None else frozenset(int8)
        other._averages = pooling == "average"
        return other

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
                x, pullback = self._pool(layer.convolution, x, trace)
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
        scale = loss_scaling.factor(gradients, self.dtype)
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
            if layer.kind == "pool":
                scale *= self._shared_by(layer.convolution)
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
        return y, lambda g: self._backward(name, g, trace)

    def _backward(self, name: str, gradient: Tensor, trace: Trace) -> Tensor:
        """The gradient at a convolution's input; see `_shared_by` for the size of its codes."""
        shared_by = self._shared_by(BELOW.get(name, ""))
        return self.kernels.backward(name, gradient, trace.known, shared_by)

    def _shared_by(self, convolution: str) -> int:
        """Among how many values the pool behind a convolution's ReLU shares a gradient evenly.

        In codes it hands on the same code, which stands for that much less than before.
        """
        pooled = convolution.replace("conv", "relu") in BEFORE_POOL
        return AVERAGED if self._averages and pooled else 1

    def _convolve_relu(
        self, layer: Layer, x: Tensor, trace: Trace, wanted: Collection[str]
    ) -> tuple[Tensor, Pullback]:
        name = layer.convolution
        y = self.kernels.forward(name, x, trace.known, relu=True)
        if layer.name in BEFORE_POOL and layer.name not in wanted:
            # The pool masks what it sends back.
            return y, lambda g: self._backward(name, g, trace)
        return y, lambda g: self._backward(name, self._mask(name, g, y, trace), trace)

    def _relu(self, convolution: str, x: Tensor, trace: Trace) -> tuple[Tensor, Pullback]:
        y = x.relu()
        return y, lambda g: self._mask(convolution, g, y, trace)

    def _pool(self, convolution: str, x: Tensor, trace: Trace) -> tuple[Tensor, Pullback]:
        channels, height, width = x.shape[1:]
        pooled = self._pooled(channels, height, width, x, trace)
        pooled.pool(x[:, :, : height // 2 * 2], 0)
        rows = 0, height
        return pooled.values, lambda g: self._unpool(convolution, g, pooled, rows, trace)

    def _pooled(
        self, channels: int, height: int, width: int, like: Tensor, trace: Trace
    ) -> Pooled | Averaged:
        if self._averages:
            return Averaged(channels, height, width, like)
        return Pooled(channels, height, width, like, self._gradient_type(trace))

    def _unpool(
        self,
        convolution: str,
        gradient: Tensor,
        pooled: Pooled | Averaged,
        rows: tuple[int, int],
        trace: Trace,
    ) -> Tensor:
        """Rows of the gradient through a pool and the ReLU before it."""
        wide = pooled.pullback(gradient, *rows)
        # A pool by maxima has masked what it spreads, which is a quarter of the values.
        small = gradient[:, :, rows[0] // 2 : rows[1] // 2]
        self._note_gradient(convolution, wide if self._averages else small, trace)
        return wide

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
        pooled = self._pooled(64, height, width, x, trace)
        of_numbers = self.kernels.of_numbers

        def hidden(start: int, stop: int) -> Tensor:
            """relu1_1 at rows `start` to `stop`."""
            outer = max(0, start - 1), min(height, stop + 1)
            y = of_numbers(first).forward(x[:, :, slice(*outer)], relu=True)
            return y[:, :, start - outer[0] : stop - outer[0]]

        def pullback(gradient: Tensor) -> Tensor:
            image = torch.empty_like(x)
            for start, stop in self._strips(height, width):
                seen = max(0, start - 2), min(height, stop + 2)
                inner = max(0, start - 1), min(height, stop + 1)
                g = self._unpool(second, gradient, pooled, seen, trace)
                g = self._backward(second, g, trace)
                g = g[:, :, inner[0] - seen[0] : inner[1] - seen[0]]
                g = self._mask(first, g, hidden(*inner), trace)
                g = self._backward(first, g, trace)
                image[:, :, start:stop] = g[:, :, start - inner[0] : stop - inner[0]]
            return image

        for start, stop in self._strips(height // 2 * 2, width):
            inner = max(0, start - 1), min(height, stop + 1)
            y = of_numbers(second).forward(hidden(*inner), relu=True)
            pooled.pool(y[:, :, start - inner[0] : stop - inner[0]], start)
        return pooled.values, pullback

    def _strips(self, height: int, width: int) -> Iterator[tuple[int, int]]:
        """First row and the row behind the last of each strip; all but the last end even."""
        rows = max(2, self.strip_pixels // width // 2 * 2)
        for start in range(0, height, rows):
            yield start, min(height, start + rows)
