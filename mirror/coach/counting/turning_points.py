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
    """Return all turns of a curve, the uncertain last one among them.

    The same as pushing every sample, written out: this loop is most of what counting costs.
    """
    turns: list[Turn] = []
    low = high = -1  # places
    low_value, high_value = math.inf, -math.inf
    may_fall = may_rise = True  # the curve may be on its way down, or up; both at first
    for place, value in enumerate(values):
        if value > high_value and may_rise:
            high, high_value = place, value
        if value < low_value and may_fall:
            low, low_value = place, value
        if may_fall and value - low_value >= reversal:
            turns.append(Turn(times[low], low_value, False, low))
            may_fall, may_rise, high, high_value = False, True, place, value
        elif may_rise and high_value - value >= reversal:
            turns.append(Turn(times[high], high_value, True, high))
            may_fall, may_rise, low, low_value = True, False, place, value
    if may_rise and not may_fall:
        turns.append(Turn(times[high], high_value, True, high))
    elif may_fall and not may_rise:
        turns.append(Turn(times[low], low_value, False, low))
    return turns
