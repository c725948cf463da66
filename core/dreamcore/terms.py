"""What is raised for one picture: the settings' objective, with what guide and picture add to it.

A guide's features and the channels that respond to a picture are found here, once for a dream, on
pictures small enough for the network to see them whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from torch import Tensor

from dreamcore import octaves
from dreamcore.errors import ImageError
from dreamcore.objectives import Term, guide_features
from dreamcore.pixels import Image, Source, check_image, padded
from dreamcore.settings import DreamSettings
from dreamcore.vgg import Network

GUIDE_SIDE = 512
"""A guide, and a picture whose channels are compared, is shrunk to this many pixels at most."""

RANKED = ("strongest", "weakest", "average")
"""The modes in which the picture decides which channels count."""


def terms_for(
    network: Network,
    settings: DreamSettings,
    image: Image,
    mask: Image | None = None,
    guide: Image | None = None,
) -> dict[str, Term]:
    """The objective at every layer that the settings use at some octave, with the weight 1.

    Raises:
        ImageError: the guide can't be used.
    """
    if (guide is None) is (settings.objective == "guide"):
        raise ImageError(
            f"The objective is {settings.objective} and "
            + ("no guide image was given." if guide is None else "a guide image was given."),
            "A guide image and the objective guide go together.",
            "guide",
        )
    features: dict[str, Tensor] = {}
    if guide is not None:
        seen = _activations(network, settings, check_image(guide, "guide"))
        features = {name: guide_features(activation) for name, activation in seen.items()}
    channels = _channels(network, settings, image, mask)
    return {
        name: Term(settings.objective, 1.0, channels[name], guide=features.get(name))
        for name in settings.every_layer
    }


def weighted(terms: Mapping[str, Term], layers: Mapping[str, float]) -> dict[str, Term]:
    """The terms of these layers, with their weights."""
    return {name: replace(terms[name], weight=weight) for name, weight in layers.items()}


def _channels(
    network: Network, settings: DreamSettings, image: Image, mask: Image | None
) -> dict[str, Mapping[int, float]]:
    """The channels that count at every layer, with their weights; empty means all alike."""
    if settings.channel_mode == "all":
        return {name: {} for name in settings.every_layer}
    chosen = {name: settings.channels_of(name) for name in settings.every_layer}
    if settings.channel_mode in RANKED:
        seen = _activations(network, settings, _masked(image, mask))
        for name, activation in seen.items():
            chosen[name] = _ranked(activation, chosen[name], settings)
    return chosen


def _ranked(
    activation: Tensor, among: Mapping[int, float], settings: DreamSettings
) -> Mapping[int, float]:
    """The channels that respond as the mode says, by their mean activation.

    Those of which the picture has nothing at all are left out: nothing of theirs can be raised.
    """
    strengths = activation[0].float().mean(dim=(1, 2)).tolist()
    weights = among or dict.fromkeys(range(len(strengths)), 1.0)
    alive = [channel for channel in weights if strengths[channel] != 0] or list(weights)
    middle = sum(strengths[channel] for channel in alive) / len(alive)
    orders = {
        "strongest": lambda channel: -strengths[channel],
        "weakest": lambda channel: strengths[channel],
        "average": lambda channel: abs(strengths[channel] - middle),
    }
    taken = sorted(alive, key=orders[settings.channel_mode])[: settings.channel_count]
    return {channel: weights[channel] for channel in sorted(taken)}


def _activations(network: Network, settings: DreamSettings, image: Image) -> dict[str, Tensor]:
    pixels = _fit(Source.of(image).planes())
    pixels = padded(pixels, octaves.least_side(settings)).to(network.device)
    return network.forward(pixels[None], settings.every_layer).activations


def _masked(image: Image, mask: Image | None) -> Image:
    """The rectangle of the image where the mask isn't 0."""
    if mask is None or not mask.any():
        return image
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit(image: Tensor) -> Tensor:
    height, width = image.shape[1:]
    factor = min(1.0, GUIDE_SIDE / max(height, width))
    return octaves.resize(image, (max(1, round(height * factor)), max(1, round(width * factor))))
