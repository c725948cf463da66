"""Factors that bring a layer's channels nearer to one size, so that one scale suits all of them.

A ReLU and a max pool let a positive factor through. So a channel may be divided by one in the
weights of its convolution, and multiplied by it in those of the next, without changing the network
(Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction, 2019). Ours
come from how large the channels become on photographs, measured once for the bundled weights by
`tools/equalisation.py`; other weights are used as they are.
"""

from __future__ import annotations

from importlib.resources import as_file, files

from safetensors.torch import load_file
from torch import Tensor

from dreamcore.bundled import BUNDLED
from dreamcore.weights import Weights

FILE = "channel_maxima.safetensors"
EXPONENT = 0.5
"""1 would make all channels equally large, and the next layer's weights very unequal."""
LEAST = 0.05
"""Channels smaller than this share of the largest are treated as if they were that large."""


def factors(weights: Weights) -> dict[str, Tensor]:
    """What each convolution's output channels are divided by, (out,); none for unknown weights."""
    if weights.source != BUNDLED:
        return {}
    with as_file(files("dreamcore") / "data" / FILE) as path:
        maxima = load_file(path)
    return {
        name: (largest.float() / largest.max()).clamp_min(LEAST) ** EXPONENT
        for name, largest in maxima.items()
    }
