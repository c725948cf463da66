"""What one pass through the network leaves: the activations asked for, and the way back.

Knows neither convolutions nor objectives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor

from dreamcore.layers import Layer
from dreamcore.scales import Scales

Pullback = Callable[[Tensor], Tensor]
"""Takes the gradient at a layer's output to the gradient at its input."""


@dataclass
class Trace:
    """One forward pass: the activations asked for, and the way back.

    `activations` maps layer names to numbers, (1, C, h, w); `tape` holds each layer's pullback in
    order, `outputs` the layers whose largest activation the scales carry over.
    """

    activations: dict[str, Tensor]
    tape: list[tuple[str, Pullback]]
    scales: Scales | None = None
    first_in_codes: str = ""
    outputs: list[tuple[Layer, Tensor]] = field(default_factory=list)

    @property
    def known(self) -> Scales | None:
        """The scales, if they are known already, so that codes can be used."""
        return self.scales if self.scales is not None and self.scales.known else None
