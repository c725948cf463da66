"""3x3 convolutions with fewer multiplications: Winograd's F(2x2, 3x3) as batched matrix products.

Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (2016): a 2 x 2 square of outputs
takes 16 multiplications for a pair of channels instead of 36. Transforming inputs and outputs moves
four times the data, so it pays with many channels, and where multiplications are what bounds: on a
CPU without matrix units. It rounds more often, about 2.5 times direct convolution's error in
bfloat16. Squares begin at even rows and columns; whoever cuts an image into tiles has to cut there.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from dreamcore.convolution import FusedConvolution

LEAST_CHANNELS = 256
"""Of inputs and of outputs, from which on it pays."""
LEAST_POSITIONS = 1024
"""Positions of an activation from which on it pays: the kernels alone are 1.8 times as large."""

_STRIP_VALUES = 2**23
"""Values of a strip's transformed input: 16 MiB in bfloat16."""

_KERNEL = ((1.0, 0.0, 0.0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0.0, 0.0, 1.0))
"""The kernel's transform, G in the paper."""


def pays(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether it is faster than direct convolution: bfloat16 on a CPU without matrix units (AMX).

    Known from the processor, not measured, so that a dream is the same each time.
    """
    has_matrix_units = getattr(torch.cpu, "_is_amx_tile_supported", None)
    if device.type != "cpu" or dtype != torch.bfloat16 or has_matrix_units is None:
        return False
    return not has_matrix_units()


class WinogradConvolution(FusedConvolution):
    """With kernels transformed once; small activations are convolved directly."""

    def __init__(self, weight: Tensor, bias: Tensor, memory_format: torch.memory_format) -> None:
        super().__init__(weight, bias, memory_format)
        self._kernels = _transformed(weight)
        self._turned_kernels = _transformed(weight.flip(2, 3).transpose(0, 1))

    def forward(self, x: Tensor, *, relu: bool) -> Tensor:
        if x.shape[2] * x.shape[3] < LEAST_POSITIONS:
            return super().forward(x, relu=relu)
        return _convolve(x, self._kernels, self.bias, relu)

    def backward(self, gradient: Tensor) -> Tensor:
        if gradient.shape[2] * gradient.shape[3] < LEAST_POSITIONS:
            return super().backward(gradient)
        return _convolve(gradient, self._turned_kernels, None, relu=False)


def _transformed(weight: Tensor) -> Tensor:
    """G g G^T of every kernel: (16, in, out) from (out, in, 3, 3)."""
    transform = weight.new_tensor(_KERNEL, dtype=torch.float32)
    kernels = torch.einsum("ij,ocjk,lk->ilco", transform, weight.float(), transform)
    return kernels.flatten(0, 1).contiguous().to(weight.dtype)


def _convolve(x: Tensor, kernels: Tensor, bias: Tensor | None, relu: bool) -> Tensor:
    """(1, in, h, w) to (1, out, h, w), both with channels last in memory."""
    height, width = x.shape[2:]
    shape = (1, kernels.shape[2], height, width)
    y = torch.empty(shape, dtype=x.dtype, device=x.device, memory_format=torch.channels_last)
    source, target = x[0].permute(1, 2, 0), y[0].permute(1, 2, 0)  # (h, w, channels)
    for start, stop in _strips(height, width, x.shape[1]):
        squares = _input_transform(source, start, stop)  # (4, 4, rows / 2, columns / 2, in)
        rows, columns = squares.shape[2:4]
        products = torch.bmm(squares.view(16, rows * columns, -1), kernels)
        if bias is not None:
            products[5] += bias  # the one of 16 that is added to all four outputs
        products = products.view(4, 4, rows, columns, -1)
        _output_transform(products, target[start:stop], relu)
    return y


def _strips(height: int, width: int, channels: int) -> Iterator[tuple[int, int]]:
    """First row and the row behind the last of each strip; all but the last end even."""
    rows = max(2, _STRIP_VALUES // (4 * (width + 1) * channels) // 2 * 2)
    for start in range(0, height, rows):
        yield start, min(height, start + rows)


def _input_transform(source: Tensor, start: int, stop: int) -> Tensor:
    """B^T d B of the 4 x 4 inputs of every square of outputs in rows `start` to `stop`."""
    padded = _padded(source, start, stop)  # (2 rows + 2, 2 columns + 2, in)
    rows, columns = padded.shape[0] // 2 - 1, padded.shape[1] // 2 - 1
    halfway = padded.new_empty((4, padded.shape[0], columns, padded.shape[2]))
    _combine([padded[:, i : i + 2 * columns - 1 : 2] for i in range(4)], halfway)
    squares = padded.new_empty((4, 4, rows, columns, padded.shape[2]))
    _combine([halfway[:, i : i + 2 * rows - 1 : 2] for i in range(4)], squares)
    return squares


def _padded(source: Tensor, start: int, stop: int) -> Tensor:
    """Rows of (h, w, c) with one more on each side, zeros beyond its ends, to even sizes."""
    height, width, channels = source.shape
    rows, columns = -(-(stop - start) // 2) * 2 + 2, -(-width // 2) * 2 + 2
    padded = source.new_empty((rows, columns, channels))
    first, last = max(0, start - 1), min(height, start - 1 + rows)
    top, bottom = first - (start - 1), last - (start - 1)
    padded[top:bottom, 1 : width + 1] = source[first:last]
    padded[:top].zero_()
    padded[bottom:].zero_()
    padded[:, 0].zero_()
    padded[:, width + 1 :].zero_()
    return padded


def _combine(parts: list[Tensor], out: Tensor) -> None:
    """B^T along one axis."""
    torch.sub(parts[0], parts[2], out=out[0])
    torch.add(parts[1], parts[2], out=out[1])
    torch.sub(parts[2], parts[1], out=out[2])
    torch.sub(parts[1], parts[3], out=out[3])


def _output_transform(products: Tensor, target: Tensor, relu: bool) -> None:
    """A^T m A into (rows, w, out), whose odd last row and column are half a square."""
    for row in (0, 1):
        halfway = _reduced(list(products), row)  # (4, rows / 2, columns / 2, out)
        for column in (0, 1):
            out = target[row::2, column::2]
            value = _reduced(list(halfway[:, : out.shape[0], : out.shape[1]]), column)
            out.copy_(value.relu_() if relu else value)


def _reduced(parts: list[Tensor], row: int) -> Tensor:
    """A row of A^T along one axis."""
    if row == 0:
        return torch.add(parts[0], parts[1]).add_(parts[2])
    return torch.sub(parts[1], parts[2]).sub_(parts[3])
