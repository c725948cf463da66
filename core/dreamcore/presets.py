"""Named looks, from gentle to wild: settings that were tried on photographs and looked at."""

from __future__ import annotations

from dataclasses import dataclass

from dreamcore.settings import DreamSettings


@dataclass(frozen=True)
class Preset:
    """A look: what the artist reads (`label`, `help`) and the settings behind it."""

    label: str
    help: str
    settings: DreamSettings


PRESETS: dict[str, Preset] = {
    "lines": Preset(
        "Lines",
        "Edges drawn again in ink; the colours stay.",
        DreamSettings(layers={"relu1_2": 1.0}, saturation=0.0, octave_scale=1.4, smoothing=0.5),
    ),
    "stipple": Preset(
        "Stipple",
        "Dots and hatching like an engraving; the colours stay.",
        DreamSettings(layers={"relu2_2": 1.0}, saturation=0.0, octave_scale=1.4, smoothing=0.5),
    ),
    "fringes": Preset(
        "Fringes",
        "Flowing ripples and combed hair.",
        DreamSettings(layers={"relu3_3": 1.0}, step=0.4, octaves=5, octave_scale=1.5),
    ),
    "lattice": Preset(
        "Lattice",
        "Beads and woven nets.",
        DreamSettings(layers={"relu3_2": 1.0}, step=0.4, octaves=5, octave_scale=1.5),
    ),
    "rings": Preset("Rings", "Circles within circles.", DreamSettings(layers={"relu4_1": 1.0})),
    "swirls": Preset("Swirls", "Spirals and shells.", DreamSettings(layers={"relu4_2": 1.0})),
    "eyes": Preset("Eyes", "Eyes, arches and fur: the classic look.", DreamSettings()),
    "arches": Preset(
        "Arches",
        "The classic look grown through many sizes.",
        DreamSettings(step=0.6, iterations=8, octaves=10, octave_scale=1.3),
    ),
    "faces": Preset(
        "Faces",
        "Animals look back at you.",
        DreamSettings(layers={"relu5_1": 1.0}, step=1.0, iterations=16),
    ),
    "temples": Preset(
        "Temples",
        "Domes, balloons and beasts, finely drawn.",
        DreamSettings(
            layers={"relu5_2": 1.0},
            step=1.0,
            iterations=16,
            smoothing=0.5,
            normalization="laplacian",
        ),
    ),
    "creatures": Preset(
        "Creatures",
        "Whole animals, scales and limbs.",
        DreamSettings(layers={"relu5_3": 1.0}, step=1.2, iterations=20),
    ),
    "fever": Preset(
        "Fever",
        "Everything at once, colours ablaze.",
        DreamSettings(
            layers={"relu4_3": 1.0, "relu5_1": 20.0},
            step=1.6,
            iterations=20,
            octaves=6,
            octave_scale=1.5,
        ),
    ),
}

DEFAULT = "eyes"
"""The preset whose settings are the defaults of `DreamSettings`."""
