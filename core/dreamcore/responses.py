"""Which channels respond to an image, compared with what they do on photographs in general.

A channel's response is its mean activation over what is looked at. Its strength is how many
standard deviations that lies above its mean over parts of photographs; both come with the weights,
made by `tools/atlas/measure.py`. Knows no pictures of channels.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import torch
from safetensors.torch import load_file
from torch import Tensor

from dreamcore import octaves
from dreamcore.layers import LAYERS
from dreamcore.pixels import Image, Region, Source, grown, mask_plane, masked_region, padded
from dreamcore.vgg import Network

SIDE = 512
"""What is looked at is shrunk until its longer side has at most this many pixels."""

SURROUNDINGS = 0.25
"""Share of a masked region's longer side that is seen around it."""

INSPECTED = tuple(name for name in LAYERS if name.startswith(("relu3", "relu4", "relu5")))
"""The layers that are compared unless one is named; shallower ones see edges and colours only."""

STATISTICS = "responses.safetensors"

_LEAST_DEVIATION = 0.5
"""Of a layer's median deviation, for channels that hardly ever respond to anything."""


@dataclass(frozen=True)
class Response:
    """A channel and its strength: deviations above its mean over photographs."""

    layer: str
    channel: int
    strength: float


def strongest(
    network: Network, image: Image, mask: Image | None, layers: Collection[str], count: int
) -> list[Response]:
    """The `count` channels of the layers that respond most, strongest first.

    Args:
        network: the network, in any precision.
        image: H x W x {1, 2, 3, 4}.
        mask: H x W; its values weigh the positions. None, or nothing but zeros: everywhere alike.
        layers: names of ReLUs.
        count: how many channels at most.
    """
    pixels, weight = _seen(image, mask)
    least = max(LAYERS[name].stride for name in layers)
    pixels = padded(pixels, least).to(network.device)
    weight = padded(weight[None], least)[0].to(network.device)
    activations = network.forward(pixels[None], layers).activations
    found: list[Response] = []
    for name in sorted(layers, key=list(LAYERS).index):
        strengths = _strengths(name, _means(activations[name], weight))
        values, channels = strengths.topk(min(count, len(strengths)))
        pairs = zip(channels.tolist(), values.tolist(), strict=True)
        found += [Response(name, channel, value) for channel, value in pairs]
    return sorted(found, key=lambda response: -response.strength)[:count]


def _seen(image: Image, mask: Image | None) -> tuple[Tensor, Tensor]:
    """The masked region with its surroundings, (3, h, w), and the mask there, (h, w)."""
    region = None if mask is None else masked_region(mask)
    if region is None or mask is None:
        region, mask = Region(0, 0, *image.shape[:2]), None
    else:
        margin = round(SURROUNDINGS * max(region.height, region.width))
        region = grown(region, margin, image.shape[:2])
    step = max(1, max(region.height, region.width) // (4 * SIDE))  # a canvas is thinned first
    pixels = Source.of(image[region.slices]).thinned(step).planes()
    height, width = pixels.shape[1:]
    weight = torch.ones(height, width)
    if mask is not None:
        weight = mask_plane(mask[region.slices][::step, ::step])
    shrink = min(1.0, SIDE / max(height, width))
    size = max(1, round(height * shrink)), max(1, round(width * shrink))
    return octaves.resize(pixels, size), octaves.resize(weight[None], size)[0].clamp_(0, 1)


def _means(activation: Tensor, weight: Tensor) -> Tensor:
    """Each channel's mean, (C,), of an activation (1, C, h, w) weighed by a mask (H, W)."""
    size = activation.shape[2], activation.shape[3]
    shares = torch.nn.functional.adaptive_avg_pool2d(weight[None, None], size)[0, 0]
    total = shares.sum()
    if total == 0:  # smaller than a position of this layer, and between two of them
        shares, total = torch.ones_like(shares), shares.new_tensor(float(shares.numel()))
    return (activation[0].float() * shares).sum(dim=(1, 2)).div_(total).cpu()


def _strengths(layer: str, means: Tensor) -> Tensor:
    statistics = _statistics()
    deviation = statistics[f"{layer}.deviation"]
    deviation = deviation.clamp_min(_LEAST_DEVIATION * deviation.median())
    return (means - statistics[f"{layer}.mean"]) / deviation


@cache
def _statistics() -> dict[str, Tensor]:
    with as_file(files("dreamcore") / "data" / STATISTICS) as path:
        return load_file(path)
