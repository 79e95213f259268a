"""Figures in front of the coach."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from mirror.coach.body import Body
from mirror.coach.coach import Coach, CoachReport
from mirror.coach.counting.repetition import Repetition
from mirror.coach.exercises.catalogue import find_exercise
from mirror.evaluation.synthetic.camera import CLEAN, Conditions, seen_by_camera, times_of
from mirror.evaluation.synthetic.movements import MOVEMENTS, Moment

SEEN = dataclasses.replace(CLEAN, fps=15.0)  # fewer frames are quicker to watch


def bodies_doing(
    exercise: str,
    count: int = 4,
    seconds: float = 2.0,
    depths: Sequence[float] | None = None,
    fault: str | None = None,
    yaw: float = 90.0,
    conditions: Conditions = SEEN,
    id: int = 1,
    rest_s: float = 1.0,
) -> list[Body]:
    """Bodies of somebody who does some repetitions, one after the other, between two rests."""
    depths = depths or [1.0] * count
    chance = np.random.default_rng(1)
    times = times_of(2 * rest_s + seconds * len(depths), conditions, chance)
    number = np.clip((times - rest_s) // seconds, -1, len(depths)).astype(int)
    share = (times - rest_s) / seconds - number
    deep = np.array([0.0, *depths, 0.0])[number + 1]
    far = deep * (0.5 - 0.5 * np.cos(2 * np.pi * share))
    faults = {} if fault is None else {fault: np.ones(len(times))}
    points = MOVEMENTS[exercise](Moment(far, number % 2 == 0, faults))
    return seen_by_camera(points, times, yaw, conditions, chance, id)


def later(bodies: Iterable[Body], seconds: float, id: int | None = None) -> list[Body]:
    """The same bodies later, and maybe under another track id."""
    return [
        dataclasses.replace(one, time=one.time + seconds, id=one.id if id is None else id)
        for one in bodies
    ]


def coached(bodies: Iterable[Body], *exercises: str, strictness: float = 0.5) -> CoachReport:
    """What the coach says of bodies, a frame each."""
    coach = Coach([find_exercise(name) for name in exercises], strictness)
    for body in bodies:
        coach.watch([body])
    return coach.report()


def repetitions_in(bodies: Iterable[Body], exercise: str) -> tuple[Repetition, ...]:
    """What is counted of the only person."""
    (person,) = coached(bodies, exercise).people
    return () if person.found is None else person.found.done.repetitions
