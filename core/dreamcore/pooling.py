"""2x2 max pooling of a ReLU's output, and the way back through both.

Kept for the way back are two comparisons per window, in the gradients' type because that is what
vectorises, and the maxima themselves as the ReLU's mask: a maximum of 0 passes no gradient.
Of equal values the first in reading order gets the gradient, as in torch.
"""

from __future__ import annotations

import torch
from torch import Tensor


def mask_by_relu(gradient: Tensor, activation: Tensor) -> Tensor:
    """Zeroes the gradient in place where the ReLU's output `activation` is zero.

    Of a gradient in int8 codes the activation may be uint8 codes or numbers.
    """
    masked = gradient
    if gradient.dtype == torch.int8:
        masked = gradient.view(torch.uint8)  # only whether it is zero changes
        if activation.dtype != torch.uint8:
            activation = activation.bool().view(torch.uint8)  # far faster than to compare
    threshold = torch.ops.aten.threshold_backward.grad_input
    threshold(masked, activation, 0, grad_input=masked)
    return gradient


class Pooled:
    """The maxima of (n, C, h, w), which is (n, C, h//2, w//2), and which of four each one was.

    Filled by `pool` a strip of rows at a time, so that the input never has to exist as a whole.

    Args:
        channels: C.
        height: h.
        width: w.
        like: a tensor whose n, type, device and memory format to take.
        gradients: the type of the gradients, if it isn't that of the activations.
    """

    def __init__(
        self,
        channels: int,
        height: int,
        width: int,
        like: Tensor,
        gradients: torch.dtype | None = None,
    ) -> None:
        self._height, self._width = height, width
        self._layout = _layout(like)
        self._gradients = gradients or like.dtype
        half = channels, height // 2, width // 2
        self.maxima = self._empty(like, like.dtype, *half)
        self._top_wins = self._empty(like, self._gradients, *half)
        self._left_wins = self._empty(like, self._gradients, channels, height // 2 * 2, width // 2)

    def pool(self, x: Tensor, first: int) -> None:
        """Pools rows of the input that begin at row `first`; both that and their number are even.

        Args:
            x: (n, C, rows, w).
            first: the first of these rows in the input.
        """
        last, columns = first + x.shape[2], self._width // 2 * 2
        left, right = x[..., 0:columns:2], x[..., 1:columns:2]
        wide = torch.maximum(left, right)
        _compare(left, right, self._left_wins[:, :, first:last])
        top, bottom = wide[:, :, 0::2], wide[:, :, 1::2]
        half = slice(first // 2, last // 2)
        torch.maximum(top, bottom, out=self.maxima[:, :, half])
        _compare(top, bottom, self._top_wins[:, :, half])

    def pullback(self, gradient: Tensor, first: int, last: int) -> Tensor:
        """The gradient at rows `first` (even) to `last` of the input, (n, C, last - first, w).

        Args:
            gradient: at all the maxima, (n, C, h//2, w//2), masked by their ReLU.
            first: the first row wanted.
            last: the row behind the last; even, or the input's height.
        """
        half = slice(first // 2, last // 2)
        rows, columns = (half.stop - half.start) * 2, self._width // 2 * 2
        gradient = gradient[:, :, half]
        wide = torch.empty_like(self._left_wins[:, :, first : first + rows])
        torch.mul(gradient, self._top_wins[:, :, half], out=wide[:, :, 0::2])
        torch.sub(gradient, wide[:, :, 0::2], out=wide[:, :, 1::2])
        full = self._empty(gradient, gradient.dtype, gradient.shape[1], last - first, self._width)
        full[:, :, rows:].zero_()
        full[..., columns:].zero_()
        even = full[:, :, :rows, :columns]
        torch.mul(wide, self._left_wins[:, :, first : first + rows], out=even[..., 0::2])
        torch.sub(wide, even[..., 0::2], out=even[..., 1::2])
        return full

    def _empty(
        self, like: Tensor, dtype: torch.dtype, channels: int, height: int, width: int
    ) -> Tensor:
        shape = (like.shape[0], channels, height, width)
        return torch.empty(shape, dtype=dtype, device=like.device, memory_format=self._layout)


def _compare(one: Tensor, other: Tensor, out: Tensor) -> None:
    """Whether `one` is at least as large as `other`, as 1 or 0 of the type of `out`."""
    if one.dtype == torch.uint8:
        torch.ge(one, other, out=out.view(torch.bool))
    elif one.dtype == out.dtype:
        torch.ge(one, other, out=out)
    else:  # numbers compare fast to numbers only
        out.copy_(torch.ge(one, other, out=torch.empty_like(one)))


def _layout(x: Tensor) -> torch.memory_format:
    nhwc = x.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if nhwc else torch.contiguous_format
