"""The 31 layers of VGG16's feature extractor as a table: names, strides, receptive fields.

Pure arithmetic on the architecture of Simonyan and Zisserman (arXiv:1409.1556, configuration D);
no tensors, so that settings and region maths can use it without loading a network.
"""

from __future__ import annotations

from dataclasses import dataclass

BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Output channels of the 3x3 convolutions in each block; every block ends in 2x2 max pooling."""


@dataclass(frozen=True)
class Layer:
    """One layer: its kind ("conv", "relu" or "pool") and geometry relative to the input.

    `stride` and `receptive_field` are in input pixels. `halo` is the half receptive field rounded
    up to the stride: how far a position's gradient reaches into the input. `multiply_adds` is what
    the network costs up to here, per input pixel, in its convolutions.
    """

    name: str
    kind: str
    channels: int
    stride: int
    receptive_field: int
    multiply_adds: float

    @property
    def convolution(self) -> str:
        """The convolution that this layer is, or whose output it hands on."""
        block = int(self.name.removeprefix(self.kind)[0])
        if self.kind == "pool":
            return f"conv{block}_{len(BLOCKS[block - 1])}"
        return self.name.replace("relu", "conv")

    @property
    def halo(self) -> int:
        """Half the receptive field, rounded up to a multiple of the stride, in input pixels."""
        return -(-(self.receptive_field // 2) // self.stride) * self.stride


def _table() -> dict[str, Layer]:
    layers: list[Layer] = []
    stride, field, below, cost = 1, 1, 3, 0.0
    for block, convolutions in enumerate(BLOCKS, start=1):
        for index, channels in enumerate(convolutions, start=1):
            field += 2 * stride
            cost += 9 * below * channels / stride**2
            below = channels
            geometry = channels, stride, field, cost
            layers.append(Layer(f"conv{block}_{index}", "conv", *geometry))
            layers.append(Layer(f"relu{block}_{index}", "relu", *geometry))
        field += stride
        stride *= 2
        layers.append(Layer(f"pool{block}", "pool", convolutions[-1], stride, field, cost))
    return {layer.name: layer for layer in layers}


LAYERS = _table()
"""Every layer of VGG16's features by name, from the image to pool5."""

MOST_CHANNELS = max(layer.channels for layer in LAYERS.values())
"""Channels of the layers that have the most."""

CONVOLUTIONS = [name for name, layer in LAYERS.items() if layer.kind == "conv"]
"""The names of the convolutions in order."""
