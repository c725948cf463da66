"""The network's convolutions by name, in floating point or in codes, laid out when first asked for.

Which of the two computes a call is told by what comes in: numbers, or int8's codes, whose scales
come from outside. Nothing here knows in which order layers follow.
"""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor

from dreamcore import convolution, equalisation, integer_convolution, winograd
from dreamcore.convolution import Convolution, FusedConvolution
from dreamcore.integer_convolution import (
    MIDDLE,
    FusedIntegerConvolution,
    IntegerConvolution,
    shifted_to_unsigned,
)
from dreamcore.layers import CONVOLUTIONS, LAYERS
from dreamcore.scales import Scales
from dreamcore.weights import Weights
from dreamcore.winograd import WinogradConvolution

BELOW = dict(zip(CONVOLUTIONS[1:], CONVOLUTIONS, strict=False))
"""The convolution whose output, behind its ReLU and pool, another one reads."""


def first_in_codes(names: Collection[str]) -> str:
    """The layer whose output is the first in codes, in an int8 forward pass up to `names`.

    Errors add up on the way, so that the deepest block needs one more block in numbers.
    """
    deepest = max(LAYERS[name].receptive_field for name in names)
    return "pool1" if deepest <= LAYERS["pool4"].receptive_field else "pool2"


class Kernels:
    """All convolutions of one network, on one device.

    Args:
        weights: the convolutions' weights and biases.
        device: where to compute.
        dtype: the type of numbers.
        memory_format: how activations lie in memory.
        fused: use oneDNN's private operators; by default where torch has them.
        winograd_pays: use Winograd's convolution for many channels; by default where it pays.
    """

    def __init__(
        self,
        weights: Weights,
        device: torch.device,
        dtype: torch.dtype,
        memory_format: torch.memory_format,
        fused: bool | None,
        winograd_pays: bool | None,
    ) -> None:
        self._weights, self._device, self._dtype = weights, device, dtype
        self._memory_format = memory_format
        available = convolution.fusion_available(device, dtype)
        self._fused = available if fused is None else fused
        pays = winograd.pays(device, dtype) if winograd_pays is None else winograd_pays
        self._winograd = self._fused and pays
        self._fused_integer = integer_convolution.fusion_available(device) and fused is not False
        self._factors: dict[str, Tensor] | None = None
        self._of_numbers: dict[str, Convolution] = {}
        self._forward: dict[str, IntegerConvolution] = {}
        self._backward: dict[str, IntegerConvolution] = {}

    def of_numbers(self, name: str) -> Convolution:
        """The convolution called `name` in floating point."""
        if name not in self._of_numbers:
            weight, bias = self._weights.convolutions[name]
            weight = weight.to(self._device, self._dtype)
            bias = bias.to(self._device, self._dtype)
            build = self._kind(min(weight.shape[:2]))
            self._of_numbers[name] = build(weight, bias, self._memory_format)
        return self._of_numbers[name]

    def forward(self, name: str, x: Tensor, scales: Scales | None, *, relu: bool) -> Tensor:
        """(1, in, h, w) to (1, out, h, w); codes give codes behind a ReLU, else numbers."""
        if scales is None or x.dtype != torch.uint8:
            return self.of_numbers(name).forward(x, relu=relu)
        if name not in self._forward:
            self._forward[name] = self._integer(*self._equalised(name))
        scale, kernel = scales.activations[BELOW[name]], self._forward[name]
        if not relu:
            y = kernel(x, scale, dtype=self._dtype)
            return y.mul_(self.factor(name).to(y.dtype))
        return kernel(x, scale, dtype=x.dtype, out_scale=scales.activations[name], relu=True)

    def backward(
        self, name: str, gradient: Tensor, scales: Scales | None, shared_by: int = 1
    ) -> Tensor:
        """The gradient at the input from that at the output, which is overwritten if in codes.

        Codes give codes for the convolution below, and numbers at the image. `shared_by` is among
        how many values a pool in between shares a gradient: its codes stand for as much more.
        """
        if scales is None or gradient.dtype != torch.int8:
            return self.of_numbers(name).backward(gradient)
        if name not in self._backward:
            turned = self._weights.convolutions[name][0].flip(2, 3).transpose(0, 1)
            self._backward[name] = self._integer(turned, None, MIDDLE)
        scale, kernel = scales.gradients[name], self._backward[name]
        codes = shifted_to_unsigned(gradient)
        if name not in BELOW:
            return kernel(codes, scale, dtype=torch.float32)
        out_scale = scales.gradients[BELOW[name]] * shared_by
        return kernel(codes, scale, dtype=torch.int8, out_scale=out_scale)

    def factor(self, name: str) -> Tensor:
        """What a channel's codes stand for less than they say, (out, 1, 1)."""
        if self._factors is None:
            self._factors = equalisation.factors(self._weights)
        channels = LAYERS[name].channels
        known = self._factors.get(name, torch.ones(channels))
        return known.to(self._device).view(-1, 1, 1)

    def _equalised(self, name: str) -> tuple[Tensor, Tensor]:
        """Weight and bias between codes: multiplied by the input's factors, divided by its own."""
        weight, bias = (tensor.float() for tensor in self._weights.convolutions[name])
        own, below = self.factor(name), self.factor(BELOW[name])
        return weight * below / own[:, None], bias / own.flatten()

    def _kind(self, channels: int) -> type[Convolution]:
        if self._winograd and channels >= winograd.LEAST_CHANNELS:
            return WinogradConvolution
        return FusedConvolution if self._fused else Convolution

    def _integer(
        self, weight: Tensor, bias: Tensor | None, zero_point: int = 0
    ) -> IntegerConvolution:
        build = FusedIntegerConvolution if self._fused_integer else IntegerConvolution
        bias = None if bias is None else bias.to(self._device)
        return build(weight.to(self._device), bias, zero_point)
