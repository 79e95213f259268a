"""Whole sessions of a figure: what it did, and the bodies that are seen of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.coach.body import Body
from mirror.coach.exercises.definition import Exercise, View
from mirror.evaluation.synthetic.camera import CLEAN, Conditions, seen_by_camera, times_of
from mirror.evaluation.synthetic.figure import Array
from mirror.evaluation.synthetic.movements import MOVEMENTS, Moment

_YAWS: dict[View, float] = {"front": 0.0, "side": 90.0, "back": 180.0}
_TURNED = 15.0  # degrees that somebody stands askew at most
_CHANGES_SIDES = ("lunge", "lateral-leg-raise", "high-knees")
# what makes repetitions smaller is done in all of them: who goes half as deep once did half of one
_MAKES_SMALLER = (
    "shallow", "partial", "too-low", "low-knees", "chin-low", "not-up", "arms-low", "feet-close",
    "arms-bent", "not-upright",
)  # fmt: skip
_FAST = {"jumping-jack": 0.7, "high-knees": 0.5}  # seconds out and back, at least


@dataclass(frozen=True, slots=True)
class PlannedRepetition:
    """One movement of a session.

    Attributes:
        start, far, end: seconds.
        full: whether it is a repetition; else a part of one.
        faults: what is wrong with it.
    """

    start: float
    far: float
    end: float
    full: bool
    faults: frozenset[str]

    @property
    def half_back(self) -> float:
        """When the way back from the far end is half done: a repetition can be counted then."""
        return self.end - self._back_s / 2

    @property
    def _back_s(self) -> float:
        return min(self.end - self.far, 1.3 * (self.far - self.start))


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """One session.

    Attributes:
        exercise: its name.
        view: from where it is seen.
        planned: everything that was moved, in order.
        bodies: what a parser would see.
    """

    exercise: str
    view: View
    planned: tuple[PlannedRepetition, ...]
    bodies: tuple[Body, ...]

    @property
    def count(self) -> int:
        """Repetitions in it."""
        return sum(one.full for one in self.planned)


def random_session(
    exercise: Exercise,
    chance: np.random.Generator,
    conditions: Conditions = CLEAN,
    faulty: bool = True,
) -> Session:
    """Return a session with full and partial repetitions, pauses, changes of tempo, and faults."""
    view = exercise.views[int(chance.integers(len(exercise.views)))]
    possible = [rule.name for rule in exercise.faults if not rule.views or view in rule.views]
    session_fault = _session_fault(possible, chance) if faulty else None
    planned = _plan(exercise.name, possible if faulty else [], session_fault, chance)
    seconds = planned[-1].end + 1.0
    times = times_of(seconds, conditions, chance)
    moment = _moment(planned, times, exercise.name, chance)
    points = MOVEMENTS[exercise.name](moment)
    yaw = _YAWS[view] + chance.uniform(-_TURNED, _TURNED)
    yaw *= chance.choice([-1.0, 1.0])
    bodies = seen_by_camera(points, times, yaw, conditions, chance)
    return Session(exercise.name, view, tuple(planned), tuple(bodies))


def held_session(
    exercise: Exercise,
    chance: np.random.Generator,
    conditions: Conditions = CLEAN,
    fault: str | None = None,
    seconds: float = 10.0,
) -> Session:
    """Return a session in which a position is held throughout."""
    view = exercise.views[0]
    times = times_of(seconds, conditions, chance)
    faults = {} if fault is None else {fault: np.ones(len(times))}
    points = MOVEMENTS[exercise.name](
        Moment(np.zeros(len(times)), np.ones(len(times), np.bool_), faults)
    )
    yaw = _YAWS[view] + chance.uniform(-_TURNED, _TURNED)
    bodies = seen_by_camera(points, times, yaw, conditions, chance)
    whole = PlannedRepetition(0.0, 0.0, seconds, False, frozenset(faults))
    return Session(exercise.name, view, (whole,), tuple(bodies))


def _session_fault(possible: Sequence[str], chance: np.random.Generator) -> str | None:
    smaller = [name for name in possible if name in _MAKES_SMALLER]
    if not smaller or chance.random() < 0.6:
        return None
    return smaller[int(chance.integers(len(smaller)))]


def _plan(
    name: str, possible: Sequence[str], session_fault: str | None, chance: np.random.Generator
) -> list[PlannedRepetition]:
    at_once = [fault for fault in possible if fault not in _MAKES_SMALLER]
    pace = _FAST.get(name, 1.0) * chance.uniform(1.0, 2.5)
    at = chance.uniform(0.8, 2.0)
    planned: list[PlannedRepetition] = []
    for _ in range(int(chance.integers(2, 11))):
        pace *= chance.uniform(0.9, 1.12)
        out, back = pace * chance.uniform(0.4, 0.6), pace * chance.uniform(0.4, 0.6)
        partial = len(planned) > 1 and session_fault is None and chance.random() < 0.12
        faults = {session_fault} if session_fault else set()
        if at_once and not partial and chance.random() < 0.3:
            faults.add(at_once[int(chance.integers(len(at_once)))])
        start, far = at, at + out
        end = far + chance.choice([0.0, 0.1, 0.4]) * pace + back
        planned.append(PlannedRepetition(start, far, end, not partial, frozenset(faults)))
        at = end + chance.choice([0.0, 0.1, 0.3]) * pace
        if chance.random() < 0.1:
            at += chance.uniform(1.0, 3.0)  # a pause
    return planned


def _moment(
    planned: Sequence[PlannedRepetition], times: Array, name: str, chance: np.random.Generator
) -> Moment:
    far, left = np.zeros(len(times)), np.ones(len(times), np.bool_)
    faults: dict[str, Array] = {}
    everywhere = frozenset.intersection(*(one.faults for one in planned))
    for number, one in enumerate(planned):
        depth = chance.uniform(0.95, 1.0) if one.full else chance.uniform(0.15, 0.3)
        inside = (times >= one.start) & (times <= one.end)
        far[inside] = depth * _course(one, times[inside])
        if name in _CHANGES_SIDES:
            left[inside] = number % 2 == 0
        for fault in one.faults - everywhere:
            faults.setdefault(fault, np.zeros(len(times)))[inside] = _eased(one, times[inside])
    for fault in everywhere:
        faults[fault] = np.ones(len(times))
    return Moment(far, left, faults)


def _course(one: PlannedRepetition, times: Array) -> Array:
    """Return 0 to 1 and back to 0, smoothly: out, at the far end, back as fast as out."""
    out, back = one.far - one.start, one._back_s
    rising = np.clip((times - one.start) / out, 0.0, 1.0)
    falling = np.clip((one.end - times) / back, 0.0, 1.0)
    course: Array = (0.5 - 0.5 * np.cos(np.pi * rising)) * (0.5 - 0.5 * np.cos(np.pi * falling))
    return course


def _eased(one: PlannedRepetition, times: Array) -> NDArray[np.float64]:
    """Return 0 to 1 and back within the first and the last quarter of a repetition."""
    share = (times - one.start) / (one.end - one.start)
    eased: Array = np.clip(np.minimum(share, 1.0 - share) * 4.0, 0.0, 1.0)
    return eased
