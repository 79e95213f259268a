"""A recorded source at its own rate, as if a camera showed it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from pipeline.frame import Frame
from pipeline.sources import Footage, Recorded
from pipeline.sources.container.frame_counts import FrameCounts, counts_of


class Paced:
    """Gives each frame out when its time has come, counted from the first; never before.

    Attributes:
        is_live: as asked; without, a slow consumer makes frames late rather than lost.

    Args:
        source: what is paced.
        is_live: whether late frames may be dropped.
        clock: monotonic seconds.
        wait: waits so many seconds, or until ``close``.
    """

    def __init__(
        self,
        source: Recorded,
        *,
        is_live: bool = False,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._source, self._clock = source, clock
        self._closed = threading.Event()
        self._wait = wait or self._closed.wait
        self.is_live = is_live

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames, each captured when it is given out."""
        started_at: float | None = None
        for frame in self._source:
            if started_at is None:
                started_at = self._clock() - frame.time
            self._wait(max(0.0, started_at + frame.time - self._clock()))
            if self._closed.is_set():
                return
            yield Frame(frame.picture, self._clock(), frame.pts, frame.time_base, frame.duration)

    def close(self) -> None:
        """End a wait, and the iteration. Any thread may call it."""
        self._closed.set()
        self._source.close()

    @property
    def footage(self) -> Footage:
        """What the source says of itself."""
        return self._source.footage

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was wrong with the source."""
        return self._source.remarks

    @property
    def counts(self) -> FrameCounts | None:
        """What came of the source; None where the source keeps no count."""
        return counts_of(self._source)
