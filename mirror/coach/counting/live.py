"""Counts while it happens."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mirror.coach.counting.cycles import Cycle, cycle_of, is_like
from mirror.coach.counting.own_range import OwnRange, own_range
from mirror.coach.counting.repetition import Repetition
from mirror.coach.counting.review import Recorded, as_repetition, moves_enough
from mirror.coach.counting.turning_points import Turn, TurningPoints
from mirror.coach.exercises.definition import Exercise

Array = NDArray[np.float64]

_REFRESH_S = 1.0  # until there is an own range; then it is worked out anew
_REFRESH_KNOWN_S = 1.5  # so often
_LOOKED_BACK_S = 45.0  # over this long
_BEFORE_S = 1.0  # a repetition is looked at from so long before it
_UNLIKE = 2  # cycles in a row that are unlike those before them show another way to move
_COMPARED = 9  # cycles that a new one is compared with


class LiveCounter:
    """Counts one person's repetitions of one exercise as samples come in.

    A repetition counts once the person has come half of the way back from its far end. The first
    one counts then too, although only then it is known how far this person goes.

    Args:
        exercise: what is counted.
    """

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._own: OwnRange | None = None
        self._turns = TurningPoints(exercise.levels.reversal)
        self._near: Turn | None = None
        self._since = -np.inf  # the far end of the last repetition that was counted
        self._refreshed_at = -np.inf
        self._cycles: list[Cycle] = []
        self._others: list[tuple[Cycle, Repetition]] = []  # unlike those, one after the other
        self.progress = float("nan")

    def update(
        self, time: float, values: Array, recent: Callable[[float], Recorded]
    ) -> list[Repetition]:
        """Return the repetitions that the newest sample completes; mostly none.

        Args:
            time: of the newest sample, in seconds.
            values: (N,) of the exercise's watched signals.
            recent: gives what was recorded of them since a time, the newest sample at its end.
        """
        due = _REFRESH_S if self._own is None else _REFRESH_KNOWN_S
        if time - self._refreshed_at >= due:
            self._refreshed_at = time
            return self._refresh(recent(time - _LOOKED_BACK_S), recent)
        if self._own is None:
            return []
        self.progress = float(self._own.progress(np.array([time]), values[None])[0])
        return self._push(time, self.progress, recent)

    def _refresh(self, recorded: Recorded, recent: Callable[[float], Recorded]) -> list[Repetition]:
        """Work the range out anew, and look again at what came after the last repetition."""
        times, values = recorded.times, recorded.values
        self._own = own_range(
            times, values, self._exercise.signals, recorded.calibrated, thorough=False
        )
        self._turns, self._near = TurningPoints(self._exercise.levels.reversal), None
        self.progress = float("nan")
        if self._own is None:
            return []
        anew = int(np.searchsorted(times, self._since))
        curve = self._own.progress(times[anew:], values[anew:])
        self.progress = float(curve[-1])
        pairs = zip(times[anew:].tolist(), curve.tolist(), strict=True)
        return [one for time, value in pairs for one in self._push(time, value, recent)]

    def _push(
        self, time: float, value: float, recent: Callable[[float], Recorded]
    ) -> list[Repetition]:
        turn = self._turns.push(time, value)
        if turn is None:
            return []
        near, self._near = self._near, None
        if not turn.is_far:
            self._near = turn
            return []
        if near is None or self._own is None:
            return []
        recorded = _until(recent(near.time - _BEFORE_S), time)  # what came after is not its
        curve = self._own.progress(recorded.times, recorded.values)
        cycle = _cycle(recorded.times, curve, near, turn)
        if not self._is_movement(cycle, recorded):
            return []
        usual = float(np.median([one.height for one in [*self._cycles, cycle][-_COMPARED:]]))
        one = as_repetition(cycle, recorded, self._exercise, curve, usual)
        return self._counted(cycle, one)

    def _is_movement(self, cycle: Cycle, recorded: Recorded) -> bool:
        if cycle.rise < self._exercise.tempo.shortest_s / 4:
            return False
        known = len(self._cycles)
        return not recorded.calibrated or moves_enough(cycle, recorded, self._exercise, known)

    def _counted(self, cycle: Cycle, one: Repetition) -> list[Repetition]:
        """Return what counts now: a cycle that is like those before it, or a new way to move.

        The first cycle may not be one, since little was known then of how far somebody goes. So
        two that are like one another, and no less than it, count although they are unlike it.
        """
        if self._is_like(cycle, self._cycles):
            self._take([cycle], self._cycles)
            return [one]
        usual = float(np.median([one.height for one in self._cycles]))
        if cycle.height < self._exercise.levels.full * usual:  # a part of a repetition
            return []
        # with a new range the same movement is looked at again
        before = [old for old in self._others if old[0].far.time <= cycle.near.time]
        self._others = [*before, (cycle, one)][-_UNLIKE:]
        if len(self._others) < _UNLIKE or not self._is_like(cycle, [old for old, _ in before]):
            return []
        counted = [one for _, one in self._others]
        self._take([cycle for cycle, _ in self._others], [])
        return counted

    def _take(self, new: list[Cycle], known: list[Cycle]) -> None:
        self._cycles = [*known, *new][-_COMPARED:]
        self._since, self._others = new[-1].far.time, []

    def _is_like(self, cycle: Cycle, others: list[Cycle]) -> bool:
        # the way back has only begun: it is compared as if it had been broken off
        outward = Cycle(cycle.near, cycle.far, None, cycle.rise, cycle.rise)
        return is_like(outward, others, self._exercise)


def _until(recorded: Recorded, time: float) -> Recorded:
    last = int(np.searchsorted(recorded.times, time, "right"))
    return Recorded(
        recorded.times[:last], recorded.values[:last], recorded.sides[:last], recorded.calibrated
    )


def _cycle(times: Array, curve: Array, near: Turn, far: Turn) -> Cycle:
    """Return the cycle up to now, as if it went all the way back."""
    seconds = times.tolist()
    first, top = (int(place) for place in np.searchsorted(times, [near.time, far.time]))
    near = Turn(near.time, near.value, False, first)
    back = Turn(seconds[-1], near.value, False, len(seconds) - 1)
    return cycle_of(seconds, curve.tolist(), near, Turn(far.time, far.value, True, top), back)
