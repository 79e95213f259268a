"""Pictures that a client has sent, on their way to the thread that decodes them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from mirror.serve.problems import Problem
from pipeline.frame import BGR, Frame
from pipeline.sources.managed_source import ClosableSource


@dataclass(frozen=True, slots=True)
class _Sent:
    number: int
    data: bytes
    came_at: float


class Inbox(ClosableSource):
    """A source whose frames are put in from outside: bounded, as what waits in it is not decoded.

    Attributes:
        is_live: whether the oldest that waits makes room for a newer one.
        came: pictures that were put in.

    Args:
        decode: makes (H, W, 3) uint8 BGR of a file's bytes; what it raises as Problem concerns that
            picture alone. Called on the thread that iterates.
        on_refused: hears which picture could not be decoded, and why; on that thread.
        is_live: see above.
        size: pictures that may wait, where they make room for one another.
        rate: frames a second of media time; None: media time is that of their coming.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        decode: Callable[[bytes], BGR],
        on_refused: Callable[[int, Problem], None],
        *,
        is_live: bool,
        size: int = 1,
        rate: Fraction | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.is_live = is_live
        self._decode, self._on_refused, self._size = decode, on_refused, size
        self._tick, self._clock = None if rate is None else 1 / rate, clock
        self._filled = threading.Condition()
        self._waiting: deque[_Sent] = deque()  # guarded by _filled, as are all below
        self.came = 0
        self._has_ended = self._is_closed = False

    def put(self, data: bytes) -> int | None:
        """Put a picture's file in, without waiting; return whose place it took, where it did so.

        Whoever puts in bounds how many there are of what is not live.
        """
        with self._filled:
            overtaken = None
            if self.is_live and len(self._waiting) >= self._size:
                overtaken = self._waiting.popleft().number
            self._waiting.append(_Sent(self.came, data, self._clock()))
            self.came += 1
            self._filled.notify()
            return overtaken

    def end(self) -> None:
        """Say that nothing more will come: what waits is still given out."""
        with self._filled:
            self._has_ended = True
            self._filled.notify_all()

    def close(self) -> None:
        """End the iteration at once. Any thread may call it, many times."""
        with self._filled:
            self._is_closed = True
            self._waiting.clear()
            self._filled.notify_all()

    def __iter__(self) -> Iterator[Frame]:
        """Yield each picture that can be decoded, numbered as it came; wait for more."""
        while (sent := self._take()) is not None:
            try:
                image = self._decode(sent.data)
            except Problem as problem:
                self._on_refused(sent.number, problem)
                continue
            pts = None if self._tick is None else sent.number
            frame = Frame.from_bgr(image, sent.came_at, pts, self._tick)
            frame.sequence = sent.number
            del sent, image  # or this thread would hold them while it waits
            yield frame

    def _take(self) -> _Sent | None:
        with self._filled:
            while not (self._waiting or self._has_ended or self._is_closed):
                self._filled.wait()
            return self._waiting.popleft() if self._waiting else None
