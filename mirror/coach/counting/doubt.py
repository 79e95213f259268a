"""What looks like a repetition only a little counts where the like is done around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mirror.coach.counting.repetition import Repetition

# Chosen on figures and clips, as the exercises' ``clear_from``: walking, talking and landmarks that
# jump look a little like this or that, now and then; who goes half as far does so every time
_TOGETHER = 3  # doubtful ones in a row are someone's way to do it, such as with a small range
_ROW_S, _ROW = 6.0, 3.0  # from far end to far end; or times as long as it took
_FORGOTTEN_S = 90.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be a repetition.

    Attributes:
        repetition: what it would be.
        is_clear: whether it shows the signs of the exercise well.
    """

    repetition: Repetition
    is_clear: bool


def borne_out(candidates: Sequence[Candidate]) -> list[Repetition]:
    """Return those that count: all where one is clear; else those that are not alone."""
    if any(one.is_clear for one in candidates):
        return [one.repetition for one in candidates]
    rows = (row for one in candidates if len(row := _around(one, candidates)) >= _TOGETHER)
    in_a_row = {place for row in rows for place in row}
    return [one.repetition for place, one in enumerate(candidates) if place in in_a_row]


def _around(one: Candidate, candidates: Sequence[Candidate]) -> list[int]:
    """Return the places of those near one in time, its own among them."""
    far, took = one.repetition.far, one.repetition.out_s + one.repetition.back_s
    within = max(_ROW_S, _ROW * took)
    fars = (other.repetition.far for other in candidates)
    return [place for place, other in enumerate(fars) if abs(other - far) <= within]


class Doubts:
    """Holds doubtful repetitions back while it happens, until others bear them out."""

    def __init__(self) -> None:
        self._recent: list[Candidate] = []
        self._told: list[Repetition] = []

    def push(self, new: Sequence[Candidate]) -> list[Repetition]:
        """Take in what was found just now; return what counts now, in order."""
        if not new:
            return []
        since = new[-1].repetition.far - _FORGOTTEN_S
        self._recent = [one for one in self._recent if one.repetition.far >= since] + list(new)
        self._told = [one for one in self._told if one.far >= since]
        counted = [one for one in borne_out(self._recent) if one not in self._told]
        self._told += counted
        return counted
