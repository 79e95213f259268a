"""The coach's history: what is kept, exported and deleted."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from trainees import bodies_doing, coached

from mirror.coach.coach import CoachReport
from mirror.outputs.coach_history import VERSION, CoachHistory, HistoryUnusable


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
