"""What is told to people: one thing at a time, and not the same again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mirror.coach.exercises.definition import Fault, Words

SHOWN_S = 3.0  # two seconds are enough to read four words twice
_AGAIN_S = 8.0  # two or three repetitions: time to have done something about it


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that is told to one person.

    Attributes:
        person: their track id.
        name: of the fault, or of what is wrong with where they stand.
        words: what is told.
        is_major: whether it matters more than others.
    """

    person: int
    name: str
    words: Words
    is_major: bool = False

    @classmethod
    def of_fault(cls, person: int, fault: Fault) -> Cue:
        """Return what is told of a fault."""
        return cls(person, fault.name, fault.cue, fault.severity == "major")


class CuePicker:
    """Picks what is told, of all that there would be to tell; times are media time in seconds."""

    def __init__(self) -> None:
        self._now: Cue | None = None
        self._since = 0.0
        self._told_at: dict[tuple[int, str], float] = {}

    def offer(self, time: float, cues: Iterable[Cue]) -> None:
        """Take in what has just gone wrong; what matters most and was told longest ago is told.

        What is being told is told to its end.
        """
        if self.told(time) is not None:
            return
        fresh = [cue for cue in cues if time - self._last_told(cue) >= _AGAIN_S]
        if not fresh:
            return
        cue = min(fresh, key=lambda one: (not one.is_major, self._last_told(one)))
        self._now, self._since = cue, time
        self._told_at[cue.person, cue.name] = time

    def told(self, time: float) -> Cue | None:
        """Return what is told at a time, if anything."""
        return self._now if self._now and time - self._since < SHOWN_S else None

    def _last_told(self, cue: Cue) -> float:
        return self._told_at.get((cue.person, cue.name), float("-inf"))
