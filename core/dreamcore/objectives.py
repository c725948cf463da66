"""What a dream raises: objectives of a layer's activations and their gradients.

With a the activations at the chosen channels, C of them on an h x w grid of positions p, and w the
channels' weights, of which negative ones lower what they stand at:

    l2      1/2 sum w a^2       gradient w a: "the layer's gradient is set to its activations"
    norm    sqrt(sum a^2 w) of the positive w, less sqrt(sum a^2 |w|) of the negative ones
    mean    sum w a / (C h w)   gradient w / (C h w)
    guide   sum_p max_q <w a_p, g_q>   gradient at p: w times the guide's best matching feature g_q

The last is the guided dream of google's "deepdream" notebook (2015). Sums run over the whole
layer, of which a tile sees a part: totals come in from outside, so that tiles add up exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from dreamcore import scalars

MAX_GUIDE_FEATURES = 4096
"""Feature vectors taken of a guide image, evenly spaced; more cost time and change little."""

_POSITIONS_AT_ONCE = 4096

Norms = tuple[float, float]
"""The norm over a layer of the channels with a positive weight, and of those with a negative."""


@dataclass(frozen=True)
class Term:
    """The objective at one layer: its weight, the channels with theirs (none: all alike, at 1).

    `positions` is h*w of the whole layer; `norms` are needed by the objective "norm", `guide` of
    shape (q, C) by "guide".
    """

    objective: str
    weight: float
    channels: Mapping[int, float] = field(default_factory=dict)
    positions: int = 1
    norms: Norms = (0.0, 0.0)
    guide: Tensor | None = None

    def gradient(self, activation: Tensor) -> Tensor:
        """The objective's gradient at `activation`, (1, C, h, w), as a new tensor of that shape."""
        chosen = self._chosen(activation)
        match self.objective:
            case "l2":
                result = chosen * self._factors(chosen)
            case "norm":
                result = chosen * self._factors(chosen, self.norms)
            case "mean":
                count = self.positions * chosen.shape[1]
                result = torch.ones_like(chosen).mul_(self._factors(chosen, (count, count)))
            case _:
                result = self._best_matches(chosen) * self._factors(chosen)
        if not self.channels:
            return result
        everywhere = torch.zeros_like(activation)
        everywhere[:, list(self.channels)] = result
        return everywhere

    def squares(self, activation: Tensor) -> tuple[float, float]:
        """The weighted sums of the squared activations whose roots over the layer are `norms`."""
        sums = self._chosen(activation).float().square().sum(dim=(2, 3))  # (1, C)
        signed = sums * self._channel_weights(sums) if self._weighted else sums
        raised = scalars.read(scalars.total(signed.clamp_min(0)))
        lowers = any(weight < 0 for weight in self.channels.values())
        return raised, scalars.read(scalars.total(-signed.clamp_max(0))) if lowers else 0.0

    @property
    def _weighted(self) -> bool:
        return any(weight != 1 for weight in self.channels.values())

    def _chosen(self, activation: Tensor) -> Tensor:
        return activation[:, list(self.channels)] if self.channels else activation

    def _factors(self, like: Tensor, divisors: tuple[float, float] = (1.0, 1.0)) -> float | Tensor:
        """The weight with the channels' own, (1, C, 1, 1), over the divisor of a channel's sign."""
        plus, minus = (self.weight / divisor if divisor else 0.0 for divisor in divisors)
        if not self._weighted:
            return plus
        factors = [w * (plus if w > 0 else minus) for w in self.channels.values()]
        return torch.tensor(factors, dtype=like.dtype, device=like.device).view(1, -1, 1, 1)

    def _channel_weights(self, like: Tensor) -> Tensor:
        weights = list(self.channels.values())
        return torch.tensor(weights, dtype=like.dtype, device=like.device)

    def _best_matches(self, activation: Tensor) -> Tensor:
        """The guide's feature for each position, which fits its (1, C, h, w) activations best."""
        assert self.guide is not None
        guide = self.guide[:, list(self.channels)] if self.channels else self.guide
        guide = guide.to(activation.dtype)
        keys = guide * self._channel_weights(guide) if self._weighted else guide
        features = activation[0].flatten(1).T  # positions, C
        matches = torch.empty_like(features)
        for start in range(0, len(features), _POSITIONS_AT_ONCE):
            part = features[start : start + _POSITIONS_AT_ONCE]
            matches[start : start + _POSITIONS_AT_ONCE] = guide[(part @ keys.T).argmax(dim=1)]
        return matches.T.reshape(activation.shape)


def guide_features(activation: Tensor) -> Tensor:
    """Feature vectors (q, C) of a guide's activations (1, C, h, w), at most 4096, evenly spaced."""
    features = activation[0].flatten(1).T
    count = min(len(features), MAX_GUIDE_FEATURES)
    chosen = torch.linspace(0, len(features) - 1, count, dtype=torch.float64).round().long()
    return features[chosen.to(features.device)].contiguous()
