"""A run held to a share of the machine, on a simulated one."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from doubles import FakeClock, frame_at

from mirror.core.settings import ConfigError, ParserConfig, load
from mirror.parsers.cpu_budget import CpuBudget, PacedStep, paced
from pipeline.frame import Frame


def share_taken(share: float, cores: int, parse_s: float, other: float = 0.0) -> float:
    """Parse for a minute on one core each, beside something that always takes a bit."""
    budget, chance = CpuBudget(share, cores), random.Random(3)
    now = cpu = 0.0
    while now < 60.0:
        wait_s = budget.wait_s(now, cpu)
        if wait_s > 1e-3:
            now, cpu = now + wait_s, cpu + other * wait_s
            continue
        busy_s = parse_s * chance.uniform(0.5, 1.5)
        now, cpu = now + busy_s, cpu + busy_s * (cores + other)  # all cores at once
    return cpu / now / cores


@pytest.mark.parametrize("parse_s", [0.02, 0.1, 1.5])
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_the_mean_is_the_share_whatever_a_parse_takes(share: float, parse_s: float) -> None:
    assert share_taken(share, 2, parse_s) == pytest.approx(share, abs=0.05)


def test_what_is_taken_besides_counts() -> None:
    assert share_taken(0.5, 2, 0.05, other=0.2) == pytest.approx(0.5, abs=0.05)


def test_a_pause_is_not_made_up_for() -> None:
    budget = CpuBudget(0.5, 2)
    assert budget.wait_s(0.0, 0.0) == 0.0
    assert budget.wait_s(100.0, 0.0) == 0.0
    assert budget.wait_s(101.0, 2.0) > 0.5  # a second of both cores: half of it is too much


class Once(threading.Event):
    """A wait that passes on a clock moved by hand."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.now += timeout or 0.0
        return self.is_set()


def step_with(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch, cpu_s: Callable[[], float]
) -> PacedStep:
    step = PacedStep(lambda frame: frame.captured_at, CpuBudget(0.5, 2), clock, cpu_s)
    monkeypatch.setattr(step, "_closing", Once(clock))
    return step


def test_a_frame_waits_until_there_is_time_for_it(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent = iter([0.0, 3.0, 3.0, 3.0])
    step = step_with(clock, monkeypatch, lambda: next(spent))
    assert step(frame_at(1.0)) == 1.0
    began_at = clock.now
    assert step(frame_at(2.0)) == 2.0
    assert clock.now - began_at == pytest.approx(3.0)  # three seconds at one of two cores


def test_where_all_else_takes_too_much_frames_still_come_through(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = step_with(clock, monkeypatch, lambda: 2 * clock.now)
    began_at = clock.now
    for number in range(3):
        step(frame_at(float(number)))
        clock.now += 0.1
    assert clock.now - began_at == pytest.approx(60.0, abs=1.0)


def test_closing_ends_the_waiting_and_the_parsers_own_step() -> None:
    class Own:
        is_closed = False

        def __call__(self, frame: Frame) -> Any:  # noqa: ANN401
            return None

        def close(self) -> None:
            self.is_closed = True

    own = Own()
    step = PacedStep(own, CpuBudget(0.02, 1), cpu_seconds=iter([0.0, 90.0, 90.0]).__next__)
    step(frame_at(0.0))
    step.close()
    step(frame_at(1.0))  # at once
    assert own.is_closed


def test_without_a_share_the_step_is_the_parsers_own() -> None:
    def step(frame: Frame) -> None:
        return None

    assert paced(step, ParserConfig()) is step
    assert paced(step, ParserConfig(cpu="50%")) is not step


@pytest.mark.parametrize("text", ["50", "0%", "101%", "half"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="a percentage from 2% to 100%"):
        load(flags={"parser.cpu": text})
