"""Coaches a programme: every set of it with its own exercise, nothing counted in between."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mirror.coach.body import Body, body_of
from mirror.coach.coach import CoachReport
from mirror.coach.exercises.definition import Exercise
from mirror.coach.exercises.limits import USUAL_STRICTNESS
from mirror.coach.feedback.live_coaching import NOBODY, Coached, Feedback, LiveCoaching
from mirror.coach.programmes.catalogue import ProgrammeFile
from mirror.coach.programmes.run import ProgrammeRun
from mirror.coach.programmes.status import ProgrammeStatus, SetResult
from mirror.core.parsing import Parsing
from pipeline.result import Result

Command = Literal["start", "pause", "resume", "skip", "stop"]


@dataclass(frozen=True, slots=True)
class CoachedSet:
    """A set that is over, with what the coach says of it.

    Attributes:
        result: what was planned, when it was, and what was counted while it happened.
        exercise: that it was of.
        report: what everybody did, worked out with all of the set known.
    """

    result: SetResult
    exercise: Exercise
    report: CoachReport

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's own types."""
        one, planned = self.result, self.result.planned
        asked = {
            "repetitions": planned.repetitions,
            "held_s": planned.held_s,
            "work_s": planned.work_s,
        }
        return {
            "round": planned.round,
            "set": planned.number,
            "target": {key: value for key, value in asked.items() if value is not None},
            "reached": one.reached,
            "start": round(one.start, 3),
            "end": round(one.end, 3),
            "worked_s": round(one.worked_s, 3),
            "count": one.count,
            "held_s": round(one.held_s, 3),
            **self.report.as_json(),
        }


class ProgrammeCoaching:
    """A consumer of results that goes through a programme; comes before those that show it.

    Frames come from one thread, in order; commands may come from any. Time is that of the frames,
    so it passes while nobody is in the picture, too. Of several people, whoever has done most of
    the set decides when it is over.

    Args:
        programme: what is gone through, with its exercises.
        strictness: 0-1, of form rules; see ``Coach``.
        starts: whether it starts by itself with the first frame that somebody is in; else ``start``
            is asked for.
    """

    stage = "coach"
    remarks: tuple[str, ...] = ()

    def __init__(
        self, programme: ProgrammeFile, strictness: float = USUAL_STRICTNESS, starts: bool = True
    ) -> None:
        self._programme, self._strictness, self._starts = programme, strictness, starts
        titles = {name: exercise.title for name, exercise in programme.exercises.items()}
        self._run = ProgrammeRun(programme.programme, titles)
        self._lock = threading.Lock()  # guards _asked
        self._asked: list[Command] = []
        self._coaching = self._coaching_of_set()
        self._sets: list[CoachedSet] = []
        self._best = 0, 0.0
        self._is_working = False
        self._parsing: Parsing | None = None
        self._now = NOBODY
        self._status = self._run.status()

    @property
    def status(self) -> ProgrammeStatus:
        """Where the programme is; from any thread."""
        return self._status

    @property
    def sets(self) -> tuple[CoachedSet, ...]:
        """The sets that are over, in order."""
        return tuple(self._sets)

    def ask(self, command: Command) -> None:
        """Start, pause, resume, skip or stop with the next frame; from any thread."""
        with self._lock:
            self._asked.append(command)

    def consume(self, result: Result[Parsing]) -> None:
        """Take in one parsed frame."""
        parsing, time = result.parsing, result.frame.time
        bodies = [body_of(person, time) for person in parsing.people]
        height, width = parsing.labels.shape
        self.watch([one for one in bodies if one], (height, width), time)
        self._parsing = parsing

    def of(self, parsing: Parsing) -> Coached:
        """Return what is to be shown of the frame that was taken in last; of others, nothing."""
        return self._now if parsing is self._parsing else NOBODY

    def watch(self, bodies: Sequence[Body], size: tuple[int, int], time: float) -> Coached:
        """Take in the bodies of one frame; return what is to be shown; see ``LiveCoaching``."""
        with self._lock:
            asked, self._asked = self._asked, []
        if self._starts and self._run.state == "ready" and bodies:
            asked = ["start", *asked]
        events = [event for one in asked for event in getattr(self._run, one)(time)]
        self._change()
        coached = self._watched(bodies, size, time)
        events += self._run.update(time, *self._best)
        self._change()
        self._status = self._run.status()
        self._now = dataclasses.replace(coached, programme=self._status, events=tuple(events))
        return self._now

    def close(self, failure: BaseException | None = None) -> None:
        """End the programme where it is; a set that is on is kept as far as it went."""
        self._run.stop(0.0)  # no earlier than the last frame
        self._change()
        self._status = self._run.status()

    def report(self) -> dict[str, Any]:
        """Return what was done, in JSON's own types; it closes the programme."""
        self.close()
        return {
            "programme": self._programme.programme.name,
            "planned": len(self._run.programme.sets()),
            "sets": [one.as_json() for one in self._sets],
        }

    def _watched(self, bodies: Sequence[Body], size: tuple[int, int], time: float) -> Coached:
        state = self._run.state
        if state in ("paused", "done"):
            return Coached(time, {}, None)
        coached = self._coaching.watch(bodies, size, time)
        if state != "work":  # of what is done in a rest only the place in the picture matters
            people = {id: _at_rest(one) for id, one in coached.people.items()}
            framing = (one.framing for one in people.values() if one.framing)
            return Coached(time, people, next(framing, None))
        done = [(one.count, one.held_s) for one in coached.people.values()]
        self._best = max([self._best, *done])  # whoever leaves keeps what was done
        return coached

    def _change(self) -> None:
        """Begin anew where the run has gone on to another set, or from a rest to work."""
        results = self._run.results
        for result in results[len(self._sets) :]:
            exercise = self._programme.exercises[result.planned.exercise]
            self._sets.append(CoachedSet(result, exercise, self._coaching.report()))
            self._fresh()
        if self._run.state == "work" and not self._is_working:
            self._fresh()
        self._is_working = self._run.state == "work" or (
            self._is_working and self._run.state == "paused"
        )

    def _fresh(self) -> None:
        self._coaching, self._best = self._coaching_of_set(), (0, 0.0)

    def _coaching_of_set(self) -> LiveCoaching:
        exercise = self._programme.exercises[self._run.planned.exercise]
        return LiveCoaching([exercise], self._strictness, remembers=True)


def _at_rest(feedback: Feedback) -> Feedback:
    return Feedback(feedback.person, feedback.exercise, framing=feedback.framing)
