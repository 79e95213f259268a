"""Sets that are kept when they end, and what a history comes to."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from trainees import bodies_doing, later

from mirror.coach.body import Body
from mirror.coach.coach import CoachReport
from mirror.coach.exercises.catalogue import find_exercise
from mirror.live.coaching.free_sets import FreeSets
from mirror.live.coaching.history import HistoryKeeper, glance, kept_sets
from mirror.live.coaching.routine import Request
from mirror.live.translations import speaker
from mirror.outputs.coach_history import KeptSet

TODAY = date(2026, 11, 26)


def kept(day: int, exercise: str = "squat", count: int = 10, held_s: float = 0.0) -> KeptSet:
    at = datetime(2026, 11, day, 12).timestamp()
    return KeptSet(at, "camera 0", 1, exercise, count, count, held_s)


def watched(sets: FreeSets, bodies: list[Body], *requests: Request) -> None:
    for place, body in enumerate(bodies):
        sets.watch([body], (90, 160), body.time, requests if place == 0 else ())


def test_a_history_is_told_in_three_lines() -> None:
    sets = [kept(10, count=30), kept(24), kept(25), kept(26, "plank", 0, 45.0), kept(26, "new")]
    told = glance(sets, TODAY, str, "en").splitlines()
    assert told == [
        "Days in a row: 3 (longest: 3)",
        "Last seven days: sets 4, repetitions 30",
        "Best sets: new 10, Plank 45 s, Squat 30",
    ]
    chinese = glance(sets, TODAY, speaker("zh_CN"), "zh_CN")
    assert "平板支撑" in chinese
    assert "Days" not in chinese


def test_of_no_history_nothing_is_told(tmp_path: Path) -> None:
    assert kept_sets(tmp_path / "none.db") == []
    assert glance([], TODAY, str, "en") == ""


def test_a_set_is_kept_when_it_ends_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    keeper = HistoryKeeper("camera 0", path)
    sets = FreeSets([find_exercise("squat")], 0.0, keeper.keep)
    squats = bodies_doing("squat", count=3)
    watched(sets, squats)
    assert kept_sets(path) == []
    watched(sets, later(squats[:2], 60.0), "end")
    (found,) = kept_sets(path)
    assert (found.source, found.exercise, found.repetitions) == ("camera 0", "squat", 3)
    assert keeper.failure is None


def test_sets_are_not_kept_unless_that_is_asked_for() -> None:
    def keep(report: CoachReport) -> None:
        pytest.fail("nobody asked for it")

    sets = FreeSets([find_exercise("squat")], 0.0)
    squats = bodies_doing("squat", count=2)
    watched(sets, squats)
    watched(sets, later(squats[:2], 60.0), "end")
    assert sets.results[0].count == 2
    watched(FreeSets([find_exercise("squat")], 0.0, keep), squats[:2], "end")  # there was no set


def test_what_cannot_be_kept_is_told_and_stops_nobody(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_text("this is no database, and never was one " * 100)
    keeper = HistoryKeeper("camera 0", path)
    keeper.keep(CoachReport(()))
    assert keeper.failure is not None
    assert keeper.failure.code == "history.unusable"
    assert kept_sets(path) == []
