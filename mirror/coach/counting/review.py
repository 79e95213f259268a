"""Repetitions in what was recorded of somebody, with all of it known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.coach.counting.cycles import Cycle, Span, cycles_of, span_of
from mirror.coach.counting.own_range import OwnRange, own_range
from mirror.coach.counting.repetition import Repetition, Side
from mirror.coach.exercises.definition import Exercise

Array = NDArray[np.float64]
Rows = NDArray[np.floating]

_OF_JOINTS = ("angle", "lean")
_AGREE = 0.4  # of the weights have to move as far as a repetition does
_UNWATCHED = 0.5  # of a movement may pass at one time without a sample
_BLINK_S = 0.25  # without a sample is nothing: a fast movement seen by a slow camera has few
_MOMENT_S = 0.1  # before and after a turn is still the turn
# counted live half of the way back: so of the least move at least half is done, less what is late
_FORGIVEN = 0.85  # of the least move is enough of somebody whose others went far enough
_FORGIVEN_FROM = 3  # such others
_MOSTLY = 0.5  # of all that they did
_RETURNS = 0.25  # of a required signal's least move is made on the way back, too
_ONE_SIDED = 0.4  # a side that moves less than this share of the other's did not take part


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """Signals of somebody over time.

    Attributes:
        times: (T,) seconds.
        values: (T, N) of an exercise's watched signals, NaN where not seen.
        sides: (T, N, 2) of left and right.
        calibrated: whether degrees are degrees and metres metres, so that least moves hold.
    """

    times: Array
    values: Rows
    sides: Rows
    calibrated: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """What came of it.

    Attributes:
        repetitions: in order.
        own: the range that the person moved in; None where nothing moved enough.
        progress: (T,) 0 at the start of a repetition, 1 at its far end.
    """

    repetitions: tuple[Repetition, ...]
    own: OwnRange | None
    progress: Array


def review(recorded: Recorded, exercise: Exercise) -> Review:
    """Count the repetitions in a recording."""
    times = recorded.times
    own = own_range(times, recorded.values, exercise.signals, recorded.calibrated)
    if own is None:
        return Review((), None, np.full(len(times), np.nan))
    progress = own.progress(times, recorded.values)
    cycles = [
        cycle
        for cycle in cycles_of(times, progress, exercise)
        if not _stays_away(cycle, times, exercise)
    ]
    moved = _far_enough(cycles, recorded, exercise) if recorded.calibrated else cycles
    usual = float(np.median([cycle.height for cycle in moved])) if moved else 1.0
    found = (as_repetition(cycle, recorded, exercise, progress, usual) for cycle in moved)
    longest = exercise.tempo.longest_s
    kept = [one for one in found if one.out_s + one.back_s <= longest]
    return Review(tuple(kept), own, progress)


def _far_enough(cycles: Sequence[Cycle], recorded: Recorded, exercise: Exercise) -> Sequence[Cycle]:
    known = [one for one in cycles if moves_enough(one, recorded, exercise)]
    if len(known) == len(cycles) or len(known) < _MOSTLY * len(cycles):
        return known
    return [one for one in cycles if moves_enough(one, recorded, exercise, len(known))]


def moves_enough(cycle: Cycle, recorded: Recorded, exercise: Exercise, others: int = 0) -> bool:
    """Say whether a cycle's signals move as far as a repetition does, degrees being degrees.

    Args:
        cycle: of the curve of all signals.
        recorded: what they were.
        exercise: of which it would be a repetition.
        others: how many of the same person did. Whoever goes just far enough does not do so every
            time, and is forgiven a little.
    """
    if not _is_watched(cycle, recorded.times):
        return False
    lows, highs = _extent(_within(recorded.values, recorded.times, cycle.near.time, cycle.ends))
    moved = highs - lows
    share = _FORGIVEN if others >= _FORGIVEN_FROM else 1.0
    least = share * np.array([one.least for one in exercise.signals])
    weights = np.where(np.isfinite(moved), [one.weight for one in exercise.signals], 0.0)
    enough = np.nan_to_num(moved) >= least
    joints = np.isfinite(moved) & [one.measure in _OF_JOINTS for one in exercise.signals]
    # somebody who comes nearer grows, and somebody who walks bobs: but no joint bends as it should
    if joints.any() and not enough[joints].any():
        return False
    if not _goes_along(cycle, recorded, exercise):
        return False
    agreeing = float(weights[enough].sum())
    return agreeing > 0 and agreeing >= _AGREE * float(weights.sum())


def _stays_away(cycle: Cycle, times: Array, exercise: Exercise) -> bool:
    """Say whether there was time enough to come back, and nobody did: no recording cut that off."""
    since = float(times[-1]) - cycle.far.time
    return cycle.back is None and since > exercise.tempo.longest_s / 2


def _is_watched(cycle: Cycle, times: Array) -> bool:
    """Say whether somebody was there for most of a movement; who rests may leave and return."""
    start = cycle.far.time - cycle.rise
    first, last = np.searchsorted(times, [start, start + cycle.length])
    gaps = np.diff(times[first : last + 1])
    return not len(gaps) or float(gaps.max()) <= max(_BLINK_S, _UNWATCHED * cycle.length)


def _goes_along(cycle: Cycle, recorded: Recorded, exercise: Exercise) -> bool:
    """Say whether a signal without which there is no repetition goes where it should, and returns.

    Noise has a range, too, but is not high at the far end and low at the near one. Who sits down
    bends as one does in a squat, and stays down while the trunk comes up again.
    """
    required = [place for place, one in enumerate(exercise.signals) if one.required]
    if not required:
        return True
    signs = np.array([1.0 if exercise.signals[one].far == "high" else -1.0 for one in required])
    least = np.array([exercise.signals[one].least for one in required])

    def at(time: float) -> Array:
        rows = recorded.values[:, required]
        return _typical(_within(rows, recorded.times, time - _MOMENT_S, time + _MOMENT_S))

    far = at(cycle.far.time)
    gone = signs * (far - at(cycle.near.time))
    # of a recording that ends before, and of who is not seen any more, nothing is asked
    back = np.full(len(required), np.nan) if cycle.back is None else at(cycle.back.time)
    returned = signs * (far - back)
    seen = np.isfinite(gone)
    goes = (gone >= least) & ~(returned < _RETURNS * least)
    return not seen.any() or bool(goes[seen].any())


def _typical(values: Rows) -> Array:
    """Return the median of each column; NaN where nothing is seen."""
    ordered = np.sort(values, axis=0).astype(float)  # NaN come last
    known = np.isfinite(ordered).sum(axis=0)
    middle: Array = ordered[np.maximum(known - 1, 0) // 2, np.arange(values.shape[1])]
    return middle


def as_repetition(
    cycle: Cycle, recorded: Recorded, exercise: Exercise, progress: Array, usual: float
) -> Repetition:
    """Return a cycle with its times, tempo, range and side."""
    span = span_of(cycle, recorded.times, progress)
    values = _within(recorded.values, recorded.times, span.start, span.end)
    lows, highs = _extent(values)
    first = _shown_by(exercise, np.isfinite(lows))
    return Repetition(
        start=span.start,
        far=cycle.far.time,
        end=span.end,
        range=float(np.nan_to_num(highs - lows)[first]),
        out_s=span.reached - span.start,
        held_s=span.left - span.reached,
        back_s=span.end - span.left,
        side=_side(recorded, span, first),
        quality=float(min(1.0, cycle.height / usual)),
        complete=cycle.back is not None,
    )


def _shown_by(exercise: Exercise, seen: NDArray[np.bool_]) -> int:
    """Return which signal a repetition's range is told by: the first angle, if one is seen."""
    in_degrees = [one.measure in _OF_JOINTS for one in exercise.signals]
    for wanted in (np.array(in_degrees) & seen, seen):
        places = np.flatnonzero(wanted)
        if len(places):
            return int(places[0])
    return 0


def _side(recorded: Recorded, span: Span, column: int) -> Side:
    sides = _within(recorded.sides, recorded.times, span.start, span.end)
    lows, highs = _extent(sides[:, column])
    left, right = (highs - lows).tolist()
    if not np.isfinite(left) or not np.isfinite(right):
        return "both"
    if left < _ONE_SIDED * right:
        return "right"
    return "left" if right < _ONE_SIDED * left else "both"


def _within(rows: Rows, times: Array, start: float, end: float) -> Rows:
    first, last = np.searchsorted(times, [start, end])
    return rows[first : last + 1]


def _extent(values: Rows) -> tuple[Array, Array]:
    """Return the lowest and the highest of each column; NaN where nothing is seen."""
    known = np.isfinite(values)
    none = ~known.any(axis=0)
    lows = np.where(known, values, np.inf).min(axis=0, initial=np.inf)
    highs = np.where(known, values, -np.inf).max(axis=0, initial=-np.inf)
    return np.where(none, np.nan, lows), np.where(none, np.nan, highs)
