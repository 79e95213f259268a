"""What the coach costs for every frame and person."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from mirror.bench.rows import Row
from mirror.coach.body import Body
from mirror.coach.coach import Coach
from mirror.coach.exercises.catalogue import find_exercise, shipped
from mirror.coach.exercises.definition import Exercise
from mirror.evaluation.synthetic.camera import CLEAN, seen_by_camera, times_of
from mirror.evaluation.synthetic.movements import MOVEMENTS, Moment

_SECONDS, _PERIOD_S = 40.0, 2.0
_ENOUGH_MS = 0.5  # of CPU
_AT_ONCE_MS = 100.0


def measure(rounds: int) -> Iterator[Row]:
    """Yield what one person's squats cost: told the exercise, and recognising it among all."""
    bodies = _squats()
    told = [find_exercise("squat")]
    for name, exercises in (("told the exercise", told), ("auto", list(shipped().values()))):
        turns = [_watched(bodies, exercises) for _ in range(rounds)]
        a_frame = min(turn[0] for turn in turns)
        yield Row(f"{name}: CPU a frame and person", a_frame, "ms", _ENOUGH_MS, "less")
        worst = min(turn[1] for turn in turns)
        yield Row("  slowest frame", worst, "ms", _AT_ONCE_MS, "less")
        yield Row(f"  report on {_SECONDS:.0f} s", min(turn[2] for turn in turns), "ms")


def _squats() -> list[Body]:
    chance = np.random.default_rng(0)
    times = times_of(_SECONDS, CLEAN, chance)
    far = 0.5 - 0.5 * np.cos(2 * np.pi * times / _PERIOD_S)
    points = MOVEMENTS["squat"](Moment(far, np.ones(len(times), np.bool_), {}))
    return seen_by_camera(points, times, 60.0, CLEAN, chance)


def _watched(bodies: Sequence[Body], exercises: Sequence[Exercise]) -> tuple[float, float, float]:
    coach = Coach(exercises)
    costs = []
    for body in bodies:
        began = time.thread_time()
        coach.watch([body])
        costs.append(time.thread_time() - began)
    began = time.thread_time()
    coach.report()
    report = time.thread_time() - began
    return sum(costs) / len(costs) * 1e3, max(costs) * 1e3, report * 1e3
