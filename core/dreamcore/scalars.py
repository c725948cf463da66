"""Single numbers out of tensors: sums that don't depend on the number of threads, and reading them.

torch splits a sum of everything among its threads, so that another number of them rounds
differently and the same seed gave other bytes; sums along one axis stay with one thread each.
Knows nothing of images.
"""

from __future__ import annotations

import torch
from torch import Tensor

_ONE_THREAD = 2**14
"""Values that torch adds up with one thread; it shares sums from 2**15 on."""


def total(values: Tensor, dtype: torch.dtype | None = None) -> Tensor:
    """The sum of all values, as a tensor without dimensions, added up as `dtype`."""
    rows = values.sum(dim=-1, dtype=dtype).flatten()
    return torch.stack([part.sum() for part in torch.split(rows, _ONE_THREAD)]).sum()


def read(value: Tensor) -> float:
    """A single value from whatever device it is on; waits until it has been computed."""
    return value.item()
