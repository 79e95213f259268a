"""Coaches everybody in the picture, and says after each frame what is to be shown of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mirror.coach.body import Body, body_of
from mirror.coach.coach import Coach, CoachReport
from mirror.coach.counting.repetition import Repetition
from mirror.coach.exercises.definition import Exercise, Fault, Levels
from mirror.coach.exercises.limits import USUAL_STRICTNESS
from mirror.coach.feedback.cues import SHOWN_S, Cue, CuePicker
from mirror.coach.feedback.framing import FramingGuide
from mirror.coach.feedback.phases import LivePhase, PhaseTracker
from mirror.coach.programmes.events import Event
from mirror.coach.programmes.status import ProgrammeStatus
from mirror.coach.trainee import Progress
from mirror.core.parsing import Parsing
from pipeline.result import Result


@dataclass(frozen=True, slots=True)
class Feedback:
    """What there is to be shown of one person, at one time.

    Attributes:
        person: their track id.
        exercise: what they do; None while that is not known.
        count: repetitions so far.
        held_s: seconds held so far, of an exercise that is held.
        progress: 0-1 from the start of a repetition to its far end; None while that is not known.
        phase: where in a repetition they are; None while that is not known.
        last: the repetition that was completed last.
        faults: what was wrong in it, for as long as that is shown.
        framing: what is wrong with where they stand, until something counts.
    """

    person: int
    exercise: Exercise | None = None
    count: int = 0
    progress: float | None = None
    phase: LivePhase | None = None
    last: Repetition | None = None
    faults: tuple[Fault, ...] = ()
    framing: Cue | None = None
    held_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Coached:
    """What there is to be shown of one frame.

    Attributes:
        time: media time in seconds.
        people: track id -> what is shown of them.
        cue: the one thing that is told.
        programme: where the programme is; None where there is none.
        events: what happened in the programme in this frame.
    """

    time: float
    people: Mapping[int, Feedback]
    cue: Cue | None
    programme: ProgrammeStatus | None = None
    events: tuple[Event, ...] = ()


NOBODY = Coached(0.0, {}, None)


class LiveCoaching:
    """A consumer of results that coaches; comes before those that show what it says.

    It is fed every frame, in order, from one thread.

    Args:
        exercises: what may be done: one, or several of which each person's is recognised.
        strictness: 0-1, of form rules; see ``Coach``.
        remembers: whether all is kept, so that ``report`` can be asked for.
    """

    stage = "coach"
    remarks: tuple[str, ...] = ()

    def __init__(
        self,
        exercises: Sequence[Exercise],
        strictness: float = USUAL_STRICTNESS,
        remembers: bool = False,
    ) -> None:
        self._coach = Coach(exercises, strictness, remembers=remembers)
        self._exercises = {one.name: one for one in exercises}
        self._followed: dict[int, _Followed] = {}
        self._cues = CuePicker()
        self._parsing: Parsing | None = None
        self._now = NOBODY

    def consume(self, result: Result[Parsing]) -> None:
        """Take in one parsed frame."""
        parsing = result.parsing
        bodies = [body_of(person, result.frame.time) for person in parsing.people]
        height, width = parsing.labels.shape
        self.watch([one for one in bodies if one], (height, width), result.frame.time)
        self._parsing = parsing

    def of(self, parsing: Parsing) -> Coached:
        """Return what is to be shown of the frame that was taken in last; of others, nothing."""
        return self._now if parsing is self._parsing else NOBODY

    def watch(self, bodies: Sequence[Body], size: tuple[int, int], time: float) -> Coached:
        """Take in the bodies of one frame; return what is to be shown.

        Args:
            bodies: of everybody in it.
            size: its height and width.
            time: its media time in seconds.
        """
        found, wrong = [], []
        for body, progress in zip(bodies, self._coach.watch(bodies), strict=True):
            feedback = self._follow(progress).update(body, size, progress)
            found.append(feedback)
            if progress.new:
                wrong += [Cue.of_fault(body.id, fault) for fault in feedback.faults]
        self._cues.offer(time, wrong)
        cue = self._cues.told(time) or next((one.framing for one in found if one.framing), None)
        self._now = Coached(time, {one.person: one for one in found}, cue)
        return self._now

    def close(self, failure: BaseException | None = None) -> None:
        """Do nothing: what was to be said was said."""

    def report(self) -> CoachReport:
        """Return what everybody did, with all of it known; nothing is taken in after this."""
        return self._coach.report()

    def _follow(self, progress: Progress) -> _Followed:
        exercise = None if progress.exercise is None else self._exercises[progress.exercise]
        followed = self._followed.get(progress.person)
        if followed is None or followed.exercise is not exercise:
            followed = self._followed[progress.person] = _Followed(exercise)
        return followed


class _Followed:
    """One person, whatever their track id."""

    def __init__(self, exercise: Exercise | None) -> None:
        self.exercise = exercise
        self._phases = PhaseTracker(Levels() if exercise is None else exercise.levels)
        self._framing = FramingGuide()
        self._last: Repetition | None = None
        self._last_at = -math.inf

    def update(self, body: Body, size: tuple[int, int], progress: Progress) -> Feedback:
        if progress.new:
            self._last, self._last_at = progress.new[-1], body.time
        has_begun = progress.count > 0 or progress.held_s > 0
        is_known = math.isfinite(progress.progress)
        return Feedback(
            body.id,
            self.exercise,
            progress.count,
            min(1.0, max(0.0, progress.progress)) if is_known else None,
            self._phases.update(progress.progress),
            self._last,
            self._faults(body.time),
            None if has_begun else self._framing.update(body, size, self.exercise),
            progress.held_s,
        )

    def _faults(self, time: float) -> tuple[Fault, ...]:
        if self._last is None or self.exercise is None or time - self._last_at >= SHOWN_S:
            return ()
        names = {fault.name for fault in self._last.faults}
        return tuple(rule for rule in self.exercise.faults if rule.name in names)
