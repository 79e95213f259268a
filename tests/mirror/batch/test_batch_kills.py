"""Processes of a batch that are killed, for good and in earnest: nothing is lost, nothing twice."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="needs pip install smart-mirror[batch]")

from batches import clips_in, command, contents, job, manifest_of, run
from media import write_video

from mirror.core.settings import load

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

# kills a process when it comes to a frame of a certain width, once, or every time
KILLER = """
import os, signal
import numpy as np

def make():
    def parse(image):
        once, always = {once!r}, {always!r}
        if image.shape[1] == 80 and (always or not os.path.exists(once)):
            open(once, "w").close()
            os.kill({who}, signal.{how})
            signal.pause()  # the one who was killed is to notice first
        return np.zeros(image.shape[:2], np.uint8)
    return parse
"""


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = clips_in(tmp_path / "in", "a.mp4", "b.mp4", "d.mp4")
    write_video(folder / "c.mp4", 5, size=(80, 64))
    return folder


def killer(folder: Path, who: str, always: bool = False, how: str = "SIGKILL") -> None:
    once = str(folder / "killed")
    text = KILLER.format(once=once, always=always, who=who, how=how)
    (folder / "killer.py").write_text(text)


def batch(tmp_path: Path, *words: str) -> tuple[int, str]:
    flags = ("--parser", "killer:make", "--processes", "1", "--workers", "1")
    done = command("in", "-o", "out", *flags, *words, cwd=tmp_path)
    return done.returncode, done.stderr


def whole(clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What a run comes to that nobody kills."""
    (tmp_path / "killed").touch()
    monkeypatch.chdir(tmp_path)
    settings = load(flags={"parser.name": "killer:make", "parser.workers": 1})
    run(job(clips, output=tmp_path / "whole", settings=settings))
    return contents(tmp_path / "whole")


def test_a_recording_whose_process_was_killed_is_begun_again(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer(tmp_path, "os.getpid()")
    code, said = batch(tmp_path)
    assert (code, (tmp_path / "killed").exists()) == (0, True), said
    attempts = {one["clip"]: one["attempts"] for one in manifest_of(tmp_path / "out")["clips"]}
    assert attempts == {"a.mp4": 1, "b.mp4": 1, "c.mp4": 2, "d.mp4": 1}
    assert contents(tmp_path / "out") == whole(clips, tmp_path, monkeypatch)
    assert not list((tmp_path / "out/.mirror-batch/work").glob("*"))


def test_one_that_kills_every_process_fails_and_the_others_finish(
    clips: Path, tmp_path: Path
) -> None:
    killer(tmp_path, "os.getpid()", always=True)
    code, said = batch(tmp_path)
    assert code == 1
    assert "in/c.mp4: the process that parsed it was lost 3 times" in said
    states = {one["clip"]: one["state"] for one in manifest_of(tmp_path / "out")["clips"]}
    assert states == {"a.mp4": "done", "b.mp4": "done", "c.mp4": "failed", "d.mp4": "done"}


def test_a_run_that_was_killed_is_gone_on_with(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer(tmp_path, "os.getppid()")
    code, _ = batch(tmp_path)
    assert code == -signal.SIGKILL
    code, said = batch(tmp_path, "--resume")
    assert code == 0, said
    assert "4 videos, 2 of them dealt with before" in said
    assert contents(tmp_path / "out") == whole(clips, tmp_path, monkeypatch)
    assert not list((tmp_path / "out/.mirror-batch/work").glob("*"))


def test_ctrl_c_ends_a_run_with_all_its_processes(clips: Path, tmp_path: Path) -> None:
    killer(tmp_path, "os.getppid()", how="SIGINT")
    code, said = batch(tmp_path)
    assert code == 130
    assert said.splitlines()[-1] == "mirror: interrupted"
    assert not list((tmp_path / "out/.mirror-batch").glob("work/*"))
    code, said = batch(tmp_path, "--resume")  # it waits for processes of the run before, if any
    assert code == 0, said
    assert "4 videos, 2 of them dealt with before" in said
