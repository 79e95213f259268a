"""How long a position is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirror.coach.counting.repetition import FoundFault
from mirror.coach.exercises.definition import Hold
from mirror.coach.exercises.limits import USUAL_STRICTNESS, excess

Array = NDArray[np.float64]
Rows = NDArray[np.floating]

_LENIENT = 0.0  # strictness with which a position that is held goes on counting


@dataclass(frozen=True, slots=True)
class Held:
    """A position that was held without a pause.

    Attributes:
        start, end: media time in seconds.
        faults: what was wrong meanwhile.
    """

    start: float
    end: float
    faults: tuple[FoundFault, ...] = field(default=())

    @property
    def seconds(self) -> float:
        """How long."""
        return self.end - self.start

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's own types."""
        return {
            "start": round(self.start, 3),
            "end": round(self.end, 3),
            "faults": [fault.as_json() for fault in self.faults],
        }


def held_in(times: Array, signals: Mapping[str, Rows], hold: Hold) -> list[Held]:
    """Return when a position was held, in order; shorter ones than the exercise asks are left out.

    It begins within the limits and goes on as long as it is within them and their tolerance. A
    signal that is not seen neither begins nor ends it.
    """
    timer = HoldTimer(hold)
    for place, time in enumerate(times.tolist()):
        timer.push(time, {name: float(column[place]) for name, column in signals.items()})
    return timer.held()


class HoldTimer:
    """Times a position while it is held; see ``held_in``.

    Args:
        hold: the position.
    """

    def __init__(self, hold: Hold) -> None:
        self._hold = hold
        self._over: list[Held] = []
        self._start: float | None = None
        self._last = 0.0

    def push(self, time: float, values: Mapping[str, float]) -> None:
        """Take in every signal's value at a time, in order of time."""
        if _met(values, self._hold, self._start is not None):
            self._start = time if self._start is None else self._start
            self._last = time
        elif self._start is not None and time - self._last > self._hold.pause_s:
            self._over, self._start = self.held(), None

    def held(self) -> list[Held]:
        """Return when it was held up to now, in order; what was too short is left out."""
        if self._start is None or self._last - self._start < self._hold.shortest_s:
            return list(self._over)
        return [*self._over, Held(self._start, self._last)]


def _met(values: Mapping[str, float], hold: Hold, is_held: bool) -> bool:
    known = [limit for limit in hold.within if np.isfinite(values[limit.signal])]
    if 2 * len(known) < len(hold.within):
        return False
    strictness = _LENIENT if is_held else USUAL_STRICTNESS
    return all(excess(limit, values[limit.signal], strictness) <= 0 for limit in known)
