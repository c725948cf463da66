"""How much of the last frame's dream a frame keeps, and how much it dreams on top."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dreamcore.settings import DreamSettings

_SAVED = 0.78
"""Share of a still's iterations that full coherence saves; at the default three of ten are left."""
_SUPPORT = 0.2
"""What the steps on top do more than make good what fades, because they partly disagree with it."""
_LEAST_FADING = 0.02
"""Share of the carried change that fades at least, or nothing new could ever appear."""


@dataclass(frozen=True)
class Coherence:
    """The plan for a frame that carries the last one's dream.

    `kept` of the carried change stays. `settings` have fewer and smaller steps: together they bring
    back what has faded, so that a dream's strength stays that of a still however long the clip is.
    `gain` is by how much more is dreamed where nothing was carried, as much as in a still.
    """

    kept: float
    settings: DreamSettings
    gain: float

    @classmethod
    def of(cls, settings: DreamSettings) -> Coherence:
        """The plan that `settings.coherence`, from 0 to 1, asks for."""
        kept = min(settings.coherence, 1 - _LEAST_FADING)
        iterations = max(1, round(settings.iterations * (1 - _SAVED * kept)))
        share = (1 - kept) * (1 + _SUPPORT * kept)  # of all that a still's steps do together
        step = settings.step * share * settings.iterations / iterations
        return cls(kept, replace(settings, iterations=iterations, step=step), 1 / share)
