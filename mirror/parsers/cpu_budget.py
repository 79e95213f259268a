"""How much of the machine a run takes, held to a share of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from mirror.core import machine
from mirror.core.settings import ParserConfig, share_of
from pipeline.concurrency.closeable import Closeable
from pipeline.frame import Frame

_BURST_S = 0.25  # seconds of its share that may be saved up, or a pause would be made up for

_LEAST_S = 0.001  # that is worth waiting for
_LONGEST_S = 30.0  # that a frame waits, where all else alone takes more than the share


class CpuBudget:
    """Says how long to wait until the CPU time that was taken is within a share. Pure.

    A token bucket (as for rates in networks; Turner, IEEE Communications, 1986) of CPU time: it
    fills with the time that passes, by the share of all cores, and what the process takes flows
    out. So all that it does counts, and the mean is the share whatever a parse takes.

    Args:
        share: 0-1, of all cores.
        cores: that the process may use.
    """

    def __init__(self, share: float, cores: int) -> None:
        self._rate = share * cores  # CPU seconds a second
        self._credit_s = 0.0
        self._last: tuple[float, float] | None = None

    def wait_s(self, now: float, cpu_s: float) -> float:
        """Return how long to wait before more work is begun; 0: not at all.

        Args:
            now: seconds, of a clock that does not go back.
            cpu_s: CPU time of the process so far.
        """
        if self._last is not None:
            gained = (now - self._last[0]) * self._rate - (cpu_s - self._last[1])
            self._credit_s = min(self._credit_s + gained, _BURST_S * self._rate)
        self._last = now, cpu_s
        return max(0.0, -self._credit_s / self._rate)


class PacedStep:
    """A prepare step that lets frames through as fast as the budget allows. One thread.

    Args:
        step: the parser's own.
        budget: what may be taken.
        clock: monotonic seconds.
        cpu_seconds: CPU time of the process so far.
    """

    def __init__(
        self,
        step: Callable[[Frame], Any],
        budget: CpuBudget,
        clock: Callable[[], float] = time.monotonic,
        cpu_seconds: Callable[[], float] = machine.cpu_seconds,
    ) -> None:
        self._step, self._budget = step, budget
        self._clock, self._cpu_seconds = clock, cpu_seconds
        self._closing = threading.Event()

    def __call__(self, frame: Frame) -> Any:  # noqa: ANN401  # the parser's own plan
        """Wait until there is time for the frame, then plan it."""
        began_at = self._clock()
        while (wait_s := self._budget.wait_s(self._clock(), self._cpu_seconds())) > _LEAST_S:
            left_s = began_at + _LONGEST_S - self._clock()
            if left_s <= _LEAST_S or self._closing.wait(min(wait_s, left_s)):
                break
        return self._step(frame)

    def close(self) -> None:
        """End the waiting, and the parser's own step."""
        self._closing.set()
        if isinstance(self._step, Closeable):
            self._step.close()


def paced(step: Callable[[Frame], Any], config: ParserConfig) -> Callable[[Frame], Any]:
    """Return a prepare step that keeps to the share that settings ask for, if they do."""
    share = share_of(config.cpu)
    return step if share is None else PacedStep(step, CpuBudget(share, machine.cores()))
