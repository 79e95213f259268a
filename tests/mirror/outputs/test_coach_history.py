"""The coach's history: what is kept, exported and deleted."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import date, datetime
from pathlib import Path

import pytest
from trainees import bodies_doing, coached

from mirror.coach.coach import CoachReport
from mirror.outputs.coach_history import (
    MIGRATIONS,
    VERSION,
    CoachHistory,
    HistoryUnusable,
    KeptSet,
)
from mirror.outputs.history_calendar import calendar_of
from mirror.outputs.history_figures import bests, streak


@pytest.fixture(scope="module")
def squats() -> CoachReport:
    return coached(bodies_doing("squat", count=3, fault="leaning-forward"), "squat")


def test_sessions_outlive_the_program_and_come_back_in_order(
    tmp_path: Path, squats: CoachReport
) -> None:
    file = tmp_path / "me.db"
    for at in (200.0, 100.0):
        with CoachHistory(file, is_made=True) as history:
            assert history.add(at, "squats.mp4", squats) == 1
    with CoachHistory(file) as history:
        first, second = history.sets()
    assert (first.at, second.at) == (100.0, 200.0)
    assert (first.exercise, first.repetitions, first.clean) == ("squat", 3, 0)


def test_the_export_holds_every_repetition(tmp_path: Path, squats: CoachReport) -> None:
    with CoachHistory(tmp_path / "me.db", is_made=True) as history:
        history.add(1.0, "squats.mp4", squats)
        exported = history.as_json()
    assert exported["version"] == VERSION
    (session,) = exported["sessions"]
    assert session["source"] == "squats.mp4"
    assert session["people"] == squats.as_json()["people"]


def test_a_session_in_which_nobody_did_anything_is_not_kept(tmp_path: Path) -> None:
    with CoachHistory(tmp_path / "me.db", is_made=True) as history:
        assert history.add(1.0, "nothing.mp4", CoachReport(())) == 0
        assert history.as_json()["sessions"] == []


def test_what_was_deleted_is_not_in_the_file_any_more(tmp_path: Path, squats: CoachReport) -> None:
    file = tmp_path / "me.db"
    with CoachHistory(file, is_made=True) as history:
        history.add(1.0, "secret-name.mp4", squats)
    assert b"secret-name" in file.read_bytes()
    with CoachHistory(file) as history:
        assert history.delete_all() == 1
        assert history.sets() == []
    assert b"secret-name" not in file.read_bytes()
    assert b"leaning-forward" not in file.read_bytes()


def test_a_later_versions_file_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "me.db"
    with sqlite3.connect(file) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = file.read_bytes()
    with pytest.raises(HistoryUnusable, match=f"is of version {VERSION + 1}"):
        CoachHistory(file)
    assert file.read_bytes() == before


def test_what_is_no_history_and_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(HistoryUnusable, match="does not exist"):
        CoachHistory(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
    other = tmp_path / "notes.txt"
    other.write_text("no database " * 100)
    with pytest.raises(HistoryUnusable, match="cannot be used as a history"):
        CoachHistory(other, is_made=True)
    assert other.read_text() == "no database " * 100


def test_a_history_of_the_first_version_is_brought_up_to_date_with_all_it_held(
    tmp_path: Path, squats: CoachReport
) -> None:
    file = tmp_path / "old.db"
    record = json.dumps(squats.as_json()["people"][0])
    with contextlib.closing(sqlite3.connect(file)) as old:
        for statement in MIGRATIONS[0].split(";"):
            old.execute(statement)
        old.execute("INSERT INTO sessions VALUES (1, 5.0, 'squats.mp4')")
        old.execute("INSERT INTO sets VALUES (1, 1, 'squat', 3, 0, 0.0, ?)", (record,))
        old.execute("PRAGMA user_version = 1")
        old.commit()
    with CoachHistory(file) as history:
        (one,) = history.sets()
        rows = history.as_csv().splitlines()
    assert (one.exercise, one.repetitions, one.programme) == ("squat", 3, None)
    expected = [each["range"] for each in squats.as_json()["people"][0]["repetitions"]]
    assert one.range == pytest.approx(sum(expected) / 3)
    assert len(rows) == 4
    assert rows[1].startswith("1970-01-01T00:00:05+00:00,squats.mp4,,1,squat,1,1,")
    assert "leaning-forward" in rows[1]


def test_what_was_deleted_leaves_no_repetitions(tmp_path: Path, squats: CoachReport) -> None:
    with CoachHistory(tmp_path / "me.db", is_made=True) as history:
        history.add(1.0, "squats.mp4", squats)
        history.delete_all()
        assert len(history.as_csv().splitlines()) == 1
        history.add(2.0, "squats.mp4", squats)  # a set may get a number that was used before
        assert len(history.as_csv().splitlines()) == 4


def test_the_sets_of_a_programme_are_one_session(tmp_path: Path, squats: CoachReport) -> None:
    with CoachHistory(tmp_path / "deep" / "me.db", is_made=True) as history:
        assert history.add(1.0, "legs.mp4", squats, squats, programme="legs") == 2
        (session,) = history.as_json()["sessions"]
        calendar = calendar_of(history.sets())
    assert session["programme"] == "legs"
    assert len(session["people"]) == 2
    assert calendar.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:legs\r\n" in calendar
    assert "DESCRIPTION:3 x squat\\, 3 x squat\r\n" in calendar


def a_set(day: int, repetitions: int = 0, held_s: float = 0.0, exercise: str = "squat") -> KeptSet:
    at = datetime(2026, 3, day, 12).timestamp()
    return KeptSet(at, "c.mp4", 1, exercise, repetitions, 0, held_s)


@pytest.mark.parametrize(
    ("days", "now", "longest"),
    [([], 0, 0), ([10], 1, 1), ([9], 1, 1), ([8], 0, 1), ([3, 4, 5, 9, 10, 10], 2, 3)],
)
def test_days_in_a_row_go_up_to_today_or_yesterday(days: list[int], now: int, longest: int) -> None:
    found = streak((a_set(day, 1).at for day in days), date(2026, 3, 10))
    assert (found.now, found.longest) == (now, longest)


def test_the_best_is_the_first_set_with_the_most() -> None:
    sets = [a_set(1, 5), a_set(2, 8), a_set(3, 8), a_set(4, held_s=30.0, exercise="plank")]
    plank, squat = bests(sets)
    assert (plank.exercise, plank.figure, plank.is_held) == ("plank", 30.0, True)
    assert (squat.figure, squat.at) == (8.0, sets[1].at)


def test_a_calendar_keeps_to_its_lengths_and_signs() -> None:
    long = KeptSet(0.0, "c.mp4", 1, "动作" * 40, 2, 0, 0.0, seconds=90.0)
    lines = calendar_of([long]).split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "DTSTART:19700101T000000Z" in lines
    assert "DTEND:19700101T000300Z" in lines
    assert "动作" * 40 in "".join(lines).replace(" ", "")
