"""The last seconds of a session, as much as memory is granted for."""

from __future__ import annotations

import threading
from collections import deque

from mirror.live.replay.stored_frame import StoredFrame

SPAN_S = 10.0
MOST_BYTES = 24 << 20


class ReplayStore:
    """Keeps the newest frames; any thread may add and ask.

    Args:
        span_s: so long ago is the oldest, in media time.
        most_bytes: of all frames together; the oldest go first.
    """

    def __init__(self, span_s: float = SPAN_S, most_bytes: int = MOST_BYTES) -> None:
        self._span_s, self._most_bytes = span_s, most_bytes
        self._lock = threading.Lock()
        self._frames: deque[StoredFrame] = deque()  # guarded by _lock, as is the one below
        self._bytes = 0

    def add(self, frame: StoredFrame) -> None:
        """Keep a frame; one that is older than the last has nothing to do with those before it."""
        with self._lock:
            if self._frames and frame.time < self._frames[-1].time:
                self._frames.clear()
                self._bytes = 0
            self._frames.append(frame)
            self._bytes += frame.size
            while self._bytes > self._most_bytes or (
                frame.time - self._frames[0].time > self._span_s
            ):
                self._bytes -= self._frames.popleft().size
                if not self._frames:
                    return

    @property
    def frames(self) -> tuple[StoredFrame, ...]:
        """What is kept, the oldest first."""
        with self._lock:
            return tuple(self._frames)

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        with self._lock:
            return self._bytes
