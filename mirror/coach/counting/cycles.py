"""From a curve of progress to cycles: out to the far end and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.coach.counting.turning_points import Turn, turns_of
from mirror.coach.exercises.definition import Exercise

Array = NDArray[np.float64]

_TAIL = 0.05  # of the samples lie beyond either end of the range
_FINEST = 0.45  # of the range: what turns by less is no movement of the exercise
_AGAINST = 4  # cycles before and after, with which one is compared
_COMPARABLE = 4  # cycles from which on they can be compared
_SHORTER, _LONGER = 0.4, 3.0  # times the usual length: what is further off is something else
_FARTHER = 1.4  # times the usual height
_STILL = 0.4  # of a cycle's height: who stays below is at rest
_HELD = 0.85  # of a cycle's height: at the far end above this
_LEFT = 0.15  # of a cycle's height: out of the start above this


@dataclass(frozen=True, slots=True)
class Cycle:
    """A movement out and back, or out only at the end of a recording.

    Attributes:
        near, far: where it began, and its far end.
        back: where it was over; None where that was not seen.
        rise, length: seconds out, and out and back, without rests at either end.
    """

    near: Turn
    far: Turn
    back: Turn | None
    rise: float
    length: float

    @property
    def height(self) -> float:
        """How far it went, as a share of the range: the lesser of out and back."""
        out = self.far.value - self.near.value
        return out if self.back is None else min(out, self.far.value - self.back.value)

    @property
    def ends(self) -> float:
        """When it was over, or at its far end."""
        return self.far.time if self.back is None else self.back.time


@dataclass(frozen=True, slots=True)
class Span:
    """When the movement of a cycle was where: without rests before and after it."""

    start: float
    reached: float
    left: float
    end: float


def cycles_of(times: Array, progress: Array, exercise: Exercise) -> list[Cycle]:
    """Return the full cycles in a recording: those that are like their neighbours."""
    known = np.isfinite(progress)
    if known.sum() < 2:
        return []
    seconds, curve = times[known].tolist(), progress[known].tolist()
    # signals that do not quite agree on the time leave less of the range when put together
    low, high = np.quantile(progress[known], (_TAIL, 1.0 - _TAIL))
    first = reversal = exercise.levels.reversal * float(high - low)
    finest = min(_FINEST * float(high - low), reversal)
    # the range may be that of something else before or after: cycles say better what is usual
    for _ in range(2):
        cycles = _cycles(seconds, curve, reversal, exercise)
        whole = [cycle.height for cycle in cycles if cycle.back is not None]
        if whole:
            usual = float(np.median(whole)) * exercise.levels.reversal
            reversal = max(finest, min(first, usual))
    cycles = _cycles(seconds, curve, reversal, exercise)
    return [cycle for cycle in cycles if is_like(cycle, cycles, exercise)]


def _cycles(
    times: Sequence[float], curve: Sequence[float], reversal: float, exercise: Exercise
) -> list[Cycle]:
    turns = turns_of(times, curve, reversal)
    found = []
    for place, far in enumerate(turns):
        if not far.is_far or place == 0:  # what begins at the far end is nobody's repetition
            continue
        back = turns[place + 1] if place + 1 < len(turns) else None
        if back is None and far.value < exercise.levels.far:
            continue
        found.append(cycle_of(times, curve, turns[place - 1], far, back))
    return found


def cycle_of(
    times: Sequence[float], curve: Sequence[float], near: Turn, far: Turn, back: Turn | None
) -> Cycle:
    """Return the cycle that three turns of a curve make."""
    start = _rest_until(times, curve, near, far)
    end = far.time if back is None else _rest_until(times, curve, back, far)
    return Cycle(near, far, back, far.time - start, end - start)


def _rest_until(times: Sequence[float], curve: Sequence[float], near: Turn, far: Turn) -> float:
    """Return the end of a rest next to a near turn that is nearer to the far one.

    A rest is still. Somebody who moves about, but less than for a repetition, does not rest: then
    the turn itself is returned, and the cycle is as long as it looks.
    """
    still = near.value + _STILL * (far.value - near.value)
    step = 1 if far.place > near.place else -1
    places = range(near.place, far.place, step)
    rest = near.place
    for place in places:
        if curve[place] <= still:
            if place - rest not in (0, step):  # it had been left, and was come back to
                return near.time
            rest = place
    return times[rest]


def is_like(cycle: Cycle, others: Sequence[Cycle], exercise: Exercise) -> bool:
    """Say whether a cycle is a full repetition, by those before and after it.

    One that is a little smaller and a little longer than usual is doubted twice: what is not
    exercise is often both.
    """
    if cycle.back is not None and cycle.length < exercise.tempo.shortest_s / 2:
        return False
    whole = [one for one in others if one.back is not None]
    whole.sort(key=lambda one: abs(one.far.time - cycle.far.time))
    near = whole[: 2 * _AGAINST + 1]
    if not near:
        return True
    if cycle.back is None and not _goes_out_like(cycle, near):
        return False
    share = cycle.height / float(np.median([one.height for one in near]))
    if len(near) < _COMPARABLE or cycle.back is None:
        return share >= exercise.levels.full
    length = cycle.length / float(np.median([one.length for one in near]))
    smaller = max(0.0, np.log(share) / np.log(exercise.levels.full)) if share > 0 else np.inf
    other = np.log(length) / np.log(_SHORTER if length < 1.0 else _LONGER)
    return bool(smaller**2 + other**2 <= 1.0)


def _goes_out_like(cycle: Cycle, others: Sequence[Cycle]) -> bool:
    """Say whether what a recording breaks off is on its way like others: not somebody leaving."""
    pace = cycle.rise / float(np.median([one.rise for one in others]))
    farther = cycle.height / float(np.median([one.height for one in others]))
    return _SHORTER <= pace <= 1.0 / _SHORTER and farther <= _FARTHER


def span_of(cycle: Cycle, times: Array, progress: Array) -> Span:
    """Return when a cycle's movement began, reached the far end, left it, and was over."""
    first, top = np.searchsorted(times, [cycle.near.time, cycle.far.time])
    last = int(np.searchsorted(times, cycle.ends, "right"))
    out, back = progress[first : top + 1], progress[top:last]
    rise = cycle.far.value - cycle.near.value
    fall = rise if cycle.back is None else cycle.far.value - cycle.back.value
    start = _last(times[first : top + 1], out <= cycle.near.value + _LEFT * rise, cycle.near.time)
    reached = _first(times[first : top + 1], out >= cycle.near.value + _HELD * rise, cycle.far.time)
    floor = cycle.far.value - fall
    left = _last(times[top:last], back >= floor + _HELD * fall, cycle.far.time)
    end = _first(times[top:last], back <= floor + _LEFT * fall, cycle.ends)
    return Span(start, min(reached, cycle.far.time), max(left, cycle.far.time), end)


def _first(times: Array, here: NDArray[np.bool_], otherwise: float) -> float:
    places = np.flatnonzero(here)
    return float(times[places[0]]) if len(places) else otherwise


def _last(times: Array, here: NDArray[np.bool_], otherwise: float) -> float:
    places = np.flatnonzero(here)
    return float(times[places[-1]]) if len(places) else otherwise
