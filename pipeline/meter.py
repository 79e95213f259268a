"""Rates and latencies. Told the time, never reads it; whoever ticks owns it: one thread."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_FINEST_S = 1e-6  # shorter is nothing: a clock call costs a tenth of it
_RATIO = 1.02  # from one bin to the next, so that a percentile is within one per cent
_BINS = 1100  # up to 2900 s


class Rate:
    """How many a second, over the last ``span_s`` seconds: gaps over time, not ticks over time."""

    def __init__(self, span_s: float = 5.0) -> None:
        self._span_s = span_s
        self._ticks: deque[float] = deque()

    def tick(self, at: float) -> None:
        """Count one, at a time in seconds that never goes back."""
        self._ticks.append(at)
        self._forget_before(at - self._span_s)

    def per_second(self, now: float) -> float:
        """Return the rate; 0 when fewer than two came within the span, as when all stands still."""
        self._forget_before(now - self._span_s)
        if len(self._ticks) < 2:
            return 0.0
        elapsed_s = self._ticks[-1] - self._ticks[0]
        return (len(self._ticks) - 1) / elapsed_s if elapsed_s > 0 else 0.0

    def _forget_before(self, oldest: float) -> None:
        while self._ticks and self._ticks[0] < oldest:
            self._ticks.popleft()


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in seconds: the mean, three percentiles and the worst."""

    mean: float
    p50: float
    p95: float
    p99: float
    worst: float


class Latencies:
    """Durations of any number of frames in a fixed 9 kB: a histogram with logarithmic bins."""

    def __init__(self) -> None:
        self._bins = [0] * _BINS
        self._count = 0
        self._sum = self._worst = 0.0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self._bins[_bin_of(seconds)] += 1
        self._count += 1
        self._sum += seconds
        self._worst = max(self._worst, seconds)

    def spread(self) -> Spread:
        """Return what was counted so far; zeros when nothing was."""
        p50, p95, p99 = self._percentiles((0.50, 0.95, 0.99))
        mean = self._sum / self._count if self._count else 0.0
        return Spread(mean, p50, p95, p99, self._worst)

    def _percentiles(self, shares: Iterable[float]) -> list[float]:
        """The smallest duration that this share of all does not exceed, by nearest rank."""
        found: list[float] = []
        place, passed = -1, 0
        for share in shares:
            rank = max(1, math.ceil(share * self._count))
            while passed < rank and place < _BINS - 1:
                place += 1
                passed += self._bins[place]
            found.append(min(_middle_of(place), self._worst))
        return found


class StageMeter:
    """The latencies of every stage that frames pass, by the stage's name, in order of arrival."""

    def __init__(self) -> None:
        self._stages: dict[str, Latencies] = {}

    def add(self, stages: Mapping[str, float]) -> None:
        """Count one frame's seconds in each stage."""
        for name, seconds in stages.items():
            self._stages.setdefault(name, Latencies()).add(seconds)

    def spreads(self) -> dict[str, Spread]:
        """Return each stage's spread so far."""
        return {name: latencies.spread() for name, latencies in self._stages.items()}


def _bin_of(seconds: float) -> int:
    if seconds <= _FINEST_S:
        return 0
    return min(_BINS - 1, 1 + int(math.log(seconds / _FINEST_S, _RATIO)))


def _middle_of(place: int) -> float:
    return _FINEST_S * _RATIO ** (place - 0.5) if place > 0 else 0.0
