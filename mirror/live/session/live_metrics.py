"""Measures what a session shows. Told the time, never reads it; every thread of it may tell."""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from mirror.jobs.carried_parser import CarriedCounts
from pipeline.meter import Rate
from pipeline.result import FlowStatistics, Timing

_SPAN_S = 2.0  # rates are over so long
HISTORY_S = 60  # the last minute is kept
STAGES = ("queue", "prepare", "wait", "parse", "reorder", "settle", "hold", "draw", "show")


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of a session of late.

    Attributes:
        captured, parsed, painted: frames a second.
        latency: from capture to paint in seconds over the last minute: the median, and what 95
            and 99 of 100 frames stay below; None while nothing is painted.
        mask_age_s: how much older the mask on the last picture was than the picture; None while
            nothing is painted.
        history: the last minute, a second each, oldest first: stage -> mean seconds a frame. Where
            pictures wait for their masks, the stages add up to the latency.
        statistics: of the flow, over the whole session; None before it runs.
        shown: frames that were painted so far.
        unseen: pictures that were replaced by newer ones before they were painted.
        cpu: cores that are kept busy by this process.
        memory_mb: what this process holds.
        carried: of masks that are carried; None where none are.
    """

    captured: float = 0.0
    parsed: float = 0.0
    painted: float = 0.0
    latency: tuple[float, float, float] | None = None
    mask_age_s: float | None = None
    history: tuple[Mapping[str, float], ...] = ()
    statistics: FlowStatistics | None = None
    shown: int = 0
    unseen: int = 0
    cpu: float = 0.0
    memory_mb: int = 0
    carried: CarriedCounts | None = None

    @property
    def stages(self) -> Mapping[str, float]:
        """Mean seconds a frame in each stage, over the last second that is complete."""
        return next((second for second in reversed(self.history[:-1]) if second), {})

    def at_rest(self) -> Figures:
        """Return the figures of a film that is held: nothing moves, so nothing is late."""
        return dataclasses.replace(
            self, captured=0.0, parsed=0.0, painted=0.0, latency=None, mask_age_s=None
        )


@dataclass(slots=True)
class _Second:
    """What passed within one second: for each stage, seconds in all and frames."""

    number: int
    sums: dict[str, tuple[float, int]] = field(default_factory=dict)

    def add(self, stages: Mapping[str, float]) -> None:
        for name, seconds in stages.items():
            total, count = self.sums.get(name, (0.0, 0))
            self.sums[name] = total + seconds, count + 1

    def means(self) -> dict[str, float]:
        return {name: total / count for name, (total, count) in self.sums.items()}


class LiveMetrics:
    """Rates over two seconds, latencies and stages over the last minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards all below
        self._captured, self._parsed, self._painted = (Rate(_SPAN_S) for _ in range(3))
        self._latencies: deque[tuple[float, float]] = deque()
        self._seconds: deque[_Second] = deque(maxlen=HISTORY_S)
        self._painted_count = self._unseen_count = 0
        self._painted_at = float("-inf")
        self._mask_age_s = 0.0
        self._cpu: tuple[float, float] | None = None

    def captured(self, at: float) -> None:
        """Count a frame that the source delivered."""
        with self._lock:
            self._captured.tick(at)

    def parsed(self, timing: Timing, is_exact: bool) -> None:
        """Count a frame that came out of the flow; ``is_exact``: its picture waits for that.

        Then its stages are counted with the picture, when that is painted.
        """
        with self._lock:
            self._parsed.tick(timing.settled_at)
            if not is_exact:
                self._second(timing.settled_at).add(timing.stages)

    def unseen(self) -> None:
        """Count a picture that was replaced before it was painted."""
        with self._lock:
            self._unseen_count += 1

    def painted(
        self, captured_at: float, mask_age_s: float, stages: Mapping[str, float], at: float
    ) -> None:
        """Count a frame that is on the screen for the first time."""
        with self._lock:
            self._painted.tick(at)
            self._painted_count += 1
            self._painted_at = at
            self._mask_age_s = mask_age_s
            self._latencies.append((at, at - captured_at))
            self._second(at).add(stages)

    def read(
        self,
        now: float,
        cpu_s: float,
        memory_mb: int,
        statistics: FlowStatistics | None,
        carried: CarriedCounts | None = None,
    ) -> Figures:
        """Return the figures; ``cpu_s`` is the process's CPU time so far."""
        with self._lock:
            while self._latencies and self._latencies[0][0] < now - HISTORY_S:
                self._latencies.popleft()
            latency = self._percentiles()
            if latency is not None and now - self._painted_at > _SPAN_S + latency[0]:
                latency = None  # all stands still
            before, self._cpu = self._cpu, (now, cpu_s)
            elapsed_s = now - before[0] if before else 0.0
            return Figures(
                captured=self._captured.per_second(now),
                parsed=self._parsed.per_second(now),
                painted=self._painted.per_second(now),
                latency=latency,
                mask_age_s=None if latency is None else self._mask_age_s,
                history=self._history(now),
                statistics=statistics,
                shown=self._painted_count,
                unseen=self._unseen_count,
                cpu=(cpu_s - before[1]) / elapsed_s if before and elapsed_s > 0 else 0.0,
                memory_mb=memory_mb,
                carried=carried,
            )

    def _second(self, at: float) -> _Second:
        if not self._seconds or self._seconds[-1].number < int(at):
            self._seconds.append(_Second(int(at)))
        return self._seconds[-1]

    def _percentiles(self) -> tuple[float, float, float] | None:
        if not self._latencies:
            return None
        seconds = [latency for _, latency in self._latencies]
        p50, p95, p99 = np.percentile(seconds, (50, 95, 99), method="inverted_cdf")
        return float(p50), float(p95), float(p99)

    def _history(self, now: float) -> tuple[Mapping[str, float], ...]:
        by_number = {second.number: second.means() for second in self._seconds}
        last = int(now)
        return tuple(by_number.get(number, {}) for number in range(last - HISTORY_S + 1, last + 1))
