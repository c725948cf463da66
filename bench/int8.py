"""What int8 saves: whole dreams against the direct bfloat16 convolutions alone, and a sketch.

    python bench/int8.py [operations | one-thread]

`one-thread` shows processor time on one thread, for machines that are busy. `operations` counts
what a step starts, for GPUs, where starting is what small octaves cost.
"""

from __future__ import annotations

import collections
import functools
import sys
from collections.abc import Callable

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from dreamcore import (
    Dreamer,
    DreamSettings,
    Execution,
    allocator,
    ascent,
    octaves,
    smoothing,
    tiling,
    vgg,
)
from dreamcore import weights as sources
from dreamcore.conditioning import condition
from dreamcore.layers import LAYERS
from dreamcore.objectives import Term
from dreamcore.pixels import Source
from measure import least_on_one_thread, medians, photo, show, tiled_photo

LAYER = "relu4_3"
TARGETS = {"auto": "target 0.70", "int8": "target 0.55"}
SKETCH = DreamSettings(octaves=3, iterations=4)


def dream(
    dreamer: Dreamer, image: np.ndarray, settings: DreamSettings, sketch: bool = False
) -> None:
    """Dreams to the end."""
    for _ in dreamer.dream(image, settings, sketch=sketch):
        pass


def direct_convolutions(height: int, width: int, settings: DreamSettings) -> Callable[[], None]:
    """Only the direct bfloat16 convolutions of a dream, forward and backward, at every octave."""
    cpu, dtype = torch.device("cpu"), torch.bfloat16
    network = vgg.Network(sources.load(), cpu, dtype, winograd=False)
    work = []
    for size in octaves.sizes((height, width), settings):
        inputs = 3
        for name in (n for n in LAYERS if n.startswith("conv") and n <= "conv4_3"):
            rows, columns = (length // LAYERS[name].stride for length in size)
            layout = {"dtype": dtype, "memory_format": torch.channels_last}
            x = torch.rand(1, inputs, rows, columns).to(**layout)
            y = torch.rand(1, LAYERS[name].channels, rows, columns).to(**layout)
            work.append((network.kernels.of_numbers(name), x, y))
            inputs = LAYERS[name].channels

    def run() -> None:
        for _ in range(settings.iterations):
            for convolution, x, _ in work:
                convolution.forward(x, relu=True)
            for convolution, _, y in reversed(work):
                convolution.backward(y)

    return run


class Counter(TorchDispatchMode):
    """Counts operations that compute something, by name; views and room for results are free."""

    def __init__(self) -> None:
        super().__init__()
        self.names: collections.Counter[str] = collections.Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        if not func.is_view and "empty" not in str(func):
            self.names[str(func)] += 1
        return func(*args, **(kwargs or {}))


def count_operations() -> None:
    """Prints what a step starts on the path that GPUs take: public operators, whole images."""
    settings, rows = DreamSettings(), smoothing._STRIP_ROWS.pop("cpu")
    network = vgg.Network(sources.load(), torch.device("cpu"), torch.float32, fused=False)
    network.strip_pixels = vgg.WIDE_STRIP_PIXELS
    pixels = Source.of(tiled_photo(256, 256)).planes()
    gradient = torch.empty_like(pixels)
    parts = {
        "gradient": lambda: [
            *tiling.Tiler(network, {LAYER: Term("l2", 1.0)}, "off").gradient(pixels, gradient)
        ],
        "smoothing": lambda: [*condition(gradient, settings, 5)],
        "  its Gaussians, on the CPU": lambda: smoothing.gaussian_bands(
            smoothing.cascade_sigmas(settings.smoothing, 5, settings.iterations), gradient
        ),
        "step": lambda: ascent.step(pixels, gradient, settings.step),
    }
    for name, part in parts.items():
        part()  # lays the kernels out
        with Counter() as counter:
            part()
        most = ", ".join(f"{op} {n}" for op, n in counter.names.most_common(4))
        show(f"operations of a step at 256 x 256: {name}", str(counter.names.total()), most)
    smoothing._STRIP_ROWS["cpu"] = rows


def main() -> None:
    """Prints the goals' figures."""
    allocator.reuse_large_blocks()
    count_operations()
    if sys.argv[1:] == ["operations"]:
        return
    timed = least_on_one_thread if sys.argv[1:] == ["one-thread"] else medians
    image, settings = photo(), DreamSettings(octaves=4, octave_scale=1.8, iterations=10)
    dreamers = {
        name: Dreamer(execution=Execution(precision=name)) for name in ("bfloat16", "auto", "int8")
    }
    alone = direct_convolutions(image.shape[0], image.shape[1], settings)
    runs = {name: functools.partial(dream, one, image, settings) for name, one in dreamers.items()}
    times = timed(2, alone=alone, **runs)
    show("direct bfloat16 convolutions of a whole dream alone: seconds", f"{times['alone']:.2f}")
    for name, one in dreamers.items():
        ratio = times[name] / times["alone"]
        show(f"whole dream in {name} ({one.precision}): seconds", f"{times[name]:.2f}")
        show("  against these convolutions", f"{ratio:.2f}", TARGETS.get(name, ""))
    square = tiled_photo(512, 512)
    runs = {
        name: functools.partial(dream, one, square, SKETCH, sketch=True)
        for name, one in dreamers.items()
    }
    for name, seconds in timed(3, **runs).items():
        how = f"{name} ({dreamers[name].sketch_precision})"
        show(f"sketch, 512 x 512, 3 octaves x 4, {how}: seconds", f"{seconds:.2f}", "target 0.6")


if __name__ == "__main__":
    main()
