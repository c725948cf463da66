"""The network takes several images of one size at a time, each by itself."""

from __future__ import annotations

import pytest
import torch

from dreamcore import weights
from dreamcore.vgg import Network


@pytest.mark.parametrize("layer", ["relu1_2", "pool2", "relu4_3", "relu5_1"])
@pytest.mark.parametrize("size", [(64, 48), (53, 71)])
def test_each_image_has_its_own_gradient(layer: str, size: tuple[int, int]) -> None:
    network = Network(weights.load(), torch.device("cpu"), torch.float32)
    images = torch.rand(3, 3, *size, generator=torch.Generator().manual_seed(1))

    def gradient(batch: torch.Tensor) -> torch.Tensor:
        trace = network.forward(batch, [layer])
        return network.backward(trace, {layer: trace.activations[layer].clone()})

    alone = torch.cat([gradient(images[i : i + 1]) for i in range(3)])
    assert (gradient(images) - alone).norm() < 1e-4 * alone.norm()
