"""What a draft is: the dream at half the size with half the steps, an eighth of the work or less.

The picture is halved by the editor; here is what becomes of the settings. Half the size has lost
the largest octaves, so these are left out and the others keep their size in the picture, as the
jitter does; fewer steps are larger, so that they change as much. Knows no editor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

STEP_MOST = 32.0
"""The largest step that the settings take."""


def halved(side: int) -> int:
    """Half of a side in pixels, so that no pixel is left out."""
    return (side + 1) // 2


def draft_of(settings: Mapping[str, Any]) -> Json:
    """The settings for the draft of a dream with these."""
    lost = round(math.log(2) / math.log(settings["octave_scale"]))
    iterations = math.ceil(settings["iterations"] / 2)
    step = settings["step"] * settings["iterations"] / iterations
    return {
        **settings,
        "iterations": iterations,
        "octaves": max(1, settings["octaves"] - lost),
        "jitter": settings["jitter"] // 2,
        "step": min(STEP_MOST, step),
    }
