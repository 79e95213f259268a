"""Signals over time, smoothed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SMOOTHED_S = 0.2  # a fast repetition takes 0.6 s, a landmark that jumps a frame or two
_PAUSE_S = 0.5
_FIRST = 256  # rows of room


class MedianFilter:
    """Takes out what lasts a moment only: the median over 0.2 s, at their middle.

    After a pause in which the person was not seen it begins anew, so that nothing is mixed.
    """

    def __init__(self, span_s: float = _SMOOTHED_S) -> None:
        self._span_s = span_s
        self._recent: deque[tuple[float, Array]] = deque()

    def push(self, time: float, values: Array) -> Iterator[tuple[float, Array]]:
        """Yield the times and the values that the newest sample completes."""
        if self._recent and time - self._recent[-1][0] > _PAUSE_S:
            yield from self.flush()
            self._recent.clear()
        self._recent.append((time, values))
        while time - self._recent[0][0] > self._span_s:
            self._recent.popleft()
        yield self._middle()

    def flush(self) -> Iterator[tuple[float, Array]]:
        """Yield what the samples left complete, up to the very last."""
        while len(self._recent) > 1:
            self._recent.popleft()
            yield self._middle()

    def _middle(self) -> tuple[float, Array]:
        time, values = self._recent[-1]
        if len(self._recent) < 3:
            return time, values
        ordered = np.sort([one for _, one in self._recent], axis=0)  # NaN come last
        known = np.isfinite(ordered).sum(axis=0)
        columns = np.arange(ordered.shape[1])
        low = ordered[np.maximum(known - 1, 0) // 2, columns]
        middle = (low + ordered[known // 2, columns]) / 2
        # a landmark that was visible once in the window is not there yet, or not any more
        settled = np.where(known * 2 >= len(ordered), middle, np.nan)
        return (self._recent[0][0] + time) / 2, settled


class History:
    """Rows of values over time, in order.

    Args:
        width: values a row.
    """

    def __init__(self, width: int) -> None:
        self._times = np.zeros(_FIRST)
        self._rows = np.zeros((_FIRST, width), np.float32)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, time: float, row: Array) -> None:
        """Add a row; times that do not grow are left out."""
        if self._count and time <= self._times[self._count - 1]:
            return
        if self._count == len(self._times):
            self._times = np.concatenate([self._times, np.zeros_like(self._times)])
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._times[self._count] = time
        self._rows[self._count] = row
        self._count += 1

    def forget_before(self, time: float) -> None:
        """Drop what is older."""
        first = int(np.searchsorted(self._times[: self._count], time))
        if first:
            self._times[: self._count - first] = self._times[first : self._count]
            self._rows[: self._count - first] = self._rows[first : self._count]
            self._count -= first

    @property
    def times(self) -> Array:
        """(T,) seconds; a view."""
        return self._times[: self._count]

    @property
    def rows(self) -> NDArray[np.float32]:
        """(T, width); a view."""
        return self._rows[: self._count]
