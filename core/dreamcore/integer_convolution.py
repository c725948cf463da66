"""3x3 convolutions of 8-bit codes, for the passes that are computed in int8.

A code stands for a number: `scale` times its distance from a zero point. oneDNN multiplies unsigned
by signed bytes and adds up in 32 bits, which torch offers as a private operator; the public
convolution computes the same from the same codes, slower, and may round a code the other way.
Nothing here knows which layer it is or where scales come from.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

UNSIGNED, SIGNED = 255, 127
"""The largest code of an activation, which is never negative, and of a gradient."""
MIDDLE = 128
"""The zero point of a gradient that is shifted into unsigned bytes."""

_ONES = [1, 1]


class IntegerConvolution:
    """A 3x3 convolution with padding 1 whose kernel is 8-bit codes.

    Args:
        weight: (out, in, 3, 3); every output channel gets a scale of its own.
        bias: (out,), or None.
        zero_point: the code of the input that stands for zero.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None = None, zero_point: int = 0) -> None:
        weight = weight.float()
        self._zero_point = zero_point
        largest = weight.abs().amax(dim=(1, 2, 3)).clamp_min(torch.finfo(torch.float32).tiny)
        self._scales = largest / SIGNED
        codes = (weight / self._scales.view(-1, 1, 1, 1)).round().to(torch.int8)
        self._bias = None if bias is None else bias.float()
        self._codes = self._laid_out(codes)

    def __call__(
        self,
        x: Tensor,
        scale: float,
        *,
        dtype: torch.dtype,
        out_scale: float = 1.0,
        relu: bool = False,
    ) -> Tensor:
        """(1, in, h, w) of unsigned codes to (1, out, h, w) of `dtype`.

        Args:
            x: uint8, channels last.
            scale: what a step of one code stands for in `x`.
            dtype: uint8, int8 or a float type; codes come rounded, cut off at the type's ends.
            out_scale: what one code stands for in the result; 1 for a float type.
            relu: whether a ReLU follows.
        """
        shifted = (x.float() - self._zero_point).contiguous(memory_format=torch.channels_last)
        y = F.conv2d(shifted, self._codes, padding=1)
        y *= (self._scales * scale).view(-1, 1, 1)
        if self._bias is not None:
            y += self._bias.view(-1, 1, 1)
        if relu:
            y.relu_()
        return y.to(dtype) if dtype.is_floating_point else to_codes(y, out_scale, dtype)

    def _laid_out(self, codes: Tensor) -> Tensor:
        return codes.float().contiguous(memory_format=torch.channels_last)


class FusedIntegerConvolution(IntegerConvolution):
    """The same through oneDNN's operator on bytes, with the kernel laid out once for it."""

    def __init__(self, weight: Tensor, bias: Tensor | None = None, zero_point: int = 0) -> None:
        super().__init__(weight, bias, zero_point)
        self._zeros = torch.zeros(len(weight), dtype=torch.int32)

    def __call__(
        self,
        x: Tensor,
        scale: float,
        *,
        dtype: torch.dtype,
        out_scale: float = 1.0,
        relu: bool = False,
    ) -> Tensor:
        kernel = self._codes, self._scales, self._zeros, self._bias
        geometry = _ONES, _ONES, _ONES, 1
        relu_or_none = "relu" if relu else "none"
        operator = torch.ops.onednn.qconv2d_pointwise
        codes = x, scale, self._zero_point
        y: Tensor = operator(*codes, *kernel, *geometry, out_scale, 0, dtype, relu_or_none, [], "")
        return y

    def _laid_out(self, codes: Tensor) -> Tensor:
        pack = torch.ops.onednn.qconv_prepack
        geometry = _ONES, _ONES, _ONES, 1, None
        packed: Tensor = pack(codes, self._scales, 1.0, self._zero_point, *geometry)
        return packed


def to_codes(x: Tensor, scale: float | Tensor, dtype: torch.dtype) -> Tensor:
    """The nearest codes of numbers, (1, C, h, w), in uint8 or int8, cut off at the type's ends."""
    ends = torch.iinfo(dtype)
    return (x.float() / scale).round_().clamp_(ends.min, ends.max).to(dtype)


def shifted_to_unsigned(codes: Tensor) -> Tensor:
    """Signed codes as unsigned ones whose zero point is `MIDDLE`, in place."""
    return codes.view(torch.uint8).bitwise_xor_(MIDDLE)


def fusion_available(device: torch.device) -> bool:
    """Whether torch's private operator is there and agrees with the public one, on large codes too.

    A processor without instructions for sums of byte products loses the largest of them.
    """
    if device.type != "cpu":
        return False
    generator = torch.Generator().manual_seed(0)
    weight = torch.rand(16, 64, 3, 3, generator=generator)
    codes = torch.randint(200, 256, (1, 64, 8, 8), generator=generator, dtype=torch.uint8)
    codes = codes.contiguous(memory_format=torch.channels_last)
    try:
        fused = FusedIntegerConvolution(weight, None, 3)(codes, 0.01, dtype=torch.float32)
    except (RuntimeError, AttributeError, TypeError):  # missing, or its signature has changed
        return False
    plain = IntegerConvolution(weight, None, 3)(codes, 0.01, dtype=torch.float32)
    return torch.allclose(fused, plain, rtol=1e-4)
