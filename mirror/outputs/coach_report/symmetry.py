"""How far each side moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.coach.counting.repetition import Repetition

Values = NDArray[np.floating]

_SEEN = 0.5  # of a repetition a side has to be seen


@dataclass(frozen=True, slots=True)
class SideRanges:
    """How far both sides moved, in the signal's unit.

    Attributes:
        left: of the left side.
        right: of the right side.
    """

    left: float
    right: float

    @property
    def symmetry(self) -> float:
        """The shorter way as a share of the longer, 0-1."""
        longer = max(self.left, self.right)
        return min(self.left, self.right) / longer if longer > 0 else 1.0


def side_ranges(times: Values, sides: Values, one: Repetition) -> SideRanges | None:
    """Return how far each side moved in a repetition; None where a side was not seen enough.

    Args:
        times: (T,) seconds.
        sides: (T, 2) of the left and the right side, NaN where not seen.
        one: the repetition.
    """
    inside = sides[(times >= one.start) & (times <= one.end)]
    seen = np.isfinite(inside)
    if not len(inside) or seen.mean(axis=0).min() < _SEEN:
        return None
    left, right = np.nanmax(inside, axis=0) - np.nanmin(inside, axis=0)
    return SideRanges(float(left), float(right))
