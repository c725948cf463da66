"""How much of an ascent step its convolutions would take in floating point, and the whole step."""

from __future__ import annotations

from collections.abc import Callable

import torch

from dreamcore import DreamSettings, allocator, ascent, devices, tiling, vgg, weights
from dreamcore.conditioning import condition
from dreamcore.layers import LAYERS
from dreamcore.objectives import Term
from dreamcore.pixels import Source
from measure import medians, show, tiled_photo

LAYER = "relu4_3"


def whole_step(network: vgg.Network, side: int) -> Callable[[], None]:
    """Gradient, smoothing and update of an image, as the dreamer does them."""
    settings = DreamSettings()
    pixels = Source.of(tiled_photo(side, side)).planes()
    gradient = torch.empty_like(pixels)
    tiler = tiling.Tiler(network, {LAYER: Term("l2", 1.0)}, "auto")  # keeps int8's scales

    def run() -> None:
        for _ in tiler.gradient(pixels, gradient, (11, -7)):
            pass
        for _ in condition(gradient, settings, 5):
            pass
        ascent.step(pixels, gradient, settings.step)

    return run


def convolutions_alone(network: vgg.Network, side: int) -> Callable[[], None]:
    """The same convolutions forward and backward on tensors of the right shapes, nothing else."""
    convolutions = [name for name in LAYERS if name.startswith("conv") and name <= "conv4_3"]
    inputs, work = 3, []
    for name in convolutions:
        layer = LAYERS[name]
        size = side // layer.stride
        x = torch.rand(1, inputs, size, size).to(network.dtype, memory_format=torch.channels_last)
        y = torch.rand(1, layer.channels, size, size)
        y = y.to(network.dtype, memory_format=torch.channels_last)
        work.append((network.kernels.of_numbers(name), x, y))
        inputs = layer.channels

    def run() -> None:
        for convolution, x, _ in work:
            convolution.forward(x, relu=True)
        for convolution, _, y in reversed(work):
            convolution.backward(y)

    return run


def main() -> None:
    """Prints the share of the convolutions for each size and precision."""
    allocator.reuse_large_blocks()
    cpu, source = torch.device("cpu"), weights.load()
    for name in dict.fromkeys((devices.choose_precision(cpu).name, "int8", "float32")):
        precision = devices.choose_precision(cpu, name)
        network = vgg.Network(source, cpu, precision.dtype, int8=precision.int8)
        for side in (512, 1024):
            times = medians(
                7 if side == 512 else 5,
                step=whole_step(network, side),
                convolutions=convolutions_alone(network, side),
            )
            label = f"{LAYER}, {side} x {side}, {name}"
            share = times["convolutions"] / times["step"]
            show(f"seconds a step, {label}", f"{times['step']:.3f}")
            show(f"convolutions' share of a step, {label}", f"{share:.1%}", "target 75 %")


if __name__ == "__main__":
    main()
