"""Colour spaces of layers, and the one their pixels travel in.

The engine wants sRGB-encoded colours (or greys) with alpha. Layers that already hold those go as
they are; everything else is converted by Krita to the nearest such space, of the same depth.
Knows names only; the conversion is in `convert`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dreamkrita.errors import UserError

DTYPES = {"U8": "uint8", "U16": "uint16", "F16": "float16", "F32": "float32"}
"""Krita's names of depths and the wire's."""

BYTES = {"U8": 1, "U16": 2, "F16": 2, "F32": 4}
"""Bytes per channel value."""

_CHANNELS = {"RGBA": 4, "GRAYA": 2, "CMYKA": 5, "LABA": 4, "XYZA": 4, "YCbCrA": 4}

_SRGB = (
    "sRGB-elle-V2-srgbtrc.icc",
    "sRGB built-in",
    "sRGB-elle-V4-srgbtrc.icc",
    "sRGB IEC61966-2.1",
)
_GREY = ("Gray-D50-elle-V2-srgbtrc.icc", "Gray-D50-elle-V4-srgbtrc.icc")
_ENCODED = {"RGBA": _SRGB, "GRAYA": _GREY}


@dataclass(frozen=True)
class ColourSpace:
    """A colour space as Krita names it: model, depth, profile."""

    model: str
    depth: str
    profile: str

    @property
    def channels(self) -> int:
        """Channels of a pixel, alpha included."""
        return _CHANNELS[self.model]

    @property
    def pixel_bytes(self) -> int:
        """Bytes of a pixel."""
        return self.channels * BYTES[self.depth]

    @property
    def swaps(self) -> bool:
        """Whether Krita's order of channels may differ from the wire's."""
        return self.model == "RGBA"


SRGB8 = ColourSpace("RGBA", "U8", _SRGB[0])
"""What previews and guides are in."""


def check(space: ColourSpace) -> ColourSpace:
    """The space itself if its pixels can be read.

    Raises:
        UserError: Krita has a kind of pixel that the plug-in doesn't know.
    """
    if space.model not in _CHANNELS or space.depth not in BYTES:
        raise UserError(
            f"Pixels of the kind {space.model} {space.depth} can't be dreamed: convert the layer "
            "with Layer ▸ Convert ▸ Convert Layer Color Space, then dream."
        )
    return space


def encoded(space: ColourSpace) -> bool:
    """Whether pixels of this space can travel without a conversion."""
    return space.profile in _ENCODED.get(space.model, ())


def wire_space(space: ColourSpace, profiles: Sequence[str]) -> ColourSpace:
    """The space in which a layer's pixels travel; `profiles` are those Krita has for it.

    Raises:
        UserError: Krita has no sRGB profile at all.
    """
    if encoded(space):
        return space
    model = wire_model(space)
    known = [name for name in _ENCODED[model] if name in profiles]
    if not known:
        raise UserError("This Krita has no sRGB profile: install Krita's own colour profiles.")
    return ColourSpace(model, space.depth, known[0])


def wire_model(space: ColourSpace) -> str:
    """The colour model in which a layer's pixels travel."""
    return "GRAYA" if space.model == "GRAYA" else "RGBA"
