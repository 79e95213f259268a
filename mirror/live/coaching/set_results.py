"""What was done in a set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mirror.coach.counting.repetition import Repetition
from mirror.coach.exercises.definition import Exercise
from mirror.coach.feedback.live_coaching import Coached


@dataclass(frozen=True, slots=True)
class SetResult:
    """One person's set.

    Attributes:
        number: of the set, from 1.
        person: by track id.
        exercise: what was done.
        count: repetitions.
        clean: how many of them were without a fault.
        held_s: seconds held.
        elapsed_s: how long it took, pauses left out.
    """

    number: int
    person: int
    exercise: Exercise
    count: int
    clean: int
    held_s: float
    elapsed_s: float


class Repetitions:
    """Every repetition of a set as it is completed, by who did it."""

    def __init__(self) -> None:
        self._done: dict[int, list[Repetition]] = {}

    def add(self, coached: Coached) -> None:
        """Take in what is said of one frame."""
        for person, feedback in coached.people.items():
            done = self._done.setdefault(person, [])
            if feedback.last is not None and feedback.last not in done[-1:]:
                done.append(feedback.last)

    def of(self, person: int) -> tuple[Repetition, ...]:
        """Return somebody's, in order of time."""
        return tuple(self._done.get(person, ()))

    @property
    def people(self) -> Mapping[int, tuple[Repetition, ...]]:
        """Everybody's."""
        return {person: tuple(done) for person, done in self._done.items()}


def results_of(
    coached: Coached, done: Repetitions, number: int, elapsed_s: float
) -> tuple[SetResult, ...]:
    """Return what everybody did in a set that ends now; who did nothing is left out."""
    return tuple(
        SetResult(
            number,
            person,
            feedback.exercise,
            feedback.count,
            feedback.count - sum(bool(one.faults) for one in done.of(person)),
            feedback.held_s,
            elapsed_s,
        )
        for person, feedback in coached.people.items()
        if feedback.exercise is not None and (feedback.count or feedback.held_s)
    )
