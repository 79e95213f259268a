"""What happens in a programme, to be said and shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mirror.coach.programmes.definition import PlannedSet

EventKind = Literal["countdown", "work", "set-done", "rest", "paused", "resumed", "soon", "done"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a programme.

    Attributes:
        time: seconds, on the clock that the run is told.
        kind: ``countdown``, ``work`` and ``rest`` begin; ``set-done`` comes after a set; ``soon``
            is so many whole seconds before work.
        planned: the set that it is about: of ``rest`` and ``soon`` the next one.
        seconds: of ``soon``: 3, 2, 1; of ``countdown`` and ``rest``: how long.
    """

    time: float
    kind: EventKind
    planned: PlannedSet
    seconds: float = 0.0
