"""Where the time of one thread goes, by stage."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator


class StageTimer:
    """Adds up seconds by stage; a stage within another counts for itself alone. One thread.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seconds: dict[str, float] = {}
        self._within_s: list[float] = []  # for each stage that is under way, in those within it

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of a block for a stage."""
        began_at = self._clock()
        self._within_s.append(0.0)
        try:
            yield
        finally:
            took_s, within_s = self._clock() - began_at, self._within_s.pop()
            self._seconds[name] = self._seconds.get(name, 0.0) + took_s - within_s
            if self._within_s:
                self._within_s[-1] += took_s

    def take(self) -> dict[str, float]:
        """Return the seconds of each stage since the last call, in the order they ended."""
        seconds, self._seconds = self._seconds, {}
        return seconds
