"""How a batch is spread over a machine."""

from __future__ import annotations

import pytest

from mirror.batch.engines import Shares, cpu_of_each, shares_of
from mirror.core.settings import load
from mirror.parsers.builtin import BuiltIn

A_LOT = 100_000


@pytest.mark.parametrize(
    ("clips", "flags", "processes", "cores", "free_mb", "expected"),
    [
        (100, {}, "auto", 8, A_LOT, Shares(8, 1, 1)),
        (3, {}, "auto", 8, A_LOT, Shares(3, 2, 1)),  # fewer recordings than cores
        (1, {}, "auto", 8, A_LOT, Shares(1, 8, 1)),
        (0, {}, "auto", 8, A_LOT, Shares(1, 8, 1)),
        (100, {}, "auto", 8, 1300, Shares(4, 2, 1)),  # memory for four processes
        (100, {}, "auto", 8, 10, Shares(1, 8, 1)),
        (100, {"parser.workers": 2}, "auto", 8, A_LOT, Shares(4, 2, 1)),
        (100, {"parser.workers": 1, "parser.threads": 4}, "auto", 8, A_LOT, Shares(2, 1, 4)),
        (100, {"parser.threads": 2}, "auto", 8, A_LOT, Shares(4, 1, 2)),
        (100, {}, 2, 8, A_LOT, Shares(2, 4, 1)),
        (100, {}, 16, 8, A_LOT, Shares(16, 1, 1)),
    ],
)
def test_as_many_as_there_are_recordings_cores_and_memory_for(
    clips: int,
    flags: dict[str, object],
    processes: int,
    cores: int,
    free_mb: int,
    expected: Shares,
) -> None:
    found = shares_of(clips, load(flags=flags), BuiltIn(), processes, cores, free_mb)
    assert found == expected


def test_processes_share_what_a_run_may_take_of_the_machine() -> None:
    assert [cpu_of_each(cpu, 4) for cpu in ("auto", "100%", "50%", "3%")] == [
        "auto",
        "25%",
        "12%",
        "2%",
    ]
    assert load(flags={"parser.cpu": cpu_of_each("3%", 4)}).parser.cpu == "2%"
