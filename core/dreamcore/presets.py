"""Named looks: sets of settings that were tried on photographs and looked at.

Ordered from gentle to wild; the first entry of the table is not the default, `DEFAULT` is.
"""

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
    "arches": Preset("Arches", "Eyes, arches and towers.", DreamSettings(layers={"relu4_3": 1.0})),
}

DEFAULT = "arches"
"""The preset whose settings are the defaults of `DreamSettings`."""
