"""Where VGG16's convolution weights come from: the bundled file, torchvision, or the user's own.

Every source carries the mean and std that its network was trained with. Files are only ever read
as tensors; code inside a pickle is never run. Nothing here knows devices or precisions.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors
import torch
from safetensors.torch import load_file
from torch import Tensor

from dreamcore import bundled
from dreamcore.bundled import BUNDLED, TORCHVISION
from dreamcore.errors import WeightsError
from dreamcore.layers import LAYERS

CAFFE_MEAN, CAFFE_STD = (0.48235, 0.45882, 0.40784), (1 / 255, 1 / 255, 1 / 255)
"""Normalisation of the original network, whose input was 8-bit values less their mean."""
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Normalisation of torchvision's own training runs."""

_USE_BUNDLED = f"Use the weights that come with the program ({BUNDLED!r}), which need no network."
_CONVOLUTIONS = [name for name, layer in LAYERS.items() if layer.kind == "conv"]
_INDICES = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)


@dataclass(frozen=True)
class Weights:
    """VGG16's convolutions by layer name: weight (out, in, 3, 3) and bias (out), any float type.

    `mean` and `std` are per RGB channel, for pixels in [0, 1].
    """

    source: str
    convolutions: Mapping[str, tuple[Tensor, Tensor]]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


def load(source: str | Path = BUNDLED) -> Weights:
    """The weights named by `source`: "bundled", a name in `TORCHVISION`, or a path.

    Raises:
        WeightsError: the file is missing, damaged, holds code, or isn't a VGG16.
    """
    if source == BUNDLED:
        return _bundled()
    if source in TORCHVISION:
        return _from_torchvision(str(source))
    return _from_file(Path(source))


def _bundled() -> Weights:
    if not bundled.is_intact():
        raise WeightsError(
            f"The bundled weights {bundled.FILE} are missing or damaged.",
            "Install dreambridge again.",
        )
    with bundled.path() as path:
        return Weights(BUNDLED, _convolutions(load_file(path), BUNDLED), CAFFE_MEAN, CAFFE_STD)


def _from_torchvision(name: str) -> Weights:
    from torchvision.models import VGG16_Weights

    entry = VGG16_Weights[name]
    try:
        state = entry.get_state_dict(progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:  # no network, or a damaged download
        raise WeightsError(
            f"torchvision could not download {name}: {error}.", _USE_BUNDLED
        ) from error
    caffe = name == "IMAGENET1K_FEATURES"
    mean, std = (CAFFE_MEAN, CAFFE_STD) if caffe else (IMAGENET_MEAN, IMAGENET_STD)
    return Weights(name, _convolutions(state, name), mean, std)


def _from_file(path: Path) -> Weights:
    if not path.is_file():
        raise WeightsError(f"There is no weights file {path}.", _USE_BUNDLED)
    try:
        state = load_file(path) if path.suffix == ".safetensors" else _load_pickle(path)
    except (safetensors.SafetensorError, OSError, RuntimeError, EOFError, ValueError) as error:
        raise WeightsError(f"The weights file {path} can't be read: {error}.") from error
    convolutions = _convolutions(state, str(path))
    mean, std = _normalisation(path, convolutions)
    return Weights(str(path), convolutions, mean, std)


def _load_pickle(path: Path) -> Mapping[str, Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"The weights file {path} holds more than tensors and was not loaded.",
            "Save its state_dict with safetensors and use that file.",
        ) from error
    if not isinstance(state, Mapping):
        raise WeightsError(f"The weights file {path} holds no state_dict.")
    return state


def _normalisation(
    path: Path, convolutions: Mapping[str, tuple[Tensor, Tensor]]
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Mean and std of a user's file: its own metadata, else by which training run it stems from."""
    if path.suffix == ".safetensors":
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        if "mean" in metadata and "std" in metadata:
            return _triple(path, metadata["mean"]), _triple(path, metadata["std"])
    first = convolutions["conv1_1"][0].float()
    original = _bundled().convolutions["conv1_1"][0].float()
    if (first - original).norm() < 0.01 * original.norm():
        return CAFFE_MEAN, CAFFE_STD
    return IMAGENET_MEAN, IMAGENET_STD


def _triple(path: Path, text: str) -> tuple[float, float, float]:
    try:
        red, green, blue = (float(value) for value in json.loads(text))
    except (ValueError, TypeError) as error:
        raise WeightsError(
            f"The mean or std in the metadata of {path} is not three numbers: {text!r}."
        ) from error
    return red, green, blue


def _convolutions(state: Mapping[str, Tensor], source: str) -> dict[str, tuple[Tensor, Tensor]]:
    """Picks and checks the 13 convolutions under torchvision's keys, with or without prefix."""
    found: dict[str, tuple[Tensor, Tensor]] = {}
    inputs = 3
    for name, index in zip(_CONVOLUTIONS, _INDICES, strict=True):
        outputs = LAYERS[name].channels
        weight = _tensor(state, f"{index}.weight", (outputs, inputs, 3, 3), source)
        found[name] = weight, _tensor(state, f"{index}.bias", (outputs,), source)
        inputs = outputs
    return found


def _tensor(state: Mapping[str, Tensor], key: str, shape: tuple[int, ...], source: str) -> Tensor:
    value = state.get(f"features.{key}", state.get(key))
    if not isinstance(value, Tensor):
        raise WeightsError(f"{source} is no VGG16: it has no tensor features.{key}.")
    if tuple(value.shape) != shape or not value.is_floating_point():
        raise WeightsError(
            f"{source} is no VGG16: features.{key} has shape {tuple(value.shape)}, not {shape}."
        )
    if not torch.isfinite(value).all():
        raise WeightsError(f"{source} is damaged: features.{key} holds NaN or infinity.")
    return value
