"""``mirror batch`` as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="needs pip install smart-mirror[batch]")

from batches import clips_in

from mirror.batch.batch_progress import BatchProgress
from mirror.batch.clips import Clip
from mirror.batch.engines import Shares
from mirror.batch.records import ClipRecord, Failure
from mirror.batch.workers import Outcome, Told
from mirror.cli.main import main
from pipeline.errors import SourceError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    clips_in(tmp_path / "in", "a.mp4", "b.mp4")
    return tmp_path


def batch(*words: str) -> int:
    return main(["batch", *words, "--parser", "none", "--processes", "2"])


def test_a_batch_says_a_line_for_each_and_ends_with_what_failed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "in/c.mp4").write_bytes(b"no film")
    assert batch("in", "-o", "out", "--write", "results") == 1
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert lines[0].startswith("mirror: 3 videos; 2 at a time, with 1 x ")
    assert sorted(line.split(": ")[2] for line in lines[1:4]) == ["a.mp4", "b.mp4", "c.mp4"]
    assert "in/c.mp4" in lines[-2]
    assert lines[-1] == "mirror: 1 failed; --retry-failed tries them again"
    assert said.out.startswith("2 videos done, 1 failed: 7 frames in ")
    assert said.out.splitlines()[-1] == "out/manifest.json"
    assert sorted(path.name for path in (folder / "out").glob("*.*")) == [
        ".mirror-batch",
        "a.jsonl",
        "b.jsonl",
        "manifest.json",
    ]
    assert batch("in", "-o", "out", "--write", "results") == 1
    assert "go on with it: --resume, or" in capsys.readouterr().err
    assert batch("in", "-o", "out", "--write", "results", "--resume", "--quiet") == 1
    assert not capsys.readouterr().out


def test_what_cannot_be_looked_into_is_told_apart_from_what_failed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert batch("in/a.mp4", "in/*.avi", "-o", "out", "--write", "results") == 1
    said = capsys.readouterr()
    assert said.out.startswith("1 video done, 1 not looked into: ")
    assert said.err.splitlines()[-2:] == [
        "mirror: nothing matches in/*.avi",
        "mirror: 1 could not be looked into; --resume looks again",
    ]


def test_wrong_usage_is_told_before_anything_begins(folder: Path) -> None:
    assert batch("in", "-o", "out", "--write", "film") == 1
    for words in (["in"], ["-o", "out"], ["in", "-o", "out", "--resume", "--retry-failed"]):
        with pytest.raises(SystemExit, match="2"):
            batch(*words)
    assert not (folder / "out").exists()


def test_progress_without_a_terminal_is_a_line_for_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clip = Clip("in/a.mp4", "a.mp4")
    failure = Failure.of(SourceError("source.not_found", "{path} does not exist", path=Path("x")))
    done = ClipRecord(clip="a.mp4", source="in/a.mp4", state="done", frames=30, wall_s=1.5)
    for quiet in (False, True):
        with BatchProgress(lambda failure: failure.message, quiet) as progress:
            progress.begins(4, 1, Shares(2, 1, 1))
            progress.told(Told(clip, 10, 30, 25.0))
            progress.ended(Outcome(clip, done, 1))
            progress.ended(Outcome(clip, failure, 3))
        lines = capsys.readouterr().err.splitlines()
        assert lines == (
            []
            if quiet
            else [
                "mirror: 4 videos, 1 of them dealt with before; 2 at a time, with 1 x 1 "
                "threads each",
                "mirror: 2 of 4: a.mp4: 30 frames, 20.0 fps",
                "mirror: 3 of 4: a.mp4: failed: x does not exist",
            ]
        )


def test_a_batch_that_is_done_already_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with BatchProgress(lambda failure: failure.message) as progress:
        progress.begins(4, 4, Shares(1, 1, 1))
    said = capsys.readouterr().err
    assert said == "mirror: 4 videos, 4 of them dealt with before; nothing is left to do\n"


def test_a_failure_can_be_told_again_in_other_words() -> None:
    error = SourceError("source.not_found", "{path} does not exist", path=Path("in/x.mp4"))
    again = Failure.model_validate_json(Failure.of(error).model_dump_json()).error()
    assert str(again) == str(error)
    assert getattr(again, "code", None) == "source.not_found"
