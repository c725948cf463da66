"""The settings of a dream, and how it is computed: dataclasses that describe a parameter once.

Type, default, range, unit, group and help of a parameter stand here and nowhere else; the command
line, the JSON schema, GIMP's procedure arguments and Krita's widgets are generated from them.
This module knows the names of the layers but no tensors, files or editors.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dreamcore.errors import SettingsError
from dreamcore.fields import Json, described, hashable, plain, validated
from dreamcore.layers import LAYERS, MOST_CHANNELS

MOST_OCTAVES = 16


@dataclass(frozen=True)
class DreamSettings:
    """What to dream: all that changes the picture. Every field is validated on construction.

    Raises:
        SettingsError: a value has the wrong type, is outside its range or is no known choice;
            the error names the field and what it accepts.
    """

    layers: Mapping[str, float] = described(
        lambda: {"relu4_3": 1.0},
        "layers",
        "Features",
        "What grows in the dream, with weights: lines and dots, eyes, faces, whole creatures; a "
        "negative weight dreams away. Layers of VGG16, from shallow to deep.",
        group="main",
        range=(-1000.0, 1000.0),
    )
    step: float = described(
        0.7,
        "number",
        "Strength",
        "How strongly the picture changes: little is a shimmer, much leaves nothing as it was. "
        "Mean change of a pixel per step.",
        group="main",
        range=(0.0, 32.0),
        unit="8-bit grey levels",
    )
    saturation: float = described(
        1.0,
        "number",
        "Colour",
        "How colourful the change is: 0 keeps the original colours, 1 leaves them as dreamed.",
        group="main",
        range=(0.0, 1.0),
    )
    iterations: int = described(
        10,
        "integer",
        "Detail",
        "How far the dream is worked out; more takes longer. Ascent steps at every octave.",
        group="main",
        range=(1, 1000),
        unit="steps",
    )
    octaves: int = described(
        4,
        "integer",
        "Octaves",
        "How large the largest shapes grow: more make them larger. Sizes at which the image is "
        "dreamed, fewer where it is too small.",
        group="main",
        range=(1, MOST_OCTAVES),
    )
    octave_scale: float = described(
        1.8,
        "number",
        "Octave scale",
        "How far apart the sizes of the features are. Ratio between neighbouring octaves' sizes.",
        range=(1.1, 4.0),
    )
    octave_mode: str = described(
        "detail",
        "choice",
        "Octave mode",
        "How finer shapes go over larger ones: detail keeps the picture sharp below them, blend "
        "mixes them in softly. What an octave takes from the smaller one: only what was dreamed "
        "there, or all.",
        choices=("detail", "blend"),
    )
    blend: float = described(
        0.6,
        "number",
        "Blend",
        "How much stays of the larger shapes where they are mixed in. Share of the enlarged "
        "smaller octave in the blend mode.",
        range=(0.0, 1.0),
    )
    objective: str = described(
        "l2",
        "choice",
        "Objective",
        "l2 and norm grow what is there already, mean grows everything alike, guide grows what a "
        "guide image shows. What is raised at the layers: half the squared activation, its norm, "
        "its mean, or the match with the guide.",
        choices=("l2", "norm", "mean", "guide"),
    )
    channels: tuple[int, ...] | Mapping[str, Mapping[int, float]] = described(
        (),
        "channels",
        "Channels",
        "Grows only these features, each with its weight; a negative one dreams away. Channels of "
        "the layers, of which the atlas has pictures; none named means all.",
        range=(-1000.0, 1000.0),
    )
    channel_mode: str = described(
        "chosen",
        "choice",
        "Channel mode",
        "Which features grow: all, those chosen, or of these the few that this picture has most "
        "of, least of, or as much as the average. Picked by how the channels respond; all count if "
        "none are chosen.",
        choices=("all", "chosen", "strongest", "weakest", "average"),
    )
    channel_count: int = described(
        8,
        "integer",
        "Channel count",
        "How many features grow in the modes strongest, weakest and average. Channels of each "
        "layer.",
        range=(1, MOST_CHANNELS),
    )
    layers_at: Mapping[int, Mapping[str, float]] = described(
        dict,
        "layers_at",
        "Layers at octaves",
        "Other features for large shapes than for fine ones: creatures first and ripples later, "
        "for example. Layers from an octave on, counted from 1, the coarsest.",
        range=(-1000.0, 1000.0),
        octaves=(1, MOST_OCTAVES),
    )
    pooling: str = described(
        "max",
        "choice",
        "Pooling",
        "max gives sharp, busy features, average softer and larger ones. How the network shrinks "
        "what it sees: by the largest of four values or by their mean.",
        choices=("max", "average"),
    )
    jitter: int = described(
        32,
        "integer",
        "Jitter",
        "Keeps grids out of the dream. Largest random shift of the image before each step.",
        range=(0, 512),
        unit="pixels",
    )
    smoothing: float = described(
        1.0,
        "number",
        "Smoothing",
        "How soft the features are; 0 leaves them raw. Width of the Gaussians that smooth the "
        "gradient.",
        range=(0.0, 4.0),
    )
    normalization: str = described(
        "mean",
        "choice",
        "Normalisation",
        "mean lets strong shapes grow fastest, laplacian lets fine and coarse ones grow alike. How "
        "a step's gradient is scaled: by its mean, or each band of its Laplacian pyramid by its "
        "own strength.",
        choices=("mean", "laplacian"),
    )
    coherence: float = described(
        0.93,
        "number",
        "Coherence",
        "How much of the last frame's dream a frame of a film keeps; 0 dreams each on its own.",
        group="motion",
        range=(0.0, 1.0),
    )
    seed: int = described(
        0,
        "integer",
        "Seed",
        "Another number gives a variation, the same one the same dream. Chooses the random shifts.",
        group="main",
        range=(0, 2**32 - 1),
    )

    def __post_init__(self) -> None:
        validated(self)
        named = [self.layers, *self.layers_at.values()]
        names = [name for name in LAYERS if any(name in layers for layers in named)]
        if isinstance(self.channels, Mapping):
            for name in self.channels:
                if name not in names:
                    known = ", ".join(names)
                    raise SettingsError("channels", name, f"channels of the layers, {known}")
            return
        for name in names:
            for channel in self.channels:
                if channel >= LAYERS[name].channels:
                    raise SettingsError(
                        "channels", channel, f"0 to {LAYERS[name].channels - 1} at layer {name}"
                    )

    def layers_of(self, octave: int) -> Mapping[str, float]:
        """The layers of an octave, of which 1 is the coarsest and `octaves` the full size.

        Where fewer octaves fit into an image, it is the coarse ones that are left out.
        """
        begun = [first for first in self.layers_at if first <= octave]
        return self.layers_at[begun[-1]] if begun else self.layers

    @property
    def every_layer(self) -> list[str]:
        """The names of the layers of all octaves, in the network's order."""
        used = [self.layers_of(octave) for octave in range(1, self.octaves + 1)]
        return [name for name in LAYERS if any(name in layers for layers in used)]

    def channels_of(self, layer: str) -> Mapping[int, float]:
        """The channels of a layer that count, with their weights; empty means all alike."""
        if isinstance(self.channels, Mapping):
            return self.channels.get(layer, {})
        return dict.fromkeys(self.channels, 1.0)

    def __hash__(self) -> int:
        """Of all values; layers stand in the network's order, however they were given."""
        return hash(tuple(hashable(value) for value in vars(self).values()))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles and copies through JSON, since mappings that can't be changed don't pickle."""
        return type(self).from_json, (self.to_json(),)

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
        return {spec.name: plain(getattr(self, spec.name)) for spec in dataclasses.fields(self)}


@dataclass(frozen=True)
class Execution:
    """How a dream is computed: the choice of whoever owns the machine, and no part of a look.

    Raises:
        SettingsError: a value isn't accepted; the error names the field and what it accepts.
    """

    device: str = described(
        "auto",
        "device",
        "Device",
        "Where the network runs; auto takes the first of cuda, xpu, mps, cpu that is there.",
        choices=("auto", "cpu", "cuda", "cuda:N", "xpu", "xpu:N", "mps"),
    )
    precision: str = described(
        "auto",
        "choice",
        "Precision",
        "Number format of the network: mixed has gradients in int8, int8 nearly everything; auto "
        "takes what the device is built for, mixed (int8 for sketches) on processors that multiply "
        "bytes.",
        choices=("auto", "float32", "bfloat16", "float16", "mixed", "int8"),
    )
    tile: str | int = described(
        "auto",
        "tile",
        "Tile",
        "Side of the tiles the gradient is computed in: auto, off or a number of pixels.",
        range=(64, 65536),
        unit="pixels",
        choices=("auto", "off"),
    )

    def __post_init__(self) -> None:
        validated(self)
