"""How a command line is understood, and what is said of one that is not."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from mirror.cli.command_parser import COMMANDS, completed, parser_for, whole_parser
from mirror.cli.commands import bench, camera
from mirror.cli.main import main


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "command", "near"),
    [
        ("video clip.mp4 --opactiy 0.5", "mirror video", "--opactiy 0.5; did you mean --opacity?"),
        ("video clip.mp4 --maks=m", "mirror video", "--maks=m; did you mean --masks?"),
        ("stream --ralltime", "mirror stream", "--ralltime; did you mean --realtime?"),
        ("models verify --debgu", "mirror models verify", "--debgu; did you mean --debug?"),
        ("doctor --xyz", "mirror doctor", "--xyz"),
        ("doctor me", "mirror doctor", "me"),
    ],
)
def test_an_unknown_option_is_said_in_a_line_with_the_nearest_one(
    capsys: pytest.CaptureFixture[str], words: str, command: str, near: str
) -> None:
    said = refused(capsys, *words.split())
    assert said == f"{command}: error: unrecognized arguments: {near} (see {command} --help)\n"


def test_a_count_that_is_none_is_said_in_plain_words(capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "video", "clip.mp4", "--workers", "many")
    assert "argument --workers: many is neither a whole number nor auto" in said


def test_inputs_may_stand_before_and_behind_options() -> None:
    parser = parser_for(["video"])
    options = parser.parse_args(["video", "a.mp4", "-o", "out", "b.mp4", "c.mp4"])
    assert options.sources == [Path("a.mp4"), Path("b.mp4"), Path("c.mp4")]
    assert options.output == Path("out")


def test_what_bench_measures_is_named_without_marks_of_its_making(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "--help"])
    said = capsys.readouterr().out
    assert "[WHAT ...]" in said
    words = " ".join(said.split())  # however wide the terminal is
    assert f" WHAT {', '.join(bench.WHAT + bench.ON_REQUEST)} options:" in words
    assert "[]" not in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help(command: str) -> None:
    (commands,) = [
        action
        for action in parser_for([command])._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    assert "options:" in commands.choices[command].format_help()  # argparse fills texts in there


def test_what_bench_cannot_measure_has_a_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean video? (see" in refused(capsys, "bench", "vidoe")


def test_every_command_can_be_asked_for_at_once() -> None:
    (commands,) = [
        action
        for action in whole_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    assert list(commands.choices) == list(COMMANDS)
    for parser in commands.choices.values():
        assert parser.get_default("run") is not None


def test_a_file_or_an_address_without_a_command_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.touch()
    assert completed([]) == ["camera", "--first-time"]
    assert completed([str(clip), "--opacity", "0.9"]) == ["camera", str(clip), "--opacity", "0.9"]
    assert completed(["rtsp://10.0.0.7/a"]) == ["camera", "rtsp://10.0.0.7/a"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "video").mkdir()
    assert completed(["video", "clip.mp4"]) == ["video", "clip.mp4"]
    assert completed(["--version"]) == ["--version"]


def test_a_file_without_a_command_and_without_a_screen_has_a_command_to_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("PyQt5.QtWidgets", reason="PyQt5", exc_type=ImportError)
    monkeypatch.setattr(camera, "_has_display", lambda: False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.chdir(tmp_path)
    Path("my clip.mp4").touch()
    assert main(["my clip.mp4"]) == 1
    assert capsys.readouterr().err.endswith("Files need no window: mirror video 'my clip.mp4'\n")


def test_a_file_that_is_not_there_is_not_taken_for_a_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = refused(capsys, "clpi.mp4")
    assert said.startswith("mirror: error: there is neither a command nor a file called clpi.mp4 (")
