"""Who has enrolled by standing in front of the camera first."""

from __future__ import annotations

from mirror.core.parsing import Parsing

_TALL = 0.4  # of the picture's height: whoever is as tall stands in front
_STAYS_S = 1.0  # that they must stand there


class Enrolment:
    """Tells who has enrolled: the first to stand in front, tallest, for a second; one of a lane.

    Nobody else can enrol before the scene ends, whether or not that one is still there: where a
    tracker loses somebody and gives them another id, they are a stranger, and are hidden like one.
    """

    def __init__(self) -> None:
        self._enrolled: int | None = None
        self._candidate: tuple[int, float] | None = None  # who, and since when

    def of(self, parsing: Parsing, now: float) -> int | None:
        """Return the id of who has enrolled by a frame's time in seconds; None: nobody yet."""
        if self._enrolled is not None:
            return self._enrolled
        height = parsing.labels.shape[0]
        in_front = [one for one in parsing.people if one.box[3] - one.box[1] >= _TALL * height]
        if not in_front:
            self._candidate = None
            return None
        tallest = max(in_front, key=lambda one: one.box[3] - one.box[1]).id
        if self._candidate is None or self._candidate[0] != tallest:
            self._candidate = tallest, now
        if now - self._candidate[1] >= _STAYS_S:
            self._enrolled = tallest
        return self._enrolled

    def end_scene(self) -> None:
        """Forget who has enrolled."""
        self._enrolled = self._candidate = None
