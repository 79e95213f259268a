"""A recording at an address, shown once at its own pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from mirror.live.sources.media_player import Pace
from pipeline.frame import Frame
from pipeline.sources.url import NetworkCamera


class PacedNetworkSource:
    """Gives each frame out when its time has come, as ``Player`` does for a file.

    An address can be read once from its beginning to its end: there is no way back in it.

    Attributes:
        is_live: True: a parser that is too slow skips frames instead of slowing the film.
        has_end: True: when no more comes, it was shown, and is not lost.

    Args:
        source: what is at the address.
        clock: monotonic seconds.
        wait: waits so many seconds, or until ``close``.
    """

    is_live = has_end = True

    def __init__(
        self,
        source: NetworkCamera,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._source, self._clock = source, clock
        self._closed = threading.Event()
        self._wait = wait or self._closed.wait

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames as they are due; each is of the moment at which it is given out."""
        pace = Pace(1.0)
        for frame in self._source:
            # the source passes for live, whose frames have no media time; the picture still has
            if (media_s := frame.picture.time) is not None:
                self._wait(pace.wait_s(media_s, self._clock()))
            if self._closed.is_set():
                return
            yield Frame(frame.picture, self._clock())

    def close(self) -> None:
        """End a wait, and the iteration. Any thread may call it."""
        self._closed.set()
        self._source.close()
