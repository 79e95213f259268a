"""A camera that may go away for a while."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from types import TracebackType

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.sources import Source
from pipeline.sources.container.frame_counts import FrameCounts, counts_of
from pipeline.sources.managed_source import ClosableSource
from pipeline.sources.network.reconnect_policy import ReconnectPolicy


class Reconnecting(ClosableSource):
    """Opens a live source again when it breaks or ends, as ``ReconnectPolicy`` says.

    The first opening is not tried again: what is not there at the start is a mistake of the user's.

    Attributes:
        is_live: an old frame is better dropped.

    Args:
        open_source: opens it; raises SourceError while it is not there.
        is_live: whether old frames are dropped even where the source could wait.
        clock: monotonic seconds.
        wait: waits so many seconds, or until ``close``.

    Raises:
        SourceError: the first opening failed.
    """

    def __init__(
        self,
        open_source: Callable[[], Source],
        is_live: bool = False,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._open, self._clock = open_source, clock
        self._closed = threading.Event()
        self._wait = wait or self._closed.wait
        self._breaks: deque[str] = deque(maxlen=8)
        self._gaps: deque[tuple[float, float]] = deque()  # the first frame's capture, seconds
        self._gap_count = 0
        first = open_source()
        self._source: Source | None = first
        self.is_live = is_live or first.is_live

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until ``close``, or until a source that has an end is at it.

        Raises:
            SourceError: a source that has an end gave none.
        """
        last_at = self._clock()
        policy, broke = ReconnectPolicy(), False
        while not self._closed.is_set():
            source = self._source = self._source or self._opened()
            if source is not None:
                if self._closed.is_set():  # too late for whoever closed or left it to have seen it
                    return source.__exit__(None, None, None)
                for frame in self._frames_of(source):
                    if broke:
                        self._announce(frame.captured_at, frame.captured_at - last_at)
                    policy.came()
                    last_at, broke = frame.captured_at, False
                    yield frame
            pause_s = policy.pause_s(None, has_end=_has_end(source))
            if pause_s is None:
                return
            self._source, broke = None, True
            self._wait(pause_s)

    def close(self) -> None:
        """End a pause, and the iteration. Any thread may call it."""
        self._closed.set()
        if (source := self._source) is not None:
            source.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, traceback)
        if (source := self._source) is not None:
            source.__exit__(kind, error, traceback)

    def gap_before(self, frame: Frame) -> float:
        """Return how many seconds without a source ended since the last call, up to a frame.

        For the consumer's thread. 0 almost always.
        """
        gap_s = 0.0
        while self._gaps and self._gaps[0][0] <= frame.captured_at:
            gap_s += self._gaps.popleft()[1]
        return gap_s

    @property
    def counts(self) -> FrameCounts | None:
        """What came of a recording; None of a camera, which promises nothing."""
        return counts_of(self._source)

    @property
    def remarks(self) -> tuple[str, ...]:
        """How often the source was away, and why the last time; what was wrong with a recording."""
        if not self._gap_count:
            return () if self.counts is None else self.counts.remarks
        why = f"; the last time: {self._breaks[-1]}" if self._breaks else ""
        return (f"the source was away {self._gap_count} times{why}",)

    def _opened(self) -> Source | None:
        try:
            return self._open()
        except SourceError as error:
            self._breaks.append(str(error))
            return None

    def _frames_of(self, source: Source) -> Iterator[Frame]:
        try:
            with source:
                yield from source
        except SourceError as error:
            if _has_end(source):
                raise
            self._breaks.append(str(error))

    def _announce(self, resumed_at: float, seconds: float) -> None:
        self._gaps.append((resumed_at, seconds))
        self._gap_count += 1


def _has_end(source: Source | None) -> bool:
    return getattr(source, "has_end", False)
