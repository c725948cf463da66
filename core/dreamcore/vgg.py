"""VGG16 cut at the deepest layer wanted: forward, and backward to the input only.

The backward pass is written out because frozen weights need far less kept than autograd keeps: a
ReLU's own output as its mask, and two choices per max pooling window. The gradient with respect
to the input of a 3x3 convolution is itself a 3x3 convolution, with the kernel turned by 180° and
its channels swapped. Nothing here knows objectives, tiles or octaves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.layers import BLOCKS, LAYERS
from dreamcore.weights import Weights

BEFORE_POOL = frozenset(f"relu{block}_{len(sizes)}" for block, sizes in enumerate(BLOCKS, 1))

Pullback = Callable[[Tensor], Tensor]
"""Takes the gradient at a layer's output to the gradient at its input."""


@dataclass
class Trace:
    """One forward pass: the activations asked for, and the way back.

    `activations` maps layer names to (1, C, h, w); `tape` holds each layer's pullback in order.
    """

    activations: dict[str, Tensor]
    tape: list[tuple[str, Pullback]]


class Network:
    """VGG16's features with frozen weights, on one device in one precision.

    Args:
        weights: the convolutions with their normalisation.
        device: where to compute.
        dtype: precision of weights and activations; gradients of the image come back as float32.
        fused: use oneDNN's convolution fused with bias and ReLU; by default where torch has it.
    """

    def __init__(
        self,
        weights: Weights,
        device: torch.device,
        dtype: torch.dtype,
        *,
        fused: bool | None = None,
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
        self._prepared: dict[str, _Convolution] = {}

    def forward(self, image: Tensor, names: Collection[str]) -> Trace:
        """Runs `image`, (1, 3, h, w) float32 in [0, 1], up to the deepest layer in `names`."""
        x = ((image - self._mean) / self._std).to(self.dtype, memory_format=self.memory_format)
        trace, pending = Trace({}, []), set(names)
        for name, layer in LAYERS.items():
            if layer.kind == "conv":
                linear_wanted = name in pending
                if linear_wanted:
                    x, pullback = self._convolve(name, x)
                else:
                    continue  # fused with the ReLU that follows
            elif layer.kind == "relu":
                x, pullback = _relu(x) if linear_wanted else self._convolve_relu(name, x, pending)
            else:
                x, pullback = max_pool(x)
            trace.tape.append((name, pullback))
            if name in pending:
                trace.activations[name] = x
                pending.remove(name)
                if not pending:
                    break
        return trace

    def backward(self, trace: Trace, gradients: Mapping[str, Tensor]) -> Tensor:
        """The gradient of the image, (1, 3, h, w) float32, from gradients at its layers.

        Uses the trace up, and overwrites the tensors in `gradients`.
        """
        gradient: Tensor | None = None
        while trace.tape:
            name, pullback = trace.tape.pop()
            if name in gradients:
                injected = gradients[name]
                gradient = injected if gradient is None else gradient.add_(injected)
            if gradient is not None:
                gradient = pullback(gradient)
        if gradient is None:
            raise ValueError("no gradient was given at any layer of the trace")
        return gradient.float() / self._std

    def _convolution(self, name: str) -> _Convolution:
        if name not in self._prepared:
            weight, bias = self._weights.convolutions[name]
            weight = weight.to(self.device, self.dtype)
            bias = bias.to(self.device, self.dtype)
            build = _FusedConvolution if self._fused else _Convolution
            self._prepared[name] = build(weight, bias, self.memory_format)
        return self._prepared[name]

    def _convolve(self, name: str, x: Tensor) -> tuple[Tensor, Pullback]:
        convolution = self._convolution(name)
        return convolution.forward(x, relu=False), convolution.backward

    def _convolve_relu(
        self, name: str, x: Tensor, wanted: Collection[str]
    ) -> tuple[Tensor, Pullback]:
        convolution = self._convolution(name.replace("relu", "conv"))
        y = convolution.forward(x, relu=True)
        if name in BEFORE_POOL and name not in wanted:
            # The pool sends gradients to its maxima only, and has masked those already.
            return y, convolution.backward
        if name == "relu1_1":
            # Of three input channels: cheaper to compute again than to keep in 64 channels.
            return y, lambda g: convolution.backward(_mask(g, convolution.forward(x, relu=True)))
        return y, lambda g: convolution.backward(_mask(g, y))


class _Convolution:
    """A 3x3 convolution with padding 1 and its gradient with respect to the input."""

    def __init__(self, weight: Tensor, bias: Tensor, memory_format: torch.memory_format) -> None:
        self.weight = weight.contiguous(memory_format=memory_format)
        turned = weight.flip(2, 3).transpose(0, 1)
        self.turned = turned.contiguous(memory_format=memory_format)
        self.bias = bias

    def forward(self, x: Tensor, *, relu: bool) -> Tensor:
        y = F.conv2d(x, self.weight, self.bias, padding=1)
        return y.relu_() if relu else y

    def backward(self, gradient: Tensor) -> Tensor:
        return F.conv2d(gradient, self.turned, padding=1)


class _FusedConvolution(_Convolution):
    """The same through oneDNN's fused operator, with weights laid out once for it."""

    def __init__(self, weight: Tensor, bias: Tensor, memory_format: torch.memory_format) -> None:
        super().__init__(weight, bias, memory_format)
        self.weight = _packed(self.weight)
        self.turned = _packed(self.turned)

    def forward(self, x: Tensor, *, relu: bool) -> Tensor:
        return _pointwise(x, self.weight, self.bias, "relu" if relu else "none")

    def backward(self, gradient: Tensor) -> Tensor:
        return _pointwise(gradient, self.turned, None, "none")


def _packed(weight: Tensor) -> Tensor:
    one = [1, 1]
    reorder = torch.ops.mkldnn._reorder_convolution_weight
    packed: Tensor = reorder(weight, one, one, one, 1, [1, weight.shape[1], 224, 224])
    return packed


def _pointwise(x: Tensor, weight: Tensor, bias: Tensor | None, activation: str) -> Tensor:
    one = [1, 1]
    operator = torch.ops.mkldnn._convolution_pointwise
    y: Tensor = operator(x, weight, bias, one, one, one, 1, activation, [], "")
    return y


def fusion_available(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether torch's private fused convolution is there and agrees with the public one."""
    if device.type != "cpu":
        return False
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(16, 16, 3, 3, generator=generator).to(dtype)
    x = torch.randn(1, 16, 8, 8, generator=generator).to(dtype)
    x = x.contiguous(memory_format=torch.channels_last)
    bias = torch.zeros(16, dtype=dtype)
    try:
        fused = _FusedConvolution(weight, bias, torch.channels_last).forward(x, relu=True)
    except (RuntimeError, AttributeError, TypeError):  # missing, or its signature has changed
        return False
    plain = _Convolution(weight, bias, torch.channels_last).forward(x, relu=True)
    return torch.allclose(fused.float(), plain.float(), rtol=0.02, atol=0.02)


def _mask(gradient: Tensor, activation: Tensor) -> Tensor:
    """Zeroes the gradient in place where the ReLU's output is zero."""
    threshold = torch.ops.aten.threshold_backward.grad_input
    masked: Tensor = threshold(gradient, activation, 0, grad_input=gradient)
    return masked


def _relu(x: Tensor) -> tuple[Tensor, Pullback]:
    y = x.relu()
    return y, lambda g: _mask(g, y)


def max_pool(x: Tensor) -> tuple[Tensor, Pullback]:
    """2x2 max pooling of a ReLU's output, (1, C, h, w) to (1, C, h//2, w//2), with its pullback.

    The pullback includes the ReLU's: a maximum of 0 passes no gradient. Of equal values the first
    in reading order gets it, as in torch. The two comparisons are kept in the activations' own
    type, because that is what vectorises.
    """
    height, width = x.shape[2] // 2 * 2, x.shape[3] // 2 * 2
    even = x[:, :, :height, :width]
    left, right = even[..., 0::2], even[..., 1::2]
    wide = torch.maximum(left, right)
    left_wins = torch.ge(left, right, out=torch.empty_like(wide))
    top, bottom = wide[:, :, 0::2], wide[:, :, 1::2]
    y = torch.maximum(top, bottom)
    top_wins = torch.ge(top, bottom, out=torch.empty_like(y))
    full_shape, layout = x.shape, _layout(x)

    def pullback(gradient: Tensor) -> Tensor:
        gradient = _mask(gradient, y)
        wide = torch.empty_like(left_wins)
        torch.mul(gradient, top_wins, out=wide[:, :, 0::2])
        torch.sub(gradient, wide[:, :, 0::2], out=wide[:, :, 1::2])
        full = torch.empty(full_shape, dtype=wide.dtype, device=wide.device, memory_format=layout)
        full[:, :, height:].zero_()
        full[..., width:].zero_()
        even = full[:, :, :height, :width]
        torch.mul(wide, left_wins, out=even[..., 0::2])
        torch.sub(wide, even[..., 0::2], out=even[..., 1::2])
        return full

    return y, pullback


def _layout(x: Tensor) -> torch.memory_format:
    nhwc = x.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if nhwc else torch.contiguous_format
