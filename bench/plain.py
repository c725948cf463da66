"""DeepDream the way most repositories write it: float32, contiguous tensors, autograd.

What the engine is compared with. `frozen` decides whether the network's weights require gradients;
many repositories leave that on, though nothing uses those gradients.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn

from dreamcore import weights

LAST = 23
"""Modules of torchvision's VGG16 features up to relu4_3."""


def network(frozen: bool) -> nn.Sequential:
    """VGG16 to relu4_3 with the bundled weights."""
    indices = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
    state = {}
    for index, (weight, bias) in zip(indices, weights.load().convolutions.values(), strict=True):
        state |= {f"{index}.weight": weight, f"{index}.bias": bias}
    features = torchvision.models.vgg16().features
    features.load_state_dict(state)
    return features[:LAST].float().requires_grad_(not frozen)


def step(model: nn.Sequential, x: Tensor, amount: float) -> Tensor:
    """One step of ascent on (1, 3, h, w) in the network's input scale."""
    x = x.detach().requires_grad_(True)
    activation = model(x)
    activation.backward(activation.detach())
    assert x.grad is not None
    model.zero_grad()
    return (x + amount * x.grad / x.grad.abs().mean()).detach()


def dream(
    image: np.ndarray, model: nn.Sequential, octaves: int, scale: float, iterations: int
) -> np.ndarray:
    """Octaves with detail, as in google's notebook; H x W x 3 uint8 in and out."""
    mean = torch.tensor([0.48235, 0.45882, 0.40784]).view(1, 3, 1, 1)
    base = (torch.tensor(image).permute(2, 0, 1)[None] / 255 - mean) * 255
    bases = [base]
    for _ in range(octaves - 1):
        bases.append(F.interpolate(bases[-1], scale_factor=1 / scale, mode="bilinear"))
    detail = torch.zeros_like(bases[-1])
    for octave in reversed(bases):
        detail = F.interpolate(detail, size=octave.shape[2:], mode="bilinear")
        x = octave + detail
        for _ in range(iterations):
            shift = torch.randint(-32, 33, (2,)).tolist()
            x = torch.roll(x, shift, (2, 3))
            x = step(model, x, 1.5)
            x = torch.roll(x, [-s for s in shift], (2, 3))
        detail = x - octave
    return ((x / 255 + mean) * 255).clamp(0, 255).round()[0].permute(1, 2, 0).byte().numpy()
