"""How often something is told about a dream, and how long the dream still takes."""

from __future__ import annotations

import time


class Throttle:
    """Counts from when it is made, at the start of a dream."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._last: dict[str, float] = {}

    def due(self, what: str, interval_s: float) -> bool:
        """Whether `what` is due again; if so it counts as done now."""
        now = time.monotonic()
        if now - self._last.get(what, -interval_s) < interval_s:
            return False
        self._last[what] = now
        return True

    def remaining(self, fraction: float) -> float | None:
        """Seconds to go if the rest goes as fast as what was done, None at the very beginning."""
        if fraction < 0.01:
            return None
        return (time.monotonic() - self._started) * (1 - fraction) / fraction
