"""``mirror video --coach`` from end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from result_schemas import check_lines, lines_in

from mirror.cli.main import main
from mirror.core.resources import media_file


def test_a_coached_video_has_the_coach_in_its_results_which_keep_to_the_schema(
    tmp_path: Path,
) -> None:
    film, results = tmp_path / "film.mp4", tmp_path / "lines.jsonl"
    clip = str(media_file("demo.mp4"))
    command = ["video", clip, "--coach", "lateral-leg-raise", "--limit", "8", "--quiet"]
    assert main([*command, "-o", str(film), "--results", str(results)]) == 0
    lines = lines_in(results)
    check_lines(lines)
    coached = [line["people"][0]["coach"] for line in lines[1:]]
    assert {one["exercise"] for one in coached} == {"lateral-leg-raise"}
    assert [one["count"] for one in coached] == [0] * 8
    plain = tmp_path / "plain.jsonl"
    assert main(["video", clip, "--limit", "8", "--quiet", "-o", str(tmp_path / "p.mp4"),
                 "--results", str(plain)]) == 0  # fmt: skip
    for line in lines[1:]:
        for person in line["people"]:
            person.pop("coach", None)
    assert json.dumps(lines) == json.dumps(lines_in(plain))  # nothing else changes
    assert film.read_bytes() != (tmp_path / "p.mp4").read_bytes()


def test_an_exercise_that_is_unknown_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["video", str(media_file("demo.mp4")), "--coach", "sqat"]
    assert main([*command, "-o", str(tmp_path / "film.mp4")]) == 1
    assert "did you mean squat?" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_programmes_place_is_in_the_results_which_keep_to_the_schema(tmp_path: Path) -> None:
    results = tmp_path / "lines.jsonl"
    command = ["video", str(media_file("demo.mp4")), "--coach", "legs", "--limit", "4", "--quiet"]
    assert main([*command, "-o", str(tmp_path / "p.mp4"), "--results", str(results)]) == 0
    lines = lines_in(results)
    check_lines(lines)
    said = lines[-1]["people"][0]["coach"]["programme"]
    assert (said["name"], said["state"], said["set"], said["sets"]) == ("legs", "countdown", 1, 7)
    assert 9.8 < said["remaining_s"] < 10.0
