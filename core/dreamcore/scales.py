"""What the codes of int8 stand for at each convolution, carried over from step to step.

A step is computed with the scales that the step before it needed, so that no pass over the data is
spent on finding them; what it needed itself is noted for the next one. They belong to all of an
image, never to a tile, so that tiles use the same codes as the whole. The first step of a dream is
computed without codes and only noted.
"""

from __future__ import annotations

import math

from torch import Tensor

from dreamcore import scalars
from dreamcore.integer_convolution import SIGNED, UNSIGNED

GROWTH = 1.5
"""What values that reached the end of the codes are taken to be larger than it."""
FRACTION = 16
"""Scales are sixteenths of powers of two, so that tiles and the whole nearly always agree."""


class CarriedScales:
    """One scale for each convolution by name; `largest_code` is the end of the codes."""

    def __init__(self, largest_code: int) -> None:
        self._largest_code = largest_code
        self._scales: dict[str, float] = {}
        self._largest: dict[str, float] = {}

    def __getitem__(self, name: str) -> float:
        return self._scales[name]

    def note(self, name: str, x: Tensor) -> None:
        """Notes how large the values of a step are; `x` holds codes or numbers."""
        if x.numel() == 0:
            return
        largest = scalars.read(x.amax())
        if x.dtype.is_signed:
            largest = max(largest, -scalars.read(x.amin()))
        if not x.is_floating_point():
            if largest >= self._largest_code:
                largest *= GROWTH
            largest *= self._scales[name]
        self._largest[name] = max(self._largest.get(name, 0.0), largest)

    def begin(self) -> None:
        """Forgets what was noted since the last step."""
        self._largest.clear()

    def carry_over(self) -> bool:
        """Makes what was noted the scales of the next step; whether all of it tells a size."""
        told = all(largest > 0 for largest in self._largest.values())
        for name, largest in self._largest.items():
            self._scales[name] = self._rounded_up(largest)
        self._largest.clear()
        return told

    def _rounded_up(self, largest: float) -> float:
        if not 0 < largest < math.inf:
            return 1.0
        exponent = math.log2(largest / self._largest_code)
        return math.exp2(math.ceil(exponent * FRACTION) / FRACTION)


class Scales:
    """The scales of activations and gradients; `known` once a step has been noted.

    A step whose gradient was nothing, as where the chosen channels did not respond, tells none.
    """

    def __init__(self) -> None:
        self.activations = CarriedScales(UNSIGNED)
        self.gradients = CarriedScales(SIGNED)
        self.known = False

    def begin(self) -> None:
        """Forgets what an unfinished step has noted."""
        self.activations.begin()
        self.gradients.begin()

    def carry_over(self) -> None:
        """Ends a step: what it needed are the scales of the next one."""
        self.activations.carry_over()
        self.known = self.gradients.carry_over()
