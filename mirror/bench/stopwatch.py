"""CPU and wall time of pieces of work, run in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mirror.core import machine

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one piece of work took, in seconds: on the wall, and of all threads' CPU time."""

    wall_s: float
    cpu_s: float


def cost_of(work: Work) -> Cost:
    """Run a piece of work once."""
    began_at, cpu_before = time.perf_counter(), machine.cpu_seconds()
    work()
    return Cost(time.perf_counter() - began_at, machine.cpu_seconds() - cpu_before)


def costs_in_turns(works: Mapping[str, Work], rounds: int) -> dict[str, Cost]:
    """Run every piece in every round, one after the other, and return each one's least.

    In turns, so that a machine whose speed drifts does so for all of them; the least, since what
    else runs there can only add.
    """
    taken: dict[str, list[Cost]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(cost_of(work))
    return {
        name: Cost(
            min(cost.wall_s for cost in costs),
            min(cost.cpu_s for cost in costs),
        )
        for name, costs in taken.items()
    }
