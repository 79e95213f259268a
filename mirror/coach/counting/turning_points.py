"""Where a curve turns, small wiggles apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """A place where a curve turns.

    Attributes:
        time: seconds.
        value: of the curve there.
        is_far: whether it is a top of the curve.
        place: which sample it is.
    """

    time: float
    value: float
    is_far: bool
    place: int


class TurningPoints:
    """Finds turns as samples come in: one is one once the curve came back by so much.

    Drift does not matter, since no level is fixed; wiggles smaller than the reversal do not either.

    Args:
        reversal: how far the curve has to come back, in its own unit.
    """

    def __init__(self, reversal: float) -> None:
        self._reversal = reversal
        self._low: Turn | None = None
        self._high: Turn | None = None
        self._rising: bool | None = None
        self._count = 0

    @property
    def pending(self) -> Turn | None:
        """The turn that the curve is at or coming from, not yet certain; None before the first."""
        if self._rising is None:
            return None
        return self._high if self._rising else self._low

    def push(self, time: float, value: float) -> Turn | None:
        """Take one sample in; return the turn that it makes certain. NaN is skipped."""
        place = self._count
        self._count += 1
        if not math.isfinite(value):
            return None
        low, high = self._low, self._high
        if low is None or high is None:
            self._low = Turn(time, value, False, place)
            self._high = Turn(time, value, True, place)
            return None
        if self._rising is not False and value > high.value:
            high = self._high = Turn(time, value, True, place)
        if self._rising is not True and value < low.value:
            low = self._low = Turn(time, value, False, place)
        if self._rising is not True and value - low.value >= self._reversal:
            self._rising, self._high = True, Turn(time, value, True, place)
            return low
        if self._rising is not False and high.value - value >= self._reversal:
            self._rising, self._low = False, Turn(time, value, False, place)
            return high
        return None


def turns_of(times: Sequence[float], values: Sequence[float], reversal: float) -> list[Turn]:
    """Return all turns of a curve, the uncertain last one among them."""
    finder = TurningPoints(reversal)
    turns = []
    for time, value in zip(times, values, strict=True):
        turn = finder.push(time, value)
        if turn is not None:
            turns.append(turn)
    if finder.pending is not None:
        turns.append(finder.pending)
    return turns
