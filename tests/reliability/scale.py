"""How much of everything: a minute's worth for every run of the tests, and the soak's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Counts, and seconds where the name says so."""

    messages: int
    connections: int
    kills: int
    starts: int
    load_s: float
    dreams: int
    settled: int
    """Dreams before the memory is looked at for the first time."""
    growth: float
    """How much the memory may grow after that, as a share."""


SHORT = Scale(4_000, 120, 2, 3, 6, 40, 20, 0.05)
LONG = Scale(200_000, 2_000, 30, 50, 300, 500, 50, 0.02)
