"""Octave DeepDream with VGG16: pixels in, dreamed pixels of the same size and type out.

The settings, presets and errors load at once; `Dreamer` and its events load torch, so they are
imported when first used and a process that only describes dreams stays small.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dreamcore.errors import DreamError, SettingsError
from dreamcore.presets import DEFAULT, PRESETS
from dreamcore.settings import DreamSettings, Execution

if TYPE_CHECKING:
    from dreamcore.dreamer import Dreamer, Previous, Progress, Response, Result

__all__ = [
    "DEFAULT",
    "PRESETS",
    "DreamError",
    "DreamSettings",
    "Dreamer",
    "Execution",
    "Previous",
    "Progress",
    "Response",
    "Result",
    "SettingsError",
]


def __getattr__(name: str) -> Any:
    if name in ("Dreamer", "Previous", "Progress", "Response", "Result"):
        return getattr(import_module("dreamcore.dreamer"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
