"""VGG16's 3x3 convolution and its gradient with respect to the input, as fast as torch has it.

The gradient of a 3x3 convolution with padding 1 is itself such a convolution, with the kernel
turned by 180° and its channels swapped. On a CPU oneDNN's convolution fused with bias and ReLU is
used, a private operator of torch, with the public one to fall back on.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


class Convolution:
    """A 3x3 convolution with padding 1 and its gradient with respect to the input."""

    def __init__(self, weight: Tensor, bias: Tensor, memory_format: torch.memory_format) -> None:
        self.weight = weight.contiguous(memory_format=memory_format)
        turned = weight.flip(2, 3).transpose(0, 1)
        self.turned = turned.contiguous(memory_format=memory_format)
        self.bias = bias

    def forward(self, x: Tensor, *, relu: bool) -> Tensor:
        """(1, in, h, w) to (1, out, h, w), followed by a ReLU if asked for."""
        y = F.conv2d(x, self.weight, self.bias, padding=1)
        return y.relu_() if relu else y

    def backward(self, gradient: Tensor) -> Tensor:
        """The gradient at the input, (1, in, h, w), from that at the output, (1, out, h, w)."""
        return F.conv2d(gradient, self.turned, padding=1)


class FusedConvolution(Convolution):
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
        fused = FusedConvolution(weight, bias, torch.channels_last).forward(x, relu=True)
    except (RuntimeError, AttributeError, TypeError):  # missing, or its signature has changed
        return False
    plain = Convolution(weight, bias, torch.channels_last).forward(x, relu=True)
    return torch.allclose(fused.float(), plain.float(), rtol=0.02, atol=0.02)
