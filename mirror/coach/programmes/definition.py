"""What a programme is, as its file says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mirror.coach.exercises.definition import Words

_Seconds = Annotated[float, Field(gt=0, le=3600)]
_Rest = Annotated[float, Field(ge=0, le=3600)]
_Number = Annotated[int, Field(ge=1, le=1000)]
_MOST_SETS = 500


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Strict):
    """Some sets of one exercise. A set is over with the first of its targets.

    Attributes:
        exercise: the name of one that ships, or a file of one's own (``.toml``), as seen from the
            programme's file.
        sets: how many.
        repetitions: the target of a set.
        held_s: seconds to be held in a set, of an exercise that is held.
        work_s: seconds that a set lasts, however many repetitions are done in it.
        rest_s: seconds of rest after each set.
    """

    exercise: Annotated[str, Field(min_length=1)]
    sets: _Number = 1
    repetitions: _Number | None = None
    held_s: _Seconds | None = None
    work_s: _Seconds | None = None
    rest_s: _Rest = 0.0

    @model_validator(mode="after")
    def _has_a_target(self) -> Step:
        if self.repetitions is None and self.held_s is None and self.work_s is None:
            raise ValueError("say repetitions, held_s or work_s: something ends a set")
        return self


@dataclass(frozen=True, slots=True)
class PlannedSet:
    """One set of a programme.

    Attributes:
        place: which of all its sets it is, from 0.
        exercise: as the file says it.
        number, of: which set of its exercise in this round, from 1, and of how many.
        round, rounds: likewise.
        repetitions, held_s, work_s: its targets; None where there is none.
        rest_s: seconds of rest after it; 0 after the last.
    """

    place: int
    exercise: str
    number: int
    of: int
    round: int
    rounds: int
    repetitions: int | None
    held_s: float | None
    work_s: float | None
    rest_s: float


class Programme(_Strict):
    """A programme, checked.

    Attributes:
        name: in results and on the command line.
        title: for people.
        countdown_s: seconds from the start to the first set.
        rounds: how often all steps are gone through.
        round_rest_s: seconds of rest between rounds, instead of the last step's.
        steps: in order.
    """

    name: Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Words
    countdown_s: _Rest = 5.0
    rounds: _Number = 1
    round_rest_s: _Rest | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _can_be_done(self) -> Programme:
        count = self.rounds * sum(step.sets for step in self.steps)
        if count > _MOST_SETS:
            raise ValueError(f"{count} sets in all are more than {_MOST_SETS}")
        return self

    def sets(self) -> tuple[PlannedSet, ...]:
        """Return all sets, in order."""
        return tuple(self._sets())

    def _sets(self) -> Iterator[PlannedSet]:
        place = 0
        for round in range(1, self.rounds + 1):
            for step in self.steps:
                for number in range(1, step.sets + 1):
                    yield PlannedSet(
                        place,
                        step.exercise,
                        number,
                        step.sets,
                        round,
                        self.rounds,
                        step.repetitions,
                        step.held_s,
                        step.work_s,
                        self._rest_after(step, number, round),
                    )
                    place += 1

    def _rest_after(self, step: Step, number: int, round: int) -> float:
        ends_round = step is self.steps[-1] and number == step.sets
        if not ends_round:
            return step.rest_s
        if round == self.rounds:
            return 0.0
        return step.rest_s if self.round_rest_s is None else self.round_rest_s
