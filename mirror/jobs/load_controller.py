"""Gives up some of the work while pictures come too late, and takes it up again afterwards."""

from __future__ import annotations

import math
from collections import deque
from typing import Protocol

_SPAN_S = 0.4  # of what is looked at: long enough for one slow picture not to count
_LEAST = 5  # pictures in it
_SHARE = 0.8  # of them that must be in time
_SETTLES_S = 0.35  # after a change, before the next step down
_CALM = 0.65  # of the budget: below it, there is room for more work
_CALM_S = 0.6  # how long that must be so
_PROBE_S = 2.0  # work that was taken up again and is too much within this was too early
_HOLD_S, _LONGEST_HOLD_S = 4.0, 60.0  # how long nothing is tried after that, at first and at most
_RELIEF = 0.7  # of what pictures took right after that: below it, the load has gone
_CARRIED_S, _EXACT_S = 0.05, 0.15  # from capture to paint, where masks are carried, and else
_EFFORTS = (1.0, 0.6, 0.4, 0.25, 0.15)  # of the parsers behind carried masks, at each level
_SLACK = 2.5
_FAR = 2.0  # times the budget: two steps at once


class LoadController:
    """Chooses how much work there is to be, by how late pictures are. Pure; told the time.

    Steps down fast, since lateness is seen at once, and up only where there is room to spare
    (hysteresis). Where a step up turns out to be too much, it is not tried again for a while that
    doubles each time, unless pictures come clearly sooner than they did then: whatever kept the
    machine busy has gone. So a load that stays makes it settle, and one that goes is used at once.

    Args:
        levels: how many there are; 0 is all the work, the last one the least.
        budget_s: from capture to paint.
        slack: what pictures take at best, so many times, is within the budget in any case: work
            that takes long by itself is not sooner done if there is less of it.
    """

    def __init__(self, levels: int, budget_s: float, slack: float = 0.0) -> None:
        self._last, self._least_budget_s, self._slack = levels - 1, budget_s, slack
        self._best_s = math.inf
        self._level = 0
        self._seen: deque[tuple[float, float]] = deque()
        self._changed_at = float("-inf")
        self._calm_since: float | None = None
        self._took_up_at = float("-inf")
        # what pictures take at this level under the load that was too much; None: not known yet
        self._under_load_s: float | None = None
        self._hold_s, self._holds_until = _HOLD_S, float("-inf")

    @property
    def level(self) -> int:
        """How much is given up: 0 is nothing."""
        return self._level

    def observe(self, now: float, latency_s: float) -> int:
        """Take in how late a picture was, and return the level from now on.

        Args:
            now: seconds, of any clock that does not go back.
            latency_s: from its capture until it was painted.
        """
        self._seen.append((now, latency_s))
        while self._seen[0][0] < now - _SPAN_S:
            self._seen.popleft()
        if len(self._seen) >= _LEAST:
            self._decide(now, self._recent_s())
        return self._level

    def _recent_s(self) -> float:
        """What most of the last pictures stay below."""
        latencies = sorted(latency for _, latency in self._seen)
        return latencies[math.ceil(_SHARE * len(latencies)) - 1]

    @property
    def _budget_s(self) -> float:
        return max(self._least_budget_s, self._slack * self._best_s)

    def _decide(self, now: float, recent_s: float) -> None:
        self._best_s = min(self._best_s, recent_s)
        is_settled = now - self._changed_at >= _CALM_S
        if self._under_load_s is None and is_settled and now < self._holds_until:
            self._under_load_s = recent_s
        if recent_s > self._budget_s:
            self._calm_since = None
            if self._level < self._last and now - self._changed_at >= _SETTLES_S:
                self._give_up(now, recent_s)
        elif recent_s > _CALM * self._budget_s:
            self._calm_since = None
        elif self._level > 0:
            self._calm_since = now if self._calm_since is None else self._calm_since
            if now - self._calm_since >= _CALM_S and self._may_take_up(now, recent_s):
                self._take_up(now)

    def _give_up(self, now: float, recent_s: float) -> None:
        if now - self._took_up_at <= _PROBE_S:
            self._holds_until = now + self._hold_s
            self._hold_s = min(2 * self._hold_s, _LONGEST_HOLD_S)
        steps = 2 if recent_s > _FAR * self._budget_s else 1
        self._change(now, min(self._last, self._level + steps))

    def _may_take_up(self, now: float, recent_s: float) -> bool:
        is_relieved = self._under_load_s is not None and recent_s < _RELIEF * self._under_load_s
        return now >= self._holds_until or is_relieved

    def _take_up(self, now: float) -> None:
        if now < self._holds_until:  # relieved: what was too much is so no more
            self._hold_s, self._holds_until = _HOLD_S, now
        elif self._holds_until < self._took_up_at < now - _PROBE_S:
            self._hold_s = _HOLD_S  # the last step up was right
        self._took_up_at = now
        self._change(now, self._level - 1)

    def _change(self, now: float, level: int) -> None:
        self._level, self._changed_at = level, now
        self._calm_since = self._under_load_s = None
        self._seen.clear()


class Eased(Protocol):
    """A parser that can be told to work less, as ``CarriedParser`` can."""

    def set_effort(self, effort: float) -> None:
        """Work for a share of the time only."""
        ...


class Staffed(Protocol):
    """What has workers, as a ``Flow`` has, some of which can be told to pause."""

    def set_active_workers(self, count: int) -> None:
        """Let so many work at the same time."""
        ...


class LoadControl:
    """Does less work where pictures come too late.

    Of a parser that carries its masks the parsers behind rest more; of another, fewer workers
    compete for the cores, so that what they do is done sooner.

    Args:
        workers: of the flow.
        carries: whether masks are carried.
    """

    def __init__(self, workers: int, carries: bool) -> None:
        self._workers, self._carries = workers, carries
        if carries:
            self._controller = LoadController(len(_EFFORTS), _CARRIED_S)
        else:
            self._controller = LoadController(workers, _EXACT_S, _SLACK)

    @property
    def level(self) -> int:
        """How much is given up: 0 is nothing."""
        return self._controller.level

    def apply(self, flow: Staffed | None, carried: Eased | None) -> None:
        """Have as much work done as there is to be now."""
        level = self.level
        if self._carries and carried is not None:
            carried.set_effort(_EFFORTS[level])
        elif not self._carries and flow is not None:
            flow.set_active_workers(max(1, self._workers - level))

    def shown(self, now: float, latency_s: float) -> bool:
        """Take in how late a picture was; return whether the work is to change. One thread."""
        before = self._controller.level
        return self._controller.observe(now, latency_s) != before
