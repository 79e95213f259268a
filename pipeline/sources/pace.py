"""When each frame of a recording is due."""

from __future__ import annotations

import math


class Pace:
    """Says how long a frame must wait. Told the time, never reads it.

    Args:
        speed: how many times as fast as recorded; infinity is as fast as can be.
        gives_up_s: so late the pace begins anew instead of hurrying after it; infinity where what
            is late is made up for.
    """

    def __init__(self, speed: float = 1.0, gives_up_s: float = math.inf) -> None:
        self._speed, self._gives_up_s = speed, gives_up_s
        self._start: tuple[float, float] | None = None  # on the clock, and in the recording
        self._begins_at: float | None = None  # None: with the first frame that comes
        self._due_at = 0.0

    def wait_s(self, media_s: float, now: float) -> float:
        """Return how long a frame must wait; 0 when it is due. The first is due at once."""
        if math.isinf(self._speed):
            return 0.0
        if self._start is None:
            self._start = now if self._begins_at is None else self._begins_at, media_s
        self._due_at = self._start[0] + (media_s - self._start[1]) / self._speed
        left_s = self._due_at - now
        if left_s < -self._gives_up_s:
            self._start, self._due_at = (now, media_s), now
        return max(0.0, left_s)

    def begin_again(self, step_s: float) -> None:
        """Let the next frame follow the last, which is shown for so many seconds of media time."""
        if self._start is not None:
            self._begins_at, self._start = self._due_at + step_s / self._speed, None
