"""The command line's own words for errors."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from error_sites import error_sites, fields_of

from mirror.cli.error_words import WORDS, remarked, worded
from mirror.cli.main import main
from pipeline.errors import CameraNotFound, SourceError
from pipeline.targets.path import TargetTaken
from pipeline.targets.unfinished_file_note import UnfinishedFileNote


def test_every_sentence_is_of_an_error_that_there_is_and_asks_for_no_more_than_it_carries() -> None:
    carried = {site.code: set(site.fields) for site in error_sites()}
    for code, words in WORDS.items():
        assert fields_of(words) <= carried[code], code


def test_the_command_line_names_the_flag_that_helps_and_the_error_itself_does_not() -> None:
    error = TargetTaken("target.exists", "{path} exists; name another file", path=Path("a.mp4"))
    assert str(error) == "a.mp4 exists; name another file"
    assert worded(error) == "a.mp4 exists; name another file, or add --overwrite"


def test_an_error_without_words_of_the_command_line_speaks_for_itself() -> None:
    assert worded(SourceError("source.odd", "{name} is odd", name="a")) == "a is odd"


def test_a_part_that_is_left_is_told_with_the_command_that_completes_it() -> None:
    left = UnfinishedFileNote("an earlier run left a b.part.mp4", Path("a b.part.mp4"))
    assert remarked(left) == (
        "an earlier run left a b.part.mp4; to complete it: mirror video --salvage 'a b.part.mp4'"
    )
    assert remarked("two frames were dropped") == "two frames were dropped"
    assert copy.deepcopy(left).part == pickle.loads(pickle.dumps(left)).part == left.part


def test_a_camera_that_does_not_open_leads_to_files() -> None:
    assert worded(CameraNotFound(3)).endswith("or run on a file: mirror video clip.mp4")
    assert "try another (0: Webcam)" in worded(CameraNotFound(3, ("0: Webcam",)))


def test_a_command_that_fails_says_so_in_the_command_lines_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "settings.toml"
    assert main(["video", "clip.mp4", "--config", str(missing)]) == 1
    told = f"mirror: {missing} does not exist; --config takes a TOML file\n"
    assert capsys.readouterr().err == told
