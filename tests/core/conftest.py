"""Real weights, real photographs and torchvision's own VGG16 for the engine's tests."""

from __future__ import annotations

import functools
from importlib.resources import files

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from torch import nn

from dreamcore import Dreamer, Execution, weights

CONVOLUTION_INDICES = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)


def load_photo(name: str) -> np.ndarray:
    with Image.open(str(files("dreamcore") / "data" / "photos" / name)) as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.fixture(scope="session")
def coffee() -> np.ndarray:
    return load_photo("coffee.png")


@pytest.fixture(scope="session")
def cat() -> np.ndarray:
    return load_photo("chelsea.png")


@pytest.fixture(scope="session")
def dreamer_with():
    """The engine that computes as told: `dreamer_with(precision="float32", tile=128)`."""

    @functools.cache
    def warm(**execution):
        return Dreamer(execution=Execution(**execution))

    return warm


class Reference(nn.Module):
    """torchvision's VGG16 features with our weights and normalisation, for plain autograd."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        source = weights.load()
        state = {}
        for index, (weight, bias) in zip(
            CONVOLUTION_INDICES, source.convolutions.values(), strict=True
        ):
            state |= {f"{index}.weight": weight, f"{index}.bias": bias}
        features = torchvision.models.vgg16().features
        for module in features:
            if isinstance(module, nn.ReLU):
                module.inplace = False
        features.load_state_dict(state)
        self.features = features.to(dtype).requires_grad_(False)
        self.mean = torch.tensor(source.mean, dtype=dtype).view(1, 3, 1, 1)
        self.std = torch.tensor(source.std, dtype=dtype).view(1, 3, 1, 1)

    def forward(self, image: torch.Tensor, deepest: int) -> list[torch.Tensor]:
        """Activations of the first `deepest` layers for (1, 3, H, W) in [0, 1]."""
        x, found = (image - self.mean) / self.std, []
        for module in self.features[:deepest]:
            x = module(x)
            found.append(x)
        return found


@pytest.fixture(scope="session")
def reference() -> Reference:
    return Reference(torch.float32)


@pytest.fixture(scope="session")
def exact_reference() -> Reference:
    return Reference(torch.float64)
