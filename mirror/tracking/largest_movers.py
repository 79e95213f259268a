"""Who moves with the whole body: a larger network draws them better, and there is time for two."""

from __future__ import annotations

from collections.abc import Sequence

from mirror.tracking.tracks import Track

_MOST = 2  # people
# Body lengths a second by which most of a body moves: more when it begins, so that nobody is seen
# by one network in one frame and by another in the next. A leg that is raised, or an arm, moves
# less of the body than that.
_BEGINS, _GOES_ON = 0.25, 0.15
_LASTS = 1.2  # how much larger somebody else has to be


class LargestMovers:
    """Chooses a few people a frame. Frames in order; one thread."""

    def __init__(self) -> None:
        self._last: frozenset[int] = frozenset()

    def choose(self, people: Sequence[Track], elapsed_s: float) -> frozenset[int]:
        """Return the keys of the largest of those whose whole body moves fast.

        Args:
            people: whoever is to be looked at.
            elapsed_s: since the frame before.
        """
        fast = [track for track in people if self._is_fast(track, elapsed_s)]
        largest = sorted(fast, key=lambda track: -self._rank(track))[:_MOST]
        self._last = frozenset(track.key for track in largest)
        return self._last

    def _is_fast(self, track: Track, elapsed_s: float) -> bool:
        least = _GOES_ON if track.key in self._last else _BEGINS
        return track.body_speed >= least * track.length * max(elapsed_s, 1e-3)

    def _rank(self, track: Track) -> float:
        return track.length * (_LASTS if track.key in self._last else 1.0)
