"""What a history comes to: days in a row, and the best so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mirror.outputs.coach_history import KeptSet


@dataclass(frozen=True, slots=True)
class Streak:
    """Days in a row on which something was done.

    Attributes:
        now: up to today, or to yesterday: today is not over.
        longest: ever.
    """

    now: int
    longest: int


@dataclass(frozen=True, slots=True)
class Best:
    """The most that was ever done of an exercise in one set.

    Attributes:
        exercise: its name.
        figure: repetitions, or seconds of what is held.
        is_held: which of both.
        at: when first, seconds since 1970.
    """

    exercise: str
    figure: float
    is_held: bool
    at: float


def streak(times: Iterable[float], today: date) -> Streak:
    """Return the streaks of sessions, by this machine's calendar.

    Args:
        times: of sessions, seconds since 1970.
        today: which day it is.
    """
    days = sorted({datetime.fromtimestamp(at).date() for at in times})
    longest = run = 0
    before: date | None = None
    for day in days:
        run = run + 1 if before is not None and day - before == timedelta(days=1) else 1
        longest, before = max(longest, run), day
    is_on = before is not None and before >= today - timedelta(days=1)
    return Streak(run if is_on else 0, longest)


def bests(sets: Sequence[KeptSet]) -> tuple[Best, ...]:
    """Return the best set of each exercise, in the order of their names."""
    found: dict[str, Best] = {}
    for one in sets:
        is_held = one.held_s > 0 and not one.repetitions
        figure = one.held_s if is_held else float(one.repetitions)
        known = found.get(one.exercise)
        if known is None or figure > known.figure:
            found[one.exercise] = Best(one.exercise, figure, is_held, one.at)
    return tuple(found[name] for name in sorted(found))
