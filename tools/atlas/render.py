"""Draws the atlas' pictures into a folder of parts; what is there already is not drawn again.

python tools/atlas/render.py PARTS [--layers relu4_3,relu5_1]
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import torch
from visualization import RELUS, visualize

from dreamcore import allocator, weights
from dreamcore.devices import choose_precision
from dreamcore.layers import LAYERS
from dreamcore.vgg import Network

BATCH = 16
ORDER = [f"relu{n}" for n in ("4_3", "5_1", "4_1", "4_2", "5_2", "5_3", "3_3", "3_1", "3_2")]
"""The layers that are used most come first."""


def main() -> None:
    """Draws what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", type=Path)
    rest = [name for name in RELUS if name not in ORDER]
    parser.add_argument("--layers", type=lambda text: text.split(","), default=ORDER + rest)
    arguments = parser.parse_args()
    arguments.parts.mkdir(parents=True, exist_ok=True)
    allocator.reuse_large_blocks()
    cpu = torch.device("cpu")
    network = Network(weights.load(), cpu, choose_precision(cpu).dtype, winograd=False)
    for layer in arguments.layers:
        for first in range(0, LAYERS[layer].channels, BATCH):
            part = arguments.parts / f"{layer}-{first:03}.npz"
            if not part.exists():
                draw(network, layer, first, part)


def draw(network: Network, layer: str, first: int, part: Path) -> None:
    """Draws a batch of channels and writes `pictures` (n, h, w, 3) uint8 and `activations` (n,)."""
    channels = list(range(first, first + BATCH))
    pictures, activations = visualize(network, layer, channels, seed=first)
    pixels = (pictures * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    unfinished = part.with_suffix(".tmp.npz")
    np.savez(unfinished, pictures=pixels, activations=activations.numpy())
    os.replace(unfinished, part)
    print(layer, first, flush=True)


if __name__ == "__main__":
    main()
