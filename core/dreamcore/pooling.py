"""2x2 pooling of a ReLU's output by maximum or by average, and the way back.

Of maxima two comparisons per window are kept for the way back, in the gradients' type because that
is what vectorises, and the maxima themselves as the ReLU's mask: a maximum of 0 passes no gradient.
Of equal values the first in reading order gets the gradient, as in torch. Of averages what they are
of is kept, as the ReLU's mask.
"""

from __future__ import annotations

import torch
from torch import Tensor

AVERAGED = 4
"""Values that an average is of."""


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
        half = like.shape[0], channels, height // 2, width // 2
        rows = like.shape[0], channels, height // 2 * 2, width // 2
        self.values = _empty(half, like, like.dtype, self._layout)
        self._top_wins = _empty(half, like, self._gradients, self._layout)
        self._left_wins = _empty(rows, like, self._gradients, self._layout)

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
        torch.maximum(top, bottom, out=self.values[:, :, half])
        _compare(top, bottom, self._top_wins[:, :, half])

    def pullback(self, gradient: Tensor, first: int, last: int) -> Tensor:
        """The gradient at rows `first` (even) to `last` of the input, through the ReLU before it.

        Args:
            gradient: at all the maxima, (n, C, h//2, w//2); masked in place.
            first: the first row wanted.
            last: the row behind the last; even, or the input's height.
        """
        half = slice(first // 2, last // 2)
        rows, columns = (half.stop - half.start) * 2, self._width // 2 * 2
        gradient = mask_by_relu(gradient[:, :, half], self.values[:, :, half])
        wide = torch.empty_like(self._left_wins[:, :, first : first + rows])
        torch.mul(gradient, self._top_wins[:, :, half], out=wide[:, :, 0::2])
        torch.sub(gradient, wide[:, :, 0::2], out=wide[:, :, 1::2])
        shape = (*gradient.shape[:2], last - first, self._width)
        full = _empty(shape, gradient, gradient.dtype, self._layout)
        full[:, :, rows:].zero_()
        full[..., columns:].zero_()
        even = full[:, :, :rows, :columns]
        torch.mul(wide, self._left_wins[:, :, first : first + rows], out=even[..., 0::2])
        torch.sub(wide, even[..., 0::2], out=even[..., 1::2])
        return full


class Averaged:
    """The averages of (n, C, h, w), which are (n, C, h//2, w//2); filled like `Pooled`.

    Keeps its input as the ReLU's mask. Codes give rounded codes. On the way back they are handed on
    as they are, so that each stands for a quarter of what it did.
    """

    def __init__(self, channels: int, height: int, width: int, like: Tensor) -> None:
        self._height, self._width, self._layout = height // 2 * 2, width, _layout(like)
        self._input: Tensor | None = None
        shape = (like.shape[0], channels, height // 2, width // 2)
        self.values = _empty(shape, like, like.dtype, self._layout)

    def pool(self, x: Tensor, first: int) -> None:
        """Pools rows of the input that begin at row `first`; see `Pooled.pool`."""
        last, columns = first + x.shape[2], self._width // 2 * 2
        if x.shape[2] == self._height:
            self._input = x
        else:
            if self._input is None:
                shape = (*x.shape[:2], self._height, self._width)
                self._input = _empty(shape, x, x.dtype, self._layout)
            self._input[:, :, first:last] = x
        x = x[..., :columns]
        if not x.dtype.is_floating_point:
            x = x.to(torch.int16)
        wide = x[..., 0::2] + x[..., 1::2]
        total = wide[:, :, 0::2] + wide[:, :, 1::2]
        if x.dtype.is_floating_point:
            total /= AVERAGED
        else:
            total = (total + AVERAGED // 2) >> 2
        self.values[:, :, first // 2 : last // 2] = total

    def pullback(self, gradient: Tensor, first: int, last: int) -> Tensor:
        """The gradient at rows `first` (even) to `last` of the input, through its ReLU.

        Args:
            gradient: at all the averages, (n, C, h//2, w//2).
            first: the first row wanted.
            last: the row behind the last; even, or the input's height.
        """
        assert self._input is not None
        half = slice(first // 2, last // 2)
        rows, columns = (half.stop - half.start) * 2, self._width // 2 * 2
        gradient = gradient[:, :, half]
        if gradient.dtype.is_floating_point:
            gradient = gradient / AVERAGED
        shape = (*gradient.shape[:2], last - first, self._width)
        full = _empty(shape, gradient, gradient.dtype, self._layout)
        full[:, :, rows:].zero_()
        full[..., columns:].zero_()
        for row in (0, 1):
            for column in (0, 1):
                full[:, :, row:rows:2, column:columns:2] = gradient
        mask_by_relu(full[:, :, :rows], self._input[:, :, first : first + rows])
        return full


def _empty(
    shape: tuple[int, ...], like: Tensor, dtype: torch.dtype, layout: torch.memory_format
) -> Tensor:
    return torch.empty(shape, dtype=dtype, device=like.device, memory_format=layout)


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
