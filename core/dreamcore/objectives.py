"""What a dream raises: objectives of a layer's activations and their gradients.

With a the activations at the chosen channels, C of them on an h x w grid of positions p:

    l2      1/2 sum a^2         gradient a: "the layer's gradient is set to its activations"
    norm    sqrt(sum a^2)       gradient a / norm
    mean    sum a / (C h w)     gradient 1 / (C h w)
    guide   sum_p max_q <a_p, g_q>   gradient at p: the guide's best matching feature g_q

The last is the guided dream of google's "deepdream" notebook (2015). Sums run over the whole
layer, of which a tile sees a part: totals come in from outside, so that tiles add up exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dreamcore import scalars

MAX_GUIDE_FEATURES = 4096
"""Feature vectors taken of a guide image, evenly spaced; more cost time and change little."""

_POSITIONS_AT_ONCE = 4096


@dataclass(frozen=True)
class Term:
    """The objective at one layer: weight, channels (empty: all), and what concerns all of it.

    `positions` is h*w of the whole layer; `norm` is needed by the objective "norm", `guide` of
    shape (q, C) by "guide".
    """

    objective: str
    weight: float
    channels: tuple[int, ...] = ()
    positions: int = 1
    norm: float = 0.0
    guide: Tensor | None = None

    def gradient(self, activation: Tensor) -> Tensor:
        """The objective's gradient at `activation`, (1, C, h, w), as a new tensor of that shape."""
        chosen = activation[:, list(self.channels)] if self.channels else activation
        match self.objective:
            case "l2":
                result = chosen * self.weight
            case "norm":
                result = chosen * (self.weight / self.norm if self.norm else 0.0)
            case "mean":
                count = self.positions * chosen.shape[1]
                result = torch.full_like(chosen, self.weight / count)
            case _:
                result = self._best_matches(chosen) * self.weight
        if not self.channels:
            return result
        everywhere = torch.zeros_like(activation)
        everywhere[:, list(self.channels)] = result
        return everywhere

    def _best_matches(self, activation: Tensor) -> Tensor:
        assert self.guide is not None
        guide = self.guide[:, list(self.channels)] if self.channels else self.guide
        guide = guide.to(activation.dtype)
        features = activation[0].flatten(1).T  # positions, C
        matches = torch.empty_like(features)
        for start in range(0, len(features), _POSITIONS_AT_ONCE):
            part = features[start : start + _POSITIONS_AT_ONCE]
            matches[start : start + _POSITIONS_AT_ONCE] = guide[(part @ guide.T).argmax(dim=1)]
        return matches.T.reshape(activation.shape)


def sum_of_squares(activation: Tensor, channels: tuple[int, ...]) -> float:
    """The sum of the squared activations at `channels` (empty: all)."""
    chosen = activation[:, list(channels)] if channels else activation
    return scalars.read(scalars.total(chosen.float().square().sum(dim=(2, 3))))


def guide_features(activation: Tensor) -> Tensor:
    """Feature vectors (q, C) of a guide's activations (1, C, h, w), at most 4096, evenly spaced."""
    features = activation[0].flatten(1).T
    count = min(len(features), MAX_GUIDE_FEATURES)
    chosen = torch.linspace(0, len(features) - 1, count, dtype=torch.float64).round().long()
    return features[chosen.to(features.device)].contiguous()
