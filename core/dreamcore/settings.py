"""The settings of a dream: one frozen dataclass in which every parameter is described once.

Type, default, range, unit, group and help of a parameter stand here and nowhere else; the command
line, the JSON schema, GIMP's procedure arguments and Krita's widgets are generated from them.
This module knows the names of the layers but no tensors, files or editors.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from dreamcore.errors import SettingsError
from dreamcore.layers import LAYERS

Json = dict[str, Any]


def _setting(default: Any, kind: str, label: str, help: str, **facts: Any) -> Any:
    """A dataclass field with its description; `facts` may hold range, unit, group and choices."""
    metadata = {"kind": kind, "label": label, "help": help, "group": "advanced", **facts}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, eq=True)
class DreamSettings:
    """What to dream and how. Every field is validated on construction.

    Raises:
        SettingsError: a value has the wrong type, is outside its range or is no known choice;
            the error names the field and what it accepts.
    """

    layers: Mapping[str, float] = _setting(
        lambda: {"relu4_3": 1.0},
        "layers",
        "Features",
        "VGG16 layers to excite, with their weights: shallow ones give lines, deep ones faces.",
        group="main",
        range=(-1000.0, 1000.0),
    )
    step: float = _setting(
        0.7,
        "number",
        "Strength",
        "Mean absolute change of a pixel per ascent step.",
        group="main",
        range=(0.0, 32.0),
        unit="8-bit grey levels",
    )
    saturation: float = _setting(
        1.0,
        "number",
        "Colour",
        "How colourful the change is: 0 keeps the original colours, 1 leaves them as dreamed.",
        group="main",
        range=(0.0, 1.0),
    )
    iterations: int = _setting(
        10,
        "integer",
        "Detail",
        "Ascent steps at every octave.",
        group="main",
        range=(1, 1000),
        unit="steps",
    )
    octaves: int = _setting(
        4,
        "integer",
        "Octaves",
        "Sizes at which the image is dreamed; fewer are used where the image is too small.",
        group="main",
        range=(1, 16),
    )
    octave_scale: float = _setting(
        1.8,
        "number",
        "Octave scale",
        "Ratio between the sizes of neighbouring octaves.",
        range=(1.1, 4.0),
    )
    octave_mode: str = _setting(
        "detail",
        "choice",
        "Octave mode",
        "detail: enlarge and add back only what was dreamed; blend: mix the enlarged dream in.",
        choices=("detail", "blend"),
    )
    blend: float = _setting(
        0.6,
        "number",
        "Blend",
        "Share of the enlarged smaller octave in the blend mode.",
        range=(0.0, 1.0),
    )
    objective: str = _setting(
        "l2",
        "choice",
        "Objective",
        "What to raise at the layers: half the squared activation, its norm, its mean, or the "
        "match with a guide image.",
        choices=("l2", "norm", "mean", "guide"),
    )
    channels: tuple[int, ...] = _setting(
        (),
        "integers",
        "Channels",
        "Only these channels of the layers count; none named means all.",
        range=(0, 511),
    )
    jitter: int = _setting(
        32,
        "integer",
        "Jitter",
        "Largest random shift of the image before each step.",
        range=(0, 512),
        unit="pixels",
    )
    smoothing: float = _setting(
        1.0,
        "number",
        "Smoothing",
        "Width of the Gaussians that smooth the gradient; 0 leaves it raw.",
        range=(0.0, 4.0),
    )
    normalization: str = _setting(
        "mean",
        "choice",
        "Normalisation",
        "How a step's gradient is scaled: by its mean, or each band of its Laplacian pyramid "
        "by its own strength.",
        choices=("mean", "laplacian"),
    )
    seed: int = _setting(
        0,
        "integer",
        "Seed",
        "Chooses the random shifts; the same seed gives the same dream.",
        group="main",
        range=(0, 2**32 - 1),
    )
    tile: str | int = _setting(
        "auto",
        "tile",
        "Tile",
        "Side of the tiles the gradient is computed in: auto, off or a number of pixels.",
        range=(64, 65536),
        unit="pixels",
        choices=("auto", "off"),
    )
    precision: str = _setting(
        "auto",
        "choice",
        "Precision",
        "Number format of the network; auto takes the fastest that the device is built for.",
        choices=("auto", "float32", "bfloat16", "float16"),
    )
    device: str = _setting(
        "auto",
        "choice",
        "Device",
        "Where the network runs; auto takes the first of cuda, xpu, mps, cpu that is there.",
        choices=("auto", "cuda", "xpu", "mps", "cpu"),
    )

    def __post_init__(self) -> None:
        for spec in dataclasses.fields(self):
            value = _CHECKS[spec.metadata["kind"]](spec, getattr(self, spec.name))
            object.__setattr__(self, spec.name, value)
        for name in self.layers:
            for channel in self.channels:
                if channel >= LAYERS[name].channels:
                    raise SettingsError(
                        "channels", channel, f"0 to {LAYERS[name].channels - 1} at layer {name}"
                    )

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.layers.items()))) ^ hash((self.step, self.seed))

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> DreamSettings:
        """Settings from a JSON-like mapping; missing fields take their defaults.

        Raises:
            SettingsError: an unknown field, or a value that its field does not accept.
        """
        known = {spec.name for spec in dataclasses.fields(cls)}
        for name in values:
            if name not in known:
                raise SettingsError(str(name), values[name], "no setting of this name exists")
        return cls(**values)

    def to_json(self) -> Json:
        """The settings as plain JSON values, the inverse of `from_json`."""
        values = {spec.name: getattr(self, spec.name) for spec in dataclasses.fields(self)}
        return values | {"layers": dict(self.layers), "channels": list(self.channels)}


def _out_of_range(spec: dataclasses.Field[Any], value: Any) -> SettingsError:
    low, high = spec.metadata["range"]
    unit = spec.metadata.get("unit", "")
    return SettingsError(spec.name, value, f"{low} to {high} {unit}".rstrip())


def _integer(spec: dataclasses.Field[Any], value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise SettingsError(spec.name, value, "a whole number")
    low, high = spec.metadata["range"]
    if not low <= value <= high:
        raise _out_of_range(spec, value)
    return value


def _number(spec: dataclasses.Field[Any], value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SettingsError(spec.name, value, "a finite number")
    low, high = spec.metadata["range"]
    if not low <= value <= high:
        raise _out_of_range(spec, value)
    return float(value)


def _choice(spec: dataclasses.Field[Any], value: Any) -> str:
    if value not in spec.metadata["choices"] or not isinstance(value, str):
        raise SettingsError(spec.name, value, "one of " + ", ".join(spec.metadata["choices"]))
    return value


def _tile(spec: dataclasses.Field[Any], value: Any) -> str | int:
    if isinstance(value, str) and value not in spec.metadata["choices"]:
        low, high = spec.metadata["range"]
        raise SettingsError(spec.name, value, f"auto, off, or {low} to {high} pixels")
    return value if isinstance(value, str) else _integer(spec, value)


def _integers(spec: dataclasses.Field[Any], value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise SettingsError(spec.name, value, "a list of whole numbers")
    return tuple(_integer(spec, item) for item in value)


_KNOWN_LAYERS = "a layer of VGG16, from conv1_1, relu1_1 and pool1 to conv5_3, relu5_3 and pool5"


def _layers(spec: dataclasses.Field[Any], value: Any) -> Mapping[str, float]:
    if not isinstance(value, Mapping) or not value:
        raise SettingsError(spec.name, value, "at least one layer name with its weight")
    for name in value:
        if name not in LAYERS:
            raise SettingsError(spec.name, name, _KNOWN_LAYERS)
    weights = {name: _number(spec, value[name]) for name in LAYERS if name in value}
    if not any(weights.values()):
        raise SettingsError(spec.name, value, "at least one weight that is not 0")
    return MappingProxyType(weights)


_CHECKS = {
    "integer": _integer,
    "number": _number,
    "choice": _choice,
    "tile": _tile,
    "integers": _integers,
    "layers": _layers,
}
