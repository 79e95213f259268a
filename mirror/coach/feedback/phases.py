"""Which phase of a repetition somebody is in."""

from __future__ import annotations

import math
from typing import Literal

from mirror.coach.exercises.definition import Levels

LivePhase = Literal["start", "out", "far", "back"]


class PhaseTracker:
    """Tells phases from progress, with the exercise's own hysteresis.

    Args:
        levels: at which shares of the range the start and the far end begin.
    """

    def __init__(self, levels: Levels) -> None:
        self._levels = levels
        self._end: Literal["start", "far"] | None = None  # which one was reached last

    def update(self, progress: float) -> LivePhase | None:
        """Return the phase; None while nothing is known, as on the way after a gap."""
        if not math.isfinite(progress):
            self._end = None
            return None
        if progress <= self._levels.start:
            self._end = "start"
            return "start"
        if progress >= self._levels.far:
            self._end = "far"
            return "far"
        return {"start": "out", "far": "back", None: None}[self._end]
