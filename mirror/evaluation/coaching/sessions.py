"""How truly the coach counts and judges figures whose repetitions and faults are known."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from mirror.coach.coach import Coach
from mirror.coach.counting.repetition import Repetition
from mirror.coach.exercises.definition import Exercise
from mirror.evaluation.judges import Figure
from mirror.evaluation.synthetic.camera import Conditions
from mirror.evaluation.synthetic.session import PlannedRepetition, Session, random_session

_RATES = (10.0, 15.0, 24.0, 25.0, 30.0, 50.0, 60.0)  # frames a second
_NEAR_S = 0.3  # a repetition is the one planned whose far end is in it, give or take


@dataclass(slots=True)
class SessionTally:
    """Adds up the sessions of one exercise.

    Attributes:
        sessions, exact, within_one, live_exact: how many, and how many were counted so.
        told, missed, made_up: faults, of repetitions that were found.
        delays: seconds from half of the way back to the frame with which it was counted.
    """

    sessions: int = 0
    exact: int = 0
    within_one: int = 0
    live_exact: int = 0
    told: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    made_up: Counter[str] = field(default_factory=Counter)
    delays: list[float] = field(default_factory=list)

    def told_live(self, time: float, far: float, session: Session) -> None:
        """Take in that a repetition, so far at a time, was counted live, with what is to be told.

        Args:
            time: seconds, of the frame with which it was counted.
            far: seconds, of its far end.
            session: in which it was done.
        """
        for planned in session.planned:
            if planned.full and planned.start <= far <= planned.end:
                self.delays.append(time - planned.half_back)

    def add(self, session: Session, found: Sequence[Repetition], live_count: int) -> None:
        """Take one session in."""
        off = abs(len(found) - session.count)
        self.sessions += 1
        self.exact += off == 0
        self.within_one += off <= 1
        self.live_exact += live_count == session.count
        for planned in session.planned:
            if planned.full:
                self._compare(planned, found)

    def _compare(self, planned: PlannedRepetition, found: Sequence[Repetition]) -> None:
        here = [one for one in found if one.start - _NEAR_S <= planned.far <= one.end + _NEAR_S]
        if not here:
            return
        told = {fault.name for fault in here[0].faults}
        self.told.update(told & planned.faults)
        self.missed.update(planned.faults - told)
        self.made_up.update(told - planned.faults)

    def figures(self) -> dict[str, Figure]:
        """Return shares of sessions, and precision and recall of faults."""
        told, missed, made_up = (
            sum(counts.values()) for counts in (self.told, self.missed, self.made_up)
        )
        return {
            "sessions": self.sessions,
            "exact": self.exact / self.sessions if self.sessions else None,
            "within_one": self.within_one / self.sessions if self.sessions else None,
            "live_exact": self.live_exact / self.sessions if self.sessions else None,
            "live_delay_s": float(np.median(self.delays)) if self.delays else None,
            "live_delay_95_s": float(np.quantile(self.delays, 0.95)) if self.delays else None,
            "fault_precision": told / (told + made_up) if told + made_up else None,
            "fault_recall": told / (told + missed) if told + missed else None,
        }


def judge_sessions(
    exercise: Exercise, count: int, conditions: Conditions, watch: Callable[[], None]
) -> SessionTally:
    """Coach random sessions of one exercise, always the same ones."""
    tally = SessionTally()
    for number in range(count):
        chance = np.random.default_rng([number, *exercise.name.encode()])
        rate = _RATES[int(chance.integers(len(_RATES)))]
        session = random_session(exercise, chance, dataclasses.replace(conditions, fps=rate))
        coach = Coach([exercise])
        for body in session.bodies:
            (progress,) = coach.watch([body])
            for one in progress.new:
                tally.told_live(body.time, one.far, session)
        (person,) = coach.report().people
        assert person.found is not None
        tally.add(session, person.found.done.repetitions, person.live_count)
        watch()
    return tally
