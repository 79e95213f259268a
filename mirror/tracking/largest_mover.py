"""Who moves with the whole body: a larger network draws them better, and there is time for one."""

from __future__ import annotations

from collections.abc import Sequence

from mirror.tracking.tracks import Track

# Body lengths a second by which most of a body moves: more when it begins, so that nobody is seen
# by one network in one frame and by another in the next. A leg that is raised, or an arm, moves
# less of the body than that.
_BEGINS, _GOES_ON = 0.25, 0.15
_LASTS = 1.2  # how much larger somebody else has to be


class LargestMover:
    """Chooses one person a frame, or nobody. Frames in order; one thread."""

    def __init__(self) -> None:
        self._last: int | None = None

    def choose(self, people: Sequence[Track], elapsed_s: float) -> int | None:
        """Return the key of the largest of those whose whole body moves fast; None if none does.

        Args:
            people: whoever is to be looked at.
            elapsed_s: since the frame before.
        """
        fast = [track for track in people if self._is_fast(track, elapsed_s)]
        largest = max(fast, key=self._rank, default=None)
        self._last = None if largest is None else largest.key
        return self._last

    def _is_fast(self, track: Track, elapsed_s: float) -> bool:
        least = _GOES_ON if track.key == self._last else _BEGINS
        return track.body_speed >= least * track.length * max(elapsed_s, 1e-3)

    def _rank(self, track: Track) -> float:
        return track.length * (_LASTS if track.key == self._last else 1.0)
