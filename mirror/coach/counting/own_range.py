"""A person's own range: signals as progress from the start of a repetition to its far end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.coach.counting.turning_points import turns_of
from mirror.coach.exercises.definition import Watched

Array = NDArray[np.float64]
Rows = NDArray[np.floating]

_TAIL = 0.05  # of the samples lie beyond either end of the range
_TAIL_S = 0.5  # or no longer than this, whichever fits better: one squat in a minute is still seen
_WINDOW_S, _STEP_S = 60.0, 15.0  # in a long recording the range is that of a minute
_FEWEST = 8  # samples
_ENOUGH_HZ = 15.0
_BEYOND = 0.3  # of the range: what is further out counts as this
_USUAL_SHARPNESS = 4
_SHARPNESSES = (1, 2, 4, 8)  # how strongly better signals are preferred: whatever fits best
_LEAST_AGREEMENT = 0.1  # whatever a signal says, it is not ignored
_SAME_RANGE = 0.5  # of the whole recording's range: less in a minute is stillness, not a range


@dataclass(frozen=True, slots=True, eq=False)
class OwnRange:
    """What a person's signals are at the start and at the far end of repetitions.

    Attributes:
        at: (G,) seconds for which the next two hold; between them they change linearly.
        starts, fars: (G, N) of each signal.
        weights: (N,) how much each counts; 0 where it moves too little.
    """

    at: Array
    starts: Array
    fars: Array
    weights: Array

    def progress(self, times: Array, rows: Rows) -> Array:
        """Return (T,) progress: 0 at the start, 1 at the far end, NaN where nothing is seen."""
        each = self.each(times, rows)
        weights = np.where(np.isfinite(each), self.weights, 0.0)
        total = weights.sum(axis=1)
        fused: Array = (np.nan_to_num(each) * weights).sum(axis=1) / np.maximum(total, 1e-12)
        # a signal that only shows now and then must not speak for those that are gone
        return np.where(total >= 0.2 * self.weights.sum(), fused, np.nan)

    def each(self, times: Array, rows: Rows) -> Array:
        """Return (T, N) progress as every signal shows it alone."""
        starts, fars = self._over(times, self.starts), self._over(times, self.fars)
        with np.errstate(invalid="ignore", divide="ignore"):
            shares: Array = np.clip((rows - starts) / (fars - starts), -_BEYOND, 1.0 + _BEYOND)
        return shares

    def _over(self, times: Array, values: Array) -> Array:
        if len(self.at) == 1:
            return values
        return np.stack([np.interp(times, self.at, column) for column in values.T], axis=1)


def own_range(
    times: Array,
    rows: Rows,
    watched: Sequence[Watched],
    calibrated: bool = True,
    thorough: bool = True,
) -> OwnRange | None:
    """Return the range that somebody's signals move in; None where none moves enough.

    Args:
        times: (T,) seconds.
        rows: (T, N) of the watched signals.
        watched: which signals they are.
        calibrated: whether degrees are degrees, so that ``least`` can be held to.
        thorough: whether several ways to put signals together are tried; else the usual one.
    """
    if len(times) < _FEWEST:
        return None
    # a range is that of a part of the samples, too, and costs less
    step = max(1, int((len(times) - 1) / max(float(times[-1] - times[0]) * _ENOUGH_HZ, 1.0)))
    times, rows = times[::step], rows[::step]
    least = np.array([one.least for one in watched]) if calibrated else np.full(len(watched), 1e-6)
    to_low = np.array([one.far == "low" for one in watched])
    best, qualities = None, np.zeros(len(watched))
    for tail in _tails(times):
        lows, highs = _ends(rows, tail)
        at, grid = _grid(times, rows, tail, lows, highs)
        trial = OwnRange(
            at,
            np.where(to_low, grid[1], grid[0]),
            np.where(to_low, grid[0], grid[1]),
            _qualities(times, rows, at, grid, np.nan_to_num(highs - lows) >= least),
        )
        if best is None:
            best, qualities = trial, trial.weights
        better = trial.weights > qualities
        best.starts[:, better], best.fars[:, better] = (
            trial.starts[:, better],
            trial.fars[:, better],
        )
        qualities = np.maximum(qualities, trial.weights)
    if best is None or not qualities.any():
        return None
    weights = np.array([one.weight for one in watched])
    shares = qualities / qualities.max()
    tried = _SHARPNESSES if thorough else (_USUAL_SHARPNESS,)
    ways = [_together(best, weights * shares**sharpness, times, rows) for sharpness in tried]
    if len(ways) == 1:
        return ways[0]
    return max(ways, key=lambda way: _quality(times, way.progress(times, rows)))


def _together(found: OwnRange, weights: Array, times: Array, rows: Rows) -> OwnRange:
    """Return ranges with weights, less for signals that do not go along with the others."""
    agreement = _agreement(found.each(times, rows), weights)
    return OwnRange(found.at, found.starts, found.fars, weights * agreement)


def _agreement(each: Array, weights: Array) -> Array:
    """Return (N,) 0-1: how well every signal goes along with all the others together."""
    known = np.isfinite(each)
    agreement = np.ones(len(weights))
    for column in np.flatnonzero(weights):
        others = np.where(known, weights, 0.0)
        others[:, column] = 0.0
        total = others.sum(axis=1)
        both = known[:, column] & (total > 0)
        if both.sum() < _FEWEST:
            continue
        rest = (np.nan_to_num(each) * others).sum(axis=1)[both] / total[both]
        own = each[both, column]
        spread = own.std() * rest.std()
        if spread > 0:
            covariance = ((own - own.mean()) * (rest - rest.mean())).mean()
            agreement[column] = max(_LEAST_AGREEMENT, float(covariance / spread))
    return agreement


def _tails(times: Array) -> tuple[float, ...]:
    short = _TAIL_S / max(float(times[-1] - times[0]), _TAIL_S)
    return (_TAIL, short) if short < _TAIL else (_TAIL,)


def _qualities(
    times: Array, rows: Rows, at: Array, grid: tuple[Array, Array], moves: NDArray[np.bool_]
) -> Array:
    """Return (N,) how well each signal alone shows repetitions; 0 of those that do not move."""
    qualities = np.zeros(len(moves))
    for column in np.flatnonzero(moves):
        alone = OwnRange(at, grid[0][:, [column]], grid[1][:, [column]], np.ones(1))
        qualities[column] = _quality(times, alone.progress(times, rows[:, [column]]))
    return qualities


def _ends(rows: Rows, tail: float) -> tuple[Array, Array]:
    """Return the (N,) low and high ends that signals move between; NaN of those never seen."""
    ordered = np.sort(rows, axis=0)  # NaN come last
    known = np.isfinite(ordered).sum(axis=0)
    columns = np.arange(rows.shape[1])
    first = np.floor(tail * np.maximum(known - 1, 0)).astype(int)
    last = np.maximum(known - 1, 0) - first
    enough = known >= _FEWEST
    lows = np.where(enough, ordered[first, columns], np.nan)
    return lows, np.where(enough, ordered[last, columns], np.nan)


def _grid(
    times: Array, rows: Rows, tail: float, lows: Array, highs: Array
) -> tuple[Array, tuple[Array, Array]]:
    """Return when, and (G, N) low and high ends there: those of a minute in a long recording."""
    begins, ends = float(times[0]), float(times[-1])
    if ends - begins <= 1.5 * _WINDOW_S:
        return np.array([begins]), (lows[None], highs[None])
    at = np.arange(begins, ends + _STEP_S, _STEP_S)
    found_low, found_high = np.empty((len(at), len(lows))), np.empty((len(at), len(lows)))
    for place, time in enumerate(at):
        first, last = np.searchsorted(times, [time - _WINDOW_S / 2, time + _WINDOW_S / 2])
        low, high = _ends(rows[first:last], tail) if last > first else (lows, highs)
        still = ~(high - low >= _SAME_RANGE * (highs - lows))
        found_low[place] = np.where(still, lows, low)
        found_high[place] = np.where(still, highs, high)
    return at, (found_low, found_high)


def _quality(times: Array, progress: Array) -> float:
    """Return 0-1: how purely a curve goes to and fro, and how regularly."""
    turns = turns_of(times.tolist(), progress.tolist(), 0.5)
    swings = np.abs(np.diff([turn.value for turn in turns]))
    if not len(swings):
        return 1e-3
    known = progress[np.isfinite(progress)]
    travelled = float(np.abs(np.diff(known)).sum())
    pure = min(1.0, float(swings.sum()) / max(travelled, 1e-9))
    cycles = np.diff([turn.time for turn in turns if not turn.is_far])
    if len(cycles) < 2:
        return pure / 2
    sizes = np.minimum(swings[:-1], swings[1:])
    regular = 1.0 / (1.0 + sizes.std() / sizes.mean() + cycles.std() / cycles.mean())
    return float(pure * regular)
