"""A recording at its own rate, as if a camera showed it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator

from pipeline.frame import Frame
from pipeline.sources import Source
from pipeline.sources.pace import Pace
from pipeline.sources.wrapped_source import WrappedRecording, WrappedSource

SKIPS_AFTER_S = 0.25  # live: so late, what was missed is not hurried after


class Paced(WrappedSource):
    """Gives each frame out when its time has come, counted from the first; never before.

    Attributes:
        is_live: as asked; without, a slow consumer makes frames late rather than lost, and what is
            late is made up for.
        has_end: True: when no more comes, it was shown, and is not lost.

    Args:
        source: what is paced: frames with a media time. Others are given out at once.
        is_live: whether late frames may be dropped.
        clock: monotonic seconds.
        wait: waits so many seconds, or until ``close``.
    """

    has_end = True

    def __init__(
        self,
        source: Source,
        *,
        is_live: bool = False,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        super().__init__(source)
        self._clock = clock
        self._closed = threading.Event()
        self._wait = wait or self._closed.wait
        self.is_live = is_live

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames, each captured when it is given out."""
        pace = Pace(gives_up_s=SKIPS_AFTER_S if self.is_live else math.inf)
        for frame in self._source:
            if (media_time := frame.media_time) is not None:
                self._wait(pace.wait_s(float(media_time), self._clock()))
            if self._closed.is_set():
                return
            yield frame.recaptured(self._clock())

    def close(self) -> None:
        """End a wait, and the iteration. Any thread may call it."""
        self._closed.set()
        super().close()


class PacedRecording(Paced, WrappedRecording):
    """The same of a recording that says something of itself beforehand."""
