"""Watches everybody in the picture, in order, and says at the end who did what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mirror.coach.body import Body, body_of
from mirror.coach.exercises.definition import Exercise
from mirror.coach.exercises.limits import USUAL_STRICTNESS
from mirror.coach.feedback.curve import Curve
from mirror.coach.identity import Identities
from mirror.coach.recognition.recogniser import Recognised
from mirror.coach.trainee import Progress, Trainee
from mirror.coach.watch_list import WatchList
from mirror.core.parsing import Parsing
from pipeline.result import Result


@dataclass(frozen=True, slots=True)
class PersonReport:
    """What one person did.

    Attributes:
        id: the track id under which they were seen first.
        found: the exercise and what was done of it; None where none was recognised.
        live_count: repetitions that were counted while it happened.
    """

    id: int
    found: Recognised | None
    live_count: int

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's own types."""
        if self.found is None:
            return {"id": self.id, "exercise": None, "repetitions": [], "held_s": 0.0}
        done = self.found.done
        return {
            "id": self.id,
            "exercise": done.exercise.name,
            "confidence": round(self.found.confidence, 3),
            "repetitions": [one.as_json() for one in done.repetitions],
            "held_s": round(done.held_s, 3),
            "held": [one.as_json() for one in done.held],
        }


@dataclass(frozen=True, slots=True)
class CoachReport:
    """What everybody did.

    Attributes:
        people: in order of their numbers.
    """

    people: tuple[PersonReport, ...]

    @property
    def exercise(self) -> str | None:
        """The exercise that was done most surely; None where nobody did any."""
        found = [one.found for one in self.people if one.found is not None]
        if not found:
            return None
        return max(found, key=lambda one: one.confidence * one.done.likeness).done.exercise.name

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's own types."""
        return {"exercise": self.exercise, "people": [one.as_json() for one in self.people]}


class Coach:
    """Counts and judges what people do, from their landmarks over time.

    A consumer of results: it is fed one frame after the other, in order, from one thread, whole
    results with ``consume``, or bodies with ``watch``. ``report`` closes it.

    Args:
        exercises: what may be done: one, or several of which each person's is recognised.
        strictness: 0-1, of form rules: 0 forgives a tolerance more than each rule, 1 one less.
        calibrated: whether degrees are degrees and metres metres; not in data scaled per axis.
        remembers: whether all is kept, so that the report is worked out with all of it known. For
            a session without end it is not.

    Attributes:
        progress: how far everybody in the last frame is.
    """

    stage = "coach"
    remarks: tuple[str, ...] = ()

    def __init__(
        self,
        exercises: Sequence[Exercise],
        strictness: float = USUAL_STRICTNESS,
        calibrated: bool = True,
        remembers: bool = True,
    ) -> None:
        self._list = WatchList(exercises)
        self._strictness, self._calibrated, self._remembers = strictness, calibrated, remembers
        self._identities = Identities()
        self._trainees: dict[int, Trainee] = {}
        self._report: CoachReport | None = None
        self.progress: tuple[Progress, ...] = ()

    def consume(self, result: Result[Parsing]) -> None:
        """Take in one parsed frame; ``progress`` then says how far everybody in it is."""
        people = (body_of(person, result.frame.time) for person in result.parsing.people)
        self.watch([body for body in people if body is not None])

    def watch(self, bodies: Sequence[Body]) -> tuple[Progress, ...]:
        """Take in the bodies of one frame; return how far each is."""
        numbers = self._identities.assign(bodies)
        self.progress = tuple(
            self._trainee(number).update(body) for number, body in zip(numbers, bodies, strict=True)
        )
        return self.progress

    def close(self, failure: BaseException | None = None) -> None:
        """Work the report out; nothing is watched after this. After a failure there is none."""
        if self._report is None and failure is None:
            people = (self._trainees[number] for number in sorted(self._trainees))
            self._report = CoachReport(
                tuple(PersonReport(one.number, one.review(), one.count) for one in people)
            )

    def report(self) -> CoachReport:
        """Return what everybody did."""
        self.close()
        assert self._report is not None
        return self._report

    def curve(self, person: int, exercise: Exercise) -> Curve:
        """Return how the main signal of somebody's exercise went, of a person in the report."""
        return self._trainees[person].curve(exercise)

    def _trainee(self, number: int) -> Trainee:
        if number not in self._trainees:
            self._trainees[number] = Trainee(
                number, self._list, self._strictness, self._calibrated, self._remembers
            )
        return self._trainees[number]
