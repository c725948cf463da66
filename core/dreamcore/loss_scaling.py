"""What gradients are multiplied by on their way back, so that float16 holds them.

float16 ends at 65504 and loses digits below 6e-5, and gradients grow a hundred- or thousandfold
towards the image. This is the "loss scaling" of Micikevicius et al., Mixed Precision Training
(2018).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from dreamcore import scalars

_EXPONENT = -2
"""The largest gradient at a layer is brought just below two to this power."""


def factor(gradients: Mapping[str, Tensor], dtype: torch.dtype) -> float:
    """A power of two, so that nothing is rounded; 1 in every type but float16."""
    if dtype != torch.float16:
        return 1.0
    largest = max(scalars.read(gradient.abs().amax()) for gradient in gradients.values())
    if not 0 < largest < math.inf:
        return 1.0
    return float(2.0 ** (_EXPONENT - math.ceil(math.log2(largest))))
