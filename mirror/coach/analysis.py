"""What one person did of one exercise, with all that was recorded known."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mirror.coach.counting.doubt import Candidate, borne_out
from mirror.coach.counting.holding import Held, held_in
from mirror.coach.counting.repetition import Repetition
from mirror.coach.counting.review import Recorded, review
from mirror.coach.exercises.definition import Exercise, Sign
from mirror.coach.exercises.limits import USUAL_STRICTNESS
from mirror.coach.form.judge import Watching, faults_in, faults_while
from mirror.coach.recognition.signs import signs_shown
from mirror.coach.signals.track import SignalRecord
from mirror.coach.signals.view import view_of

_FAULT_COSTS = {"minor": 0.1, "major": 0.25}  # of a repetition's quality
_HELD_COUNTS_S = 3.0  # something held for so long is as good a sign as a repetition
_POSED = 0.08  # likeness of the posture below which a movement is something else, whatever was said
_MOVED = 0.035  # likewise of posture and ranges together: who goes half as far does it all the same
_ONE_REPETITION = 0.7  # of a sign is a single one; several are more


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody did of an exercise.

    Attributes:
        exercise: which.
        repetitions: in order.
        held: in order; of exercises that are held.
        likeness: 0-1, how well it shows the signs of the exercise.
    """

    exercise: Exercise
    repetitions: tuple[Repetition, ...]
    held: tuple[Held, ...]
    likeness: float

    @property
    def held_s(self) -> float:
        """Seconds held in all."""
        return sum(one.seconds for one in self.held)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where an exercise's signals are in a bank: of those that move, and by name of all."""

    watched: tuple[int, ...]
    named: Mapping[str, int]


def analyse(
    record: SignalRecord,
    exercise: Exercise,
    columns: Columns,
    strictness: float = USUAL_STRICTNESS,
) -> Done:
    """Return what somebody did of an exercise, faults among it."""
    if exercise.hold is not None:
        return _held(record, exercise, columns, strictness)
    found = review(recorded(record, columns), exercise).repetitions
    candidates = candidates_of(found, record, exercise, columns)
    repetitions = tuple(
        with_faults(one, record, exercise, columns, strictness) for one in borne_out(candidates)
    )
    if not repetitions:
        return Done(exercise, (), (), 0.0)
    shown = _shown(record, exercise.recognition, columns, repetitions[0].start, repetitions[-1].end)
    several = 1.0 if len(repetitions) > 1 else _ONE_REPETITION
    return Done(exercise, repetitions, (), shown * several)


def recorded(record: SignalRecord, columns: Columns) -> Recorded:
    """Return the signals that move with an exercise's repetitions."""
    watched = list(columns.watched)
    return Recorded(
        record.times, record.combined[:, watched], record.sides[:, watched], record.calibrated
    )


def candidates_of(
    found: Sequence[Repetition], record: SignalRecord, exercise: Exercise, columns: Columns
) -> list[Candidate]:
    """Return those in which somebody was as one has to be: nobody does push-ups upright."""
    likenesses = ((one, _likeness(one, record, exercise, columns)) for one in found)
    return [
        Candidate(one, likeness >= exercise.clear_from)
        for one, likeness in likenesses
        if likeness >= _MOVED
    ]


def _likeness(one: Repetition, record: SignalRecord, exercise: Exercise, columns: Columns) -> float:
    """Return how well a repetition shows the signs of its exercise; 0 of another posture."""
    if not record.calibrated:
        return 1.0
    posture = [sign for sign in exercise.recognition if sign.take != "range"]
    if _shown(record, posture, columns, one.start, one.end) < _POSED:
        return 0.0
    return _shown(record, exercise.recognition, columns, one.start, one.end)


def with_faults(
    one: Repetition,
    record: SignalRecord,
    exercise: Exercise,
    columns: Columns,
    strictness: float = USUAL_STRICTNESS,
) -> Repetition:
    """Return a repetition with what was wrong in it, and its quality by that."""
    seen = _watching(record, columns, one.start, one.end, strictness)
    faults = faults_in(exercise.faults, one, seen)
    cost = sum(_FAULT_COSTS[fault.severity] for fault in faults)
    return dataclasses.replace(one, faults=tuple(faults), quality=max(0.0, one.quality - cost))


def _held(record: SignalRecord, exercise: Exercise, columns: Columns, strictness: float) -> Done:
    assert exercise.hold is not None
    held = []
    for one in held_in(record.times, record.named(columns.named), exercise.hold):
        seen = _watching(record, columns, one.start, one.end, strictness)
        faults = tuple(faults_while(exercise.faults, one.start, one.end, seen))
        held.append(dataclasses.replace(one, faults=faults))
    if not held:
        return Done(exercise, (), (), 0.0)
    shown = _shown(record, exercise.recognition, columns, held[0].start, held[-1].end)
    enough = min(1.0, sum(one.seconds for one in held) / _HELD_COUNTS_S)
    return Done(exercise, (), tuple(held), shown * enough)


def _shown(
    record: SignalRecord, signs: Sequence[Sign], columns: Columns, start: float, end: float
) -> float:
    inside = (record.times >= start) & (record.times <= end)
    signals = {name: values[inside] for name, values in record.named(columns.named).items()}
    return signs_shown(signs, signals)


def _watching(
    record: SignalRecord, columns: Columns, start: float, end: float, strictness: float
) -> Watching:
    inside = (record.times >= start) & (record.times <= end)
    view = view_of(record.facings[inside].tolist())
    return Watching(record.times, record.named(columns.named), view, strictness)
