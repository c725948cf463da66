"""Measures what every channel does on photographs: the bundled ones, whole and in parts.

    python tools/atlas/measure.py

Each photograph is looked at in three sizes, whole and in windows of half and a third of its sides.
All photographs count alike, and so do the windows of a size together.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor
from visualization import RELUS

from dreamcore import octaves, weights
from dreamcore.pixels import Source
from dreamcore.responses import STATISTICS
from dreamcore.vgg import Network

SIDES = (512, 362, 256)
PARTS = (1, 2, 3)
OUT = Path(__file__).parents[2] / "core" / "dreamcore" / "data" / STATISTICS


def main() -> None:
    """Writes the statistics into the engine's data."""
    network = Network(weights.load(), torch.device("cpu"), torch.float32)
    sums = {name: torch.zeros(3) for name in RELUS}
    for path in sorted((files("dreamcore") / "data" / "photos").iterdir(), key=str):
        if path.name.endswith((".png", ".jpg")):
            for side in SIDES:
                add(network, fitted(path, side), sums)
    result = {}
    for name, (count, total, squares) in ((n, s.unbind(0)) for n, s in sums.items()):
        mean = total / count
        deviation = (squares / count - mean.square()).clamp_min(0).sqrt()
        result |= {f"{name}.mean": mean.contiguous(), f"{name}.deviation": deviation.contiguous()}
    save_file(result, OUT)
    OUT.chmod(0o644)


def fitted(path: object, side: int) -> Tensor:
    """The photograph, (3, h, w), its longer side at most `side`."""
    with Image.open(str(path)) as picture:
        pixels = Source.of(np.asarray(picture.convert("RGB"))).planes()
    shrink = min(1.0, side / max(pixels.shape[1:]))
    return octaves.resize(pixels, tuple(round(n * shrink) for n in pixels.shape[1:]))


def add(network: Network, pixels: Tensor, sums: dict[str, Tensor]) -> None:
    """Adds to each layer's sums: weights, weighted means and their squares, (3, C)."""
    for name, activation in network.forward(pixels[None], RELUS).activations.items():
        found = list(windows(activation[0].float()))
        means = torch.stack([mean for _, mean in found])
        weight = torch.tensor([weight for weight, _ in found])[:, None].expand_as(means)
        stacked = torch.stack([weight, weight * means, weight * means.square()])
        sums[name] = sums[name] + stacked.sum(1) if sums[name].ndim > 1 else stacked.sum(1)


def windows(activation: Tensor) -> Iterator[tuple[float, Tensor]]:
    """The weight and the mean (C,) of each window of (C, h, w); neighbours overlap by half."""
    for parts in PARTS:
        height, width = (max(1, n // parts) for n in activation.shape[1:])
        count = 2 * parts - 1
        for row in range(count):
            for column in range(count):
                top = (activation.shape[1] - height) * row // max(1, count - 1)
                left = (activation.shape[2] - width) * column // max(1, count - 1)
                window = activation[:, top : top + height, left : left + width]
                yield 1 / count**2, window.mean(dim=(1, 2))


if __name__ == "__main__":
    main()
