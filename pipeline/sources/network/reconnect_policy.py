"""Whether and when a source that is away is tried again: the same for everything that is live."""

from __future__ import annotations

from pipeline.errors import SourceError

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0


class ReconnectPolicy:
    """Answers a source's end with a pause, or with none. Told what happened; no thread, no clock.

    Pauses double from half a second to fifteen, and begin anew once a frame has come. Not tried
    again is what has an end, since a recording would begin anew; what was never there, which is a
    mistake of the user's; and what failed for another reason than the source.
    """

    def __init__(self) -> None:
        self._next_s = FIRST_PAUSE_S

    def came(self) -> None:
        """Say that a frame came."""
        self._next_s = FIRST_PAUSE_S

    def pause_s(
        self, error: Exception | None, *, has_end: bool = False, was_there: bool = True
    ) -> float | None:
        """Return how long to wait before the next attempt; None: there is to be none.

        Args:
            error: what broke the source, or its opening; None where its frames just ended.
            has_end: whether it is a recording.
            was_there: whether a frame of it came ever.
        """
        is_its_own = error is None or isinstance(error, SourceError)
        if has_end or not was_there or not is_its_own:
            return None
        pause_s, self._next_s = self._next_s, min(2 * self._next_s, LONGEST_PAUSE_S)
        return pause_s
