"""Where a programme is at one time, and what was done in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mirror.coach.exercises.definition import Words
from mirror.coach.programmes.definition import PlannedSet, Programme

State = Literal["ready", "countdown", "work", "rest", "paused", "done"]


@dataclass(frozen=True, slots=True)
class SetResult:
    """A set that is over.

    Attributes:
        planned: what was asked.
        start, end: seconds; without pauses it lasted ``worked_s``.
        worked_s: seconds of work.
        count, held_s: what was done.
        reached: whether a target ended it; not where it was skipped or stopped.
    """

    planned: PlannedSet
    start: float
    end: float
    worked_s: float
    count: int
    held_s: float
    reached: bool


@dataclass(frozen=True, slots=True)
class ProgrammeStatus:
    """Where a programme is, at one time: all that a display shows.

    Attributes:
        programme: which.
        state: ``ready`` before the start.
        planned: the set that is being done; in a rest or countdown the one that comes; the last
            one when all is done.
        title: of its exercise, for people.
        sets: how many there are in all.
        count, held_s: done in this set.
        worked_s: seconds of work in this set.
        remaining_s: until the countdown, the rest or a set with ``work_s`` is over; None where no
            clock ends it. While paused, as when it was paused.
        paused_in: what is paused; None where nothing is.
        done: the sets that are over.
    """

    programme: Programme
    state: State
    planned: PlannedSet
    title: Words
    sets: int
    count: int = 0
    held_s: float = 0.0
    worked_s: float = 0.0
    remaining_s: float | None = None
    paused_in: State | None = None
    done: tuple[SetResult, ...] = ()

    @property
    def is_working(self) -> bool:
        """Whether what is done now counts."""
        return self.state == "work"
