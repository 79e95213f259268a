"""How often the coach counts somebody who does no exercise at all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from mirror.coach.coach import Coach
from mirror.coach.exercises.definition import Exercise
from mirror.evaluation.judges import Figure
from mirror.evaluation.synthetic.camera import REALISTIC
from mirror.evaluation.synthetic.idling import IDLING, idle_bodies

_RATES = 15.0, 30.0  # frames a second, in turn
_SECONDS = 40.0  # of each


def judge_idling(exercise: Exercise, count: int, watch: Callable[[], None]) -> dict[str, Figure]:
    """Return repetitions counted, in the end and live, of each thing that people do beside.

    Args:
        exercise: what the coach was told.
        count: sequences of each activity, always the same ones, seen as in real clips.
        watch: is called after each round of all of them.
    """
    counted = {f"{what}{when}": 0 for what in IDLING for when in ("", ", live")}
    for number in range(count):
        seen = dataclasses.replace(REALISTIC, fps=_RATES[number % len(_RATES)])
        for what in IDLING:
            chance = np.random.default_rng([number, *what.encode()])
            coach = Coach([exercise])
            for body in idle_bodies(what, chance, seen, _SECONDS):
                coach.watch([body])
            (person,) = coach.report().people
            assert person.found is not None
            counted[what] += len(person.found.done.repetitions)
            counted[f"{what}, live"] += person.live_count
        watch()
    return dict(counted)
