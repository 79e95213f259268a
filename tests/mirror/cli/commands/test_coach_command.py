"""``mirror coach`` from end to end."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from trainees import bodies_doing, coached

from mirror.cli.main import main
from mirror.core.resources import config_file, media_file
from mirror.outputs.coach_history import CoachHistory, usual_history


def test_the_exercises_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coach", "list"]) == 0
    listed = capsys.readouterr().out
    assert "squat" in listed
    assert "平板支撑" in listed


def test_a_file_that_is_right_is_shown_and_one_that_is_wrong_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = config_file("exercises") / "squat.toml"
    assert main(["coach", "check", str(good)]) == 0
    assert "knees-in" in capsys.readouterr().out
    bad = tmp_path / "bad.toml"
    bad.write_text(good.read_text().replace("least = 40.0", "least = 0.0", 1))
    assert main(["coach", "check", str(bad)]) == 1
    assert "signals[1].least: input should be greater than 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check"], "check needs FILE"),
        (["learn", "clip.mp4"], "learn needs --repetitions N"),
        (["clip.mp4", "--strictness", "2"], "2 is not a number from 0 to 1"),
    ],
)
def test_wrong_usage_says_what_is_missing(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["coach", *words])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_an_unknown_exercise_is_refused_before_the_clip_is_opened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["coach", "none.mp4", "--exercise", "sqat"]) == 1
    assert "did you mean squat?" in capsys.readouterr().err


def test_a_clip_is_coached_and_the_json_says_who_did_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip, said = str(media_file("demo.mp4")), tmp_path / "said.json"
    command = ["coach", clip, "--exercise", "squat", "--limit", "12", "--json", str(said)]
    assert main(command) == 0
    report = json.loads(said.read_text())
    assert set(report) == {"exercise", "people"}
    assert report["people"]
    for person in report["people"]:
        assert {"id", "repetitions", "held_s"} <= set(person)
        assert person["repetitions"] == []  # nobody squats in it
    assert main([*command, "--quiet"]) == 1
    assert "add --overwrite" in capsys.readouterr().err


def test_a_report_is_written_as_one_page(tmp_path: Path) -> None:
    page, clip = tmp_path / "report.html", str(media_file("demo.mp4"))
    command = ["coach", clip, "--exercise", "squat", "--limit", "3", "--quiet", "--hide-faces"]
    assert main([*command, "--report", str(page)]) == 0
    assert "Nobody did a repetition" in page.read_text()
    assert main([*command, "--report", str(page)]) == 1  # it is there


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_table_that_cannot_be_printed_is_a_failure_where_it_is_all_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["coach", str(media_file("demo.mp4")), "--exercise", "squat", "--limit", "2"]
    assert main(command) == 0
    assert capsys.readouterr().out == "nobody did an exercise that was recognised\n"
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(command) == 1
    assert "standard output cannot be written on" in capsys.readouterr().err
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main([*command, "--json", str(tmp_path / "said.json")]) == 0


def test_a_history_is_shown_exported_and_deleted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, everything = tmp_path / "me.db", tmp_path / "all.json"
    with CoachHistory(file, is_made=True) as history:
        history.add(0.0, "squats.mp4", coached(bodies_doing("squat", count=2), "squat"))
    assert main(["coach", "history", str(file)]) == 0
    assert "best" in capsys.readouterr().out
    assert main(["coach", "history", str(file), "--json", str(everything)]) == 0
    assert len(json.loads(everything.read_text())["sessions"][0]["people"][0]["repetitions"]) == 2
    assert main(["coach", "history", str(file), "--delete-all"]) == 0
    assert "1 sets deleted" in capsys.readouterr().out
    assert main(["coach", "history", str(file)]) == 0
    assert "nothing is kept" in capsys.readouterr().out


def test_a_coached_clip_goes_into_the_history(tmp_path: Path) -> None:
    file, clip = tmp_path / "me.db", str(media_file("demo.mp4"))
    command = ["coach", clip, "--exercise", "squat", "--limit", "3", "--quiet"]
    assert main([*command, "--history", str(file)]) == 0
    with CoachHistory(file) as history:
        assert history.sets() == []  # nobody squats in it


def test_a_clip_goes_through_a_programme_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine, said = tmp_path / "mine.toml", tmp_path / "said.json"
    mine.write_text(
        'name = "mine"\ntitle = { en = "M", zh = "M" }\ncountdown_s = 0.0\n'
        '[[steps]]\nexercise = "squat"\nwork_s = 0.1\nrest_s = 5.0\nsets = 2\n'
    )
    assert main(["coach", "check", str(mine)]) == 0
    assert "squat" in capsys.readouterr().out
    command = ["coach", str(media_file("demo.mp4")), "--programme", str(mine), "--limit", "10"]
    assert main([*command, "--quiet", "--json", str(said)]) == 0
    report = json.loads(said.read_text())
    assert (report["programme"], report["planned"]) == ("mine", 2)
    (one,) = report["sets"]
    assert one["target"] == {"work_s": 0.1}
    assert one["reached"]
    assert one["end"] - one["start"] == pytest.approx(0.1, abs=1e-3)
    assert main([*command, "--quiet", "--json", str(mine), "--overwrite"]) == 1  # its own file
    assert 'name = "mine"' in mine.read_text()


def test_an_exercise_of_ones_own_is_never_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_bytes((config_file("exercises") / "squat.toml").read_bytes())
    before = mine.read_bytes()
    command = ["coach", str(media_file("demo.mp4")), "--exercise", str(mine), "--limit", "10"]
    assert main([*command, "--quiet", "--json", str(mine), "--overwrite"]) == 1
    assert "mine.toml" in capsys.readouterr().err
    assert mine.read_bytes() == before


def test_the_usual_history_is_where_the_system_keeps_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    clip, place = str(media_file("demo.mp4")), tmp_path / "smart-mirror" / "history.db"
    if usual_history() != place:
        pytest.skip("this system keeps data where no variable says")
    assert main(["coach", clip, "--exercise", "squat", "--limit", "3", "--quiet", "--history"]) == 0
    with CoachHistory(place) as history:
        history.add(0.0, "squats.mp4", coached(bodies_doing("squat", count=2), "squat"))
    assert main(["coach", "history"]) == 0
    shown = capsys.readouterr().out
    assert "days in a row: 0 now, 1 at most" in shown
    assert "2 repetitions" in shown
    files = [tmp_path / name for name in ("all.csv", "all.ics")]
    flags = ["--csv", str(files[0]), "--ics", str(files[1])]
    assert main(["coach", "history", *flags]) == 0
    assert [len(file.read_text().splitlines()) for file in files] == [3, 12]
