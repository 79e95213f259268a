"""Work given up while the machine is busy, and taken up again, on a simulated machine."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from mirror.jobs.load_controller import LoadControl, LoadController

BUDGET_S, RATE = 0.05, 30.0
LEVELS = 5


class Machine:
    """Pictures that take longer the busier it is, and less the more work is given up.

    A change of the level tells only after a while: what was begun goes on.
    """

    def __init__(self, load: Callable[[float], float], noise: float = 0.15) -> None:
        self._load, self._noise = load, noise
        self._random = random.Random(7)
        self.controller = LoadController(LEVELS, BUDGET_S)
        self.levels: list[tuple[float, int]] = []
        self.latencies: list[tuple[float, float]] = []
        self._works_at = 0.0

    def run(self, seconds: float) -> None:
        for number in range(round(seconds * RATE)):
            now = number / RATE
            self._works_at += (self.controller.level - self._works_at) * 0.3
            work = 1 - self._works_at / LEVELS
            latency = 0.012 + 0.018 * work * (1 + 4 * self._load(now))
            latency *= 1 + self._noise * self._random.uniform(-1, 1)
            self.latencies.append((now, latency))
            self.levels.append((now, self.controller.observe(now, latency)))

    def late_share(self, start: float, end: float) -> float:
        there = [latency for at, latency in self.latencies if start <= at < end]
        return sum(latency > BUDGET_S for latency in there) / len(there)

    def changes(self, start: float, end: float) -> int:
        there = [level for at, level in self.levels if start <= at < end]
        return sum(one != other for one, other in itertools.pairwise(there))

    def level_at(self, when: float) -> int:
        return next(level for at, level in self.levels if at >= when)


def busy_between(start: float, end: float) -> Callable[[float], float]:
    return lambda now: 1.0 if start <= now < end else 0.0


def test_a_machine_with_room_keeps_all_its_work() -> None:
    machine = Machine(lambda _: 0.0)
    machine.run(30.0)
    assert machine.changes(0.0, 30.0) == 0


def test_a_load_that_comes_is_answered_within_two_seconds() -> None:
    machine = Machine(busy_between(5.0, 40.0))
    machine.run(40.0)
    assert machine.late_share(5.0, 5.6) > 0.5
    assert machine.late_share(7.0, 40.0) < 0.08  # what is tried now and then, included


def test_a_load_that_goes_leaves_all_the_work_within_five_seconds() -> None:
    for end in (12.0, 20.0, 33.0):  # whatever was tried in vain before
        machine = Machine(busy_between(5.0, end))
        machine.run(end + 20.0)
        assert machine.level_at(end + 5.0) == 0
        assert machine.changes(end + 5.0, end + 20.0) == 0


def test_a_load_that_stays_makes_it_settle() -> None:
    machine = Machine(busy_between(5.0, 300.0))
    machine.run(300.0)
    assert machine.changes(10.0, 60.0) <= 8
    assert machine.changes(180.0, 300.0) <= 6  # one try a minute at most, there and back


def test_a_load_that_comes_and_goes_is_followed_and_not_amplified() -> None:
    machine = Machine(lambda now: 1.0 if now % 20.0 < 10.0 else 0.0)
    machine.run(120.0)
    # down and up again six times, and two tries in vain meanwhile
    assert machine.changes(0.0, 120.0) <= 6 * (2 * (LEVELS - 1) + 2 * 2)


def test_one_late_picture_changes_nothing() -> None:
    controller = LoadController(LEVELS, BUDGET_S)
    for number in range(300):
        assert controller.observe(number / RATE, 0.2 if number % 20 == 0 else 0.03) == 0


def test_what_cannot_be_made_up_ends_at_the_last_level() -> None:
    controller = LoadController(3, BUDGET_S)
    for number in range(300):
        controller.observe(number / RATE, 1.0)
    assert controller.level == 2


@pytest.mark.parametrize("latency", [0.034, 0.049])
def test_between_calm_and_late_nothing_changes(latency: float) -> None:
    controller = LoadController(LEVELS, BUDGET_S)
    for number in range(60):
        controller.observe(number / RATE, 0.08)
    level = controller.level
    for number in range(60, 600):
        assert controller.observe(number / RATE, latency) in (level, level + 1)
    assert controller.level >= level > 0


class Told:
    """Whoever does the work."""

    def __init__(self) -> None:
        self.efforts: list[float] = []
        self.workers: list[int] = []

    def set_effort(self, effort: float) -> None:
        self.efforts.append(effort)

    def set_active_workers(self, count: int) -> None:
        self.workers.append(count)


def shown_late(control: LoadControl, told: Told, at_first: float = 0.03) -> None:
    for number in range(180):
        if control.shown(number / RATE, at_first if number < 30 else 0.3):
            control.apply(told, told)


def test_behind_carried_masks_less_is_parsed() -> None:
    told = Told()
    shown_late(LoadControl(workers=2, carries=True), told)
    assert told.workers == []
    assert told.efforts == sorted(told.efforts, reverse=True)
    assert told.efforts[-1] < 0.2


def test_without_carried_masks_fewer_workers_compete() -> None:
    told = Told()
    shown_late(LoadControl(workers=3, carries=False), told)
    assert told.efforts == []
    assert told.workers[-1] == 1


def test_a_parser_that_takes_long_by_itself_keeps_its_workers() -> None:
    told = Told()
    shown_late(LoadControl(workers=3, carries=False), told, at_first=0.2)
    assert told.workers == []


def test_with_one_worker_and_its_own_masks_there_is_nothing_to_give_up() -> None:
    told = Told()
    shown_late(LoadControl(workers=1, carries=False), told)
    assert told.workers == told.efforts == []
