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
    found: list[Held] = []
    start = last = None
    for place, time in enumerate(times.tolist()):
        values = {name: float(column[place]) for name, column in signals.items()}
        met = _met(values, hold, start is not None)
        if met:
            start = time if start is None else start
            last = time
        elif start is not None and last is not None and time - last > hold.pause_s:
            found.append(Held(start, last))
            start = last = None
    if start is not None and last is not None:
        found.append(Held(start, last))
    return [one for one in found if one.seconds >= hold.shortest_s]


def _met(values: Mapping[str, float], hold: Hold, is_held: bool) -> bool:
    known = [limit for limit in hold.within if np.isfinite(values[limit.signal])]
    if 2 * len(known) < len(hold.within):
        return False
    strictness = _LENIENT if is_held else USUAL_STRICTNESS
    return all(excess(limit, values[limit.signal], strictness) <= 0 for limit in known)
