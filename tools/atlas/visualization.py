"""Pictures of what channels of VGG16 respond to most: feature visualisation, many in a batch.

Each picture is found by gradient ascent on the mean of one channel, from coloured noise, as in
Olah, Mordvintsev and Schubert, Feature Visualization (Distill, 2017): what is changed are the
coefficients of the picture's Fourier transform, in which low and high frequencies weigh alike, and
colours without the correlation that they have in photographs. The first steps are taken on smaller
pictures made of the same low frequencies, as octaves are. A Fourier series goes on beyond the
picture's edges without a seam, so before each step the network sees it shifted around by any
distance.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dreamcore.layers import LAYERS
from dreamcore.vgg import Network

SIZES = {1: 48, 2: 48, 3: 80, 4: 96, 5: 112}
"""Pixels on a side of a picture, by block of the network."""

STEPS = ((0.5, 16), (0.75, 12), (1.0, 12))
"""Steps at each share of the full size."""

RATE, LAST_RATE = 0.1, 0.03
"""Adam's step in the coefficients, at the first and the last step."""

_NOISE, _CONTRAST, _GRID = 0.01, 0.25, 8

_COLOURS = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
"""The square root of the covariance of RGB in photographs, as the lucid library has it."""


class FourierPictures:
    """Pictures given by what their Fourier coefficients are, at any size up to their own."""

    def __init__(self, count: int, size: int, seed: int) -> None:
        self.size = size
        generator = torch.Generator().manual_seed(seed)
        shape = (count, 3, size, size // 2 + 1, 2)
        self.coefficients = torch.randn(shape, generator=generator).mul_(_NOISE).requires_grad_()
        rows = torch.fft.fftfreq(size, 1 / size)[:, None]
        columns = torch.fft.rfftfreq(size, 1 / size)[None]
        self._scale = _CONTRAST / torch.hypot(rows, columns).clamp_min(1)
        self._colours = _COLOURS / _COLOURS.norm(dim=0).max()

    def at(self, size: int) -> Tensor:
        """(n, 3, size, size) in [0, 1]."""
        spectrum = torch.view_as_complex(self.coefficients) * self._scale
        half = size // 2
        if size < self.size:
            low = spectrum[:, :, :half, : half + 1], spectrum[:, :, -half:, : half + 1]
            spectrum = torch.cat(low, dim=2)
        planes = torch.fft.irfft2(spectrum, s=(size, size), norm="forward")
        return torch.einsum("nchw,dc->ndhw", planes, self._colours).sigmoid()


def visualize(
    network: Network, layer: str, channels: list[int], seed: int
) -> tuple[Tensor, Tensor]:
    """Pictures (n, 3, size, size) in [0, 1] of these channels, and each one's mean activation.

    Args:
        layer: the name of a ReLU. Its input is raised, which has a gradient where it is negative.
        channels: one for each picture.
        seed: chooses the noise and the shifts.
    """
    raised, index = layer.replace("relu", "conv"), torch.tensor(channels)
    pictures = FourierPictures(len(channels), SIZES[block_of(layer)], seed)
    optimizer = torch.optim.Adam([pictures.coefficients], lr=RATE)
    generator = torch.Generator().manual_seed(seed)
    sizes = [round(pictures.size * share / _GRID) * _GRID for share, n in STEPS for _ in range(n)]
    for step, size in enumerate(sizes):
        optimizer.param_groups[0]["lr"] = RATE + (LAST_RATE - RATE) * step / len(sizes)
        picture = pictures.at(size)
        shift = torch.randint(size, (2,), generator=generator).tolist()
        gradient, _ = _gradient(network, picture.detach().roll(shift, (2, 3)), raised, index)
        gradient /= gradient.flatten(1).norm(dim=1).clamp_min(1e-20).view(-1, 1, 1, 1)
        optimizer.zero_grad()
        picture.backward(-gradient.roll([-s for s in shift], (2, 3)))
        optimizer.step()
    final = pictures.at(pictures.size).detach()
    activation = network.forward(final, [layer]).activations[layer]
    return final, activation[torch.arange(len(index)), index].float().mean(dim=(1, 2))


def block_of(layer: str) -> int:
    """The block of the network that a layer belongs to, from 1."""
    return int(layer.removeprefix("relu")[0])


def _gradient(
    network: Network, pictures: Tensor, layer: str, channels: Tensor
) -> tuple[Tensor, Tensor]:
    """The gradient of each picture's own channel's mean, (n, 3, h, w), and those means."""
    trace = network.forward(pictures, [layer])
    activation = trace.activations[layer]
    own = torch.arange(len(channels)), channels
    means = activation[own].float().mean(dim=(1, 2))
    gradient = torch.zeros_like(activation)
    gradient[own] = 1.0
    return network.backward(trace, {layer: gradient}), means


RELUS = [name for name, layer in LAYERS.items() if layer.kind == "relu"]
"""The layers that the atlas shows."""
