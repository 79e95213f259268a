"""The newest of the frames that come, for whoever is free to work on one."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from pipeline.frame import Frame
from pipeline.sources.managed_source import ClosableSource

_HURRIED = 0.5  # share of the time that is worked at least where there is a hurry


class NewestFrames(ClosableSource):
    """A live source that delivers the newest of the frames that it is given.

    No frame is taken before somebody is free to work on it: one that waits for a parse of seconds
    would be as old as two of them when its answer comes.

    Args:
        at_once: frames that are worked on at the same time.
        duty: returns the share of the time that whoever works on them may work, 0-1; they rest
            after each frame for as long as that asks for.
        clock: monotonic seconds.
        taken: is told of every frame that is taken.

    Attributes:
        at_once: as above.
    """

    is_live = True

    def __init__(
        self,
        at_once: int,
        duty: Callable[[], float] = lambda: 1.0,
        clock: Callable[[], float] = time.monotonic,
        taken: Callable[[Frame], None] = lambda _: None,
    ) -> None:
        self.at_once, self._duty, self._clock, self._taken = at_once, duty, clock, taken
        self._changed = threading.Condition()
        self._frame: Frame | None = None  # guarded by _changed, as are all below
        self._pinned: Frame | None = None
        self._last = -1  # the number of the newest that was taken
        self._is_closed = False
        self._began_at: deque[float] = deque()  # when what is worked on was taken
        self._rests_until = float("-inf")
        self._half_until = float("-inf")  # as above, of who works half of the time

    def put(self, frame: Frame) -> None:
        """Give it a frame; never waits."""
        with self._changed:
            self._frame = frame
            self._changed.notify_all()

    def pin(self, frame: Frame) -> None:
        """Give it a frame that is taken before any newer one, unless it is late for that."""
        with self._changed:
            newest = self._frame
            if (frame.sequence or 0) <= self._last:
                return
            self._pinned = frame
            if newest is not None and (newest.sequence or 0) <= (frame.sequence or 0):
                self._frame = None
            self._changed.notify_all()

    def done(self) -> None:
        """Say that the oldest of the frames that were taken is done with."""
        with self._changed:
            began_at, now = self._began_at.popleft(), self._clock()
            busy_s = now - began_at
            self._rests_until = now + rest_s(busy_s, self._duty())
            self._half_until = now + rest_s(busy_s, _HURRIED)
            self._changed.notify_all()

    def hurry(self) -> None:
        """Rest no longer than the last work took: there is something to be seen soon."""
        with self._changed:
            if self._half_until < self._rests_until:
                self._rests_until = self._half_until
                self._changed.notify_all()

    def __iter__(self) -> Iterator[Frame]:
        """Yield a frame whenever somebody is free for it."""
        while True:
            with self._changed:
                while not self._is_closed and (wait_s := self._must_wait_s()) != 0:
                    self._changed.wait(wait_s)
                if self._is_closed:
                    return
                frame = self._next()
                self._last = max(self._last, frame.sequence or 0)
                self._began_at.append(self._clock())
            self._taken(frame)
            yield frame

    def close(self) -> None:
        """End the iteration. Any thread may call it."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _next(self) -> Frame:
        """Take the frame that is due; there is one."""
        frame, self._pinned = self._pinned, None
        if frame is None:
            frame, self._frame = self._frame, None
        assert frame is not None
        return frame

    def _must_wait_s(self) -> float | None:
        """Seconds to wait before a frame may be taken; None: until something changes."""
        is_empty = self._frame is None and self._pinned is None
        if is_empty or len(self._began_at) >= self.at_once:
            return None
        return max(0.0, self._rests_until - self._clock())


def rest_s(busy_s: float, duty: float) -> float:
    """Return how long to rest after so long a work, so that it takes a share of the time."""
    return busy_s * max(0.0, 1 / max(duty, 1e-3) - 1)
