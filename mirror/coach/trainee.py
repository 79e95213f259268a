"""One person whom the coach watches."""

from __future__ import annotations

from dataclasses import dataclass

from mirror.coach.analysis import analyse, candidates_of, recorded, with_faults
from mirror.coach.body import Body
from mirror.coach.counting.doubt import Doubts
from mirror.coach.counting.holding import HoldTimer
from mirror.coach.counting.live import LiveCounter
from mirror.coach.counting.repetition import Repetition
from mirror.coach.exercises.definition import Exercise
from mirror.coach.feedback.curve import Curve, curve_of
from mirror.coach.recognition.recogniser import Recognised, recognise
from mirror.coach.signals.track import SignalRecord, SignalTrack
from mirror.coach.watch_list import WatchList

_REMEMBERED_S = 90.0  # of what is watched without end
_RECOGNISED_EVERY_S = 3.0
_RECOGNISED_OVER_S = 20.0
_BEFORE_S = 1.0  # a repetition is judged with so much of what was before it


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is, at one time.

    Attributes:
        person: their number.
        time: media time in seconds.
        exercise: what they are doing; None while that is not known.
        count: repetitions so far.
        progress: 0 at the start of a repetition, 1 at its far end; NaN while that is not known.
        new: repetitions that this frame completed, with their faults.
        held_s: seconds held so far, of an exercise that is held.
    """

    person: int
    time: float
    exercise: str | None
    count: int
    progress: float
    new: tuple[Repetition, ...]
    held_s: float = 0.0


class Trainee:
    """Follows one person through an exercise, and says at the end what was done.

    Args:
        number: who it is.
        watch_list: the exercises that it may be; one, or many to choose from.
        strictness: 0-1, of form rules; 0.5 is the rule.
        calibrated: whether degrees are degrees and metres metres.
        remembers: whether everything is kept for ``review``; else the last minute and a half.
    """

    def __init__(
        self,
        number: int,
        watch_list: WatchList,
        strictness: float,
        calibrated: bool = True,
        remembers: bool = True,
    ) -> None:
        self.number, self._list = number, watch_list
        self._strictness, self._remembers = strictness, remembers
        self._track = SignalTrack(watch_list.bank, calibrated)
        self._exercise = watch_list.exercises[0] if len(watch_list.exercises) == 1 else None
        self._counter, self._timer = _counter_of(self._exercise), _timer_of(self._exercise)
        self._doubts = Doubts()
        self._asked_at: float | None = None
        self.count = 0

    def update(self, body: Body) -> Progress:
        """Take one body in, in order of time; return how far the person is."""
        self._track.add(body)
        if not self._remembers:
            self._track.forget_before(body.time - _REMEMBERED_S)
        if self._exercise is None:
            self._recognise(body.time)
        new = tuple(self._counted())
        self.count += len(new)
        name = None if self._exercise is None else self._exercise.name
        progress = float("nan") if self._counter is None else self._counter.progress
        return Progress(self.number, body.time, name, self.count, progress, new, self._held_s())

    def review(self) -> Recognised | None:
        """Return what was done, with all of it known. Nobody is added after this."""
        self._track.finish()
        return self._chosen(self._track.record())

    def curve(self, exercise: Exercise) -> Curve:
        """Return how an exercise's main signal went; it has to be on the watch list."""
        return curve_of(self._track.record(), exercise, self._list.columns(exercise))

    def _recognise(self, time: float) -> None:
        if self._asked_at is None:
            self._asked_at = time
        if time - self._asked_at < _RECOGNISED_EVERY_S:
            return
        self._asked_at = time
        found = self._chosen(self._track.record(time - _RECOGNISED_OVER_S))
        if found is not None:
            self._exercise = found.done.exercise
            self._counter, self._timer = _counter_of(self._exercise), _timer_of(self._exercise)

    def _chosen(self, record: SignalRecord) -> Recognised | None:
        done = [
            analyse(record, one, self._list.columns(one), self._strictness)
            for one in self._list.exercises
        ]
        return Recognised(done[0], 1.0) if len(done) == 1 else recognise(done)

    def _held_s(self) -> float:
        if self._exercise is None or self._timer is None or not len(self._track):
            return 0.0
        named = self._list.columns(self._exercise).named
        time, values = self._track.newest(tuple(named.values()))
        self._timer.push(time, dict(zip(named, values.tolist(), strict=True)))
        return sum(one.seconds for one in self._timer.held())

    def _counted(self) -> list[Repetition]:
        if self._exercise is None or self._counter is None or not len(self._track):
            return []
        exercise, columns = self._exercise, self._list.columns(self._exercise)
        time, values = self._track.newest(columns.watched)
        found = self._counter.update(
            time, values, lambda since: recorded(self._track.record(since), columns)
        )
        if not found:
            return []
        around = self._track.record(min(one.start for one in found) - _BEFORE_S)
        counted = self._doubts.push(candidates_of(found, around, exercise, columns))
        return [self._judged(one, exercise) for one in counted]

    def _judged(self, one: Repetition, exercise: Exercise) -> Repetition:
        around = self._track.record(one.start - _BEFORE_S)
        return with_faults(one, around, exercise, self._list.columns(exercise), self._strictness)


def _counter_of(exercise: Exercise | None) -> LiveCounter | None:
    return None if exercise is None or exercise.hold is not None else LiveCounter(exercise)


def _timer_of(exercise: Exercise | None) -> HoldTimer | None:
    return None if exercise is None or exercise.hold is None else HoldTimer(exercise.hold)
