"""Devices that are not here: torch's fake tensors, and what checks every operation on them.

Fake tensors know shape, type and device and compute nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

aten = torch.ops.aten

MISSING = {"mps": {aten._upsample_bicubic2d_aa.default}}
"""What the oldest torch that we take, 2.6, has everywhere but on that device."""


@contextmanager
def fake(device: str) -> Iterator[Checked]:
    """Within it all tensors are fake, on the CPU or on a device of this kind."""
    with FakeTensorMode(allow_non_fake_inputs=True), _Methods(), Checked(device) as checked:
        yield checked


class Checked(TorchDispatchMode):
    """Refuses what the device can't do; counts the operations on it.

    No device but the CPU is asked for 64-bit floats, which Metal and many of Intel's GPUs don't
    have. Operations on tensors of several devices are refused by the fake tensors themselves.
    """

    def __init__(self, device: str) -> None:
        super().__init__()
        self.device, self.operations = device, 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is aten.threshold_backward.grad_input:  # whose decomposition needs the library, too
            target = kwargs.pop("grad_input")
            result = aten.copy_.default(target, aten.threshold_backward.default(*args))
        else:
            result = func(*args, **(kwargs or {}))
        leaves = tree_leaves((args, kwargs, result))
        there = [x for x in leaves if isinstance(x, Tensor) and x.device.type != "cpu"]
        for tensor in there:
            assert tensor.device.type == self.device, f"{func} on {tensor.device}"
            assert tensor.dtype != torch.float64, f"{func} in float64 on {self.device}"
        if there:
            assert func not in MISSING.get(self.device, ()), f"{func} on {self.device}"
            self.operations += 1
        return result


class _Methods(TorchFunctionMode):
    """Methods made of operations, where torch's own need a library for the device."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is Tensor.__getitem__:
            part, chosen = _part(*args)
            return aten.index.Tensor(part, chosen) if chosen else part
        if func is Tensor.__setitem__:
            part, chosen = _part(*args[:2])
            value = args[2] if isinstance(args[2], Tensor) else torch.full_like(part, args[2])
            return (
                aten.index_put_(part, chosen, value) if chosen else aten.copy_.default(part, value)
            )
        if func in (Tensor.contiguous, Tensor.copy_):
            return getattr(aten, func.__name__).default(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))


def _part(x: Tensor, index: Any) -> tuple[Tensor, list[Tensor | None]]:
    """The view of `x` that numbers, slices and None choose, and what lists and tensors choose."""
    index = index if isinstance(index, tuple) else (index,)
    if any(each is Ellipsis for each in index):
        at = next(i for i, each in enumerate(index) if each is Ellipsis)
        named = sum(each is not None for each in index) - 1
        index = (*index[:at], *[slice(None)] * (x.dim() - named), *index[at + 1 :])
    chosen: dict[int, Tensor] = {}
    dim = 0
    for each in index:
        if isinstance(each, int):
            x = aten.select.int(x, dim, each)
            continue
        if each is None:
            x = aten.unsqueeze.default(x, dim)
        elif isinstance(each, slice):
            x = aten.slice.Tensor(x, dim, *each.indices(x.shape[dim]))
        else:
            chosen[dim] = torch.as_tensor(each, device=x.device)
        dim += 1
    return x, [chosen.get(i) for i in range(max(chosen) + 1)] if chosen else []
