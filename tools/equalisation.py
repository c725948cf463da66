"""Measures how large each channel of the bundled network becomes on the bundled photographs.

    python tools/equalisation.py

Writes core/dreamcore/data/channel_maxima.safetensors, from which `dreamcore.equalisation` works.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

from dreamcore import vgg, weights
from dreamcore.equalisation import FILE
from dreamcore.layers import CONVOLUTIONS

DATA = Path(__file__).parents[1] / "core" / "dreamcore" / "data"
SIDE = 224
PHOTOS = ("chelsea.png", "coffee.png", "hubble_deep_field.jpg", "rocket.jpg")


def main() -> None:
    """Runs the network in float32 and keeps the largest activation of every channel."""
    network = vgg.Network(weights.load(), torch.device("cpu"), torch.float32)
    names = [name.replace("conv", "relu") for name in CONVOLUTIONS]
    largest: dict[str, torch.Tensor] = {}
    for photo in PHOTOS:
        with Image.open(DATA / "photos" / photo) as picture:
            small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        pixels = torch.from_numpy(np.asarray(small).copy()).permute(2, 0, 1)[None].float() / 255
        activations = network.forward(pixels, names).activations
        for convolution, name in zip(CONVOLUTIONS, names, strict=True):
            maxima = activations[name].amax(dim=(0, 2, 3))
            largest[convolution] = torch.maximum(largest.get(convolution, maxima), maxima)
    save_file({name: maxima.half() for name, maxima in largest.items()}, DATA / FILE)


if __name__ == "__main__":
    main()
