"""``mirror video --coach`` from end to end."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from result_schemas import check_lines, lines_in

from mirror.cli.main import main
from mirror.coach.feedback.programme_coaching import ProgrammeCoaching
from mirror.coach.programmes.catalogue import find_programme
from mirror.core.resources import media_file
from mirror.jobs.coaching import spoken


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


@pytest.mark.parametrize(("effect", "said"), [("framing", "moves them"), ("remove", "transparent")])
def test_effects_that_the_coach_cannot_draw_on_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], effect: str, said: str
) -> None:
    command = ["video", str(media_file("demo.mp4")), "--coach", "squat", "--effect", effect]
    assert main([*command, "-o", str(tmp_path / "film.mov")]) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


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


@pytest.mark.skipif(sys.platform == "win32", reason="needs a script that runs by its first line")
@pytest.mark.parametrize(
    ("language", "said"), [("zh_CN.UTF-8", "cmn 开始"), ("de_DE.UTF-8", "en-us Go")]
)
def test_a_coach_speaks_the_machines_language_or_english(
    language: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, program = tmp_path / "said.txt", tmp_path / "espeak-ng"
    program.write_text(f'#!/bin/sh\nprintf "%s " "$2" > {heard}\ncat >> {heard}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("LC_ALL", language)
    programme = ProgrammeCoaching(find_programme("legs"), starts=False)
    programme.ask("start")
    programme.ask("skip")
    voice = spoken(programme)
    voice.tell(programme.watch([], (720, 1280), 0.0), 0.0)
    saying = voice._voice._saying  # type: ignore[attr-defined]
    assert saying.wait(20.0) == 0
    voice.close()
    assert heard.read_text() == said
