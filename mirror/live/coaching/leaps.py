"""Where a film goes on somewhere else, so that what came before is over."""

from __future__ import annotations

from pipeline.frame import Frame

_LOOPS_S = 20.0  # a film that is shorter is looped to go on, as the demo clip is
_LEAP_S = 2.0


class LeapWatch:
    """Looks at one frame after the other; see ``Frame.media_time``."""

    def __init__(self) -> None:
        self._last: float | None = None

    def is_leap(self, frame: Frame) -> bool:
        """Return whether a frame has nothing to do with the one before it."""
        now = None if frame.media_time is None else float(frame.media_time)
        before, self._last = self._last, now
        if now is None or before is None:
            return False
        return now - before > _LEAP_S or (now < before and before > _LOOPS_S)
