"""Processes of a batch that are killed, for good and in earnest: nothing is lost, nothing twice."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="needs pip install smart-mirror[batch]")

from batches import SAME_BYTES, Watched, clips_in, command, contents, job, manifest_of, run
from media import write_video

from mirror.batch.batch_run import BatchReport, run_batch
from mirror.batch.process_workers import ProcessWorkers
from mirror.batch.resume import Mode
from mirror.core.settings import load

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

# kills whom it is ordered to, once, at a frame 80 wide; and itself at every frame 96 wide
KILLER = """
import os, pathlib, signal
import numpy as np

ORDER = pathlib.Path(__file__).with_name("order")

def make():
    def parse(image):
        if image.shape[1] == 96:
            os.kill(os.getpid(), signal.SIGKILL)
        if image.shape[1] == 80 and ORDER.exists():
            who, how = ORDER.read_text().split()
            ORDER.unlink()
            os.kill(getattr(os, who)(), getattr(signal, how))
            signal.pause()  # the one who was killed is to notice first
        return np.zeros(image.shape[:2], np.uint8)
    return parse
"""
SETTINGS = {"parser.name": "killer:make", **SAME_BYTES}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips a to d, of which c is 80 wide; and e, which no process outlives."""
    folder = tmp_path_factory.mktemp("kills")
    clips_in(folder / "in", "a.mp4", "b.mp4", "d.mp4")
    write_video(folder / "in/c.mp4", 5, size=(80, 64))
    write_video(folder / "e.mp4", 2, size=(96, 64))
    (folder / "killer.py").write_text(KILLER)
    return folder


@pytest.fixture(autouse=True)
def inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


@pytest.fixture(scope="module")
def whole(folder: Path) -> dict[str, bytes]:
    """What a run comes to that nobody kills."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run(job("in", output="whole", settings=load(flags=SETTINGS)))
    return contents(folder / "whole")


def order(folder: Path, who: str, how: str) -> None:
    (folder / "order").write_text(f"{who} {how}")


def command_ended(folder: Path, *words: str) -> tuple[int, str]:
    """Run the command until it is killed at clip c."""
    flags = [
        "--parser",
        "killer:make",
        "--processes",
        "1",
        "--workers",
        "1",
        "--preset",
        "superfast",
    ]
    done = command("in", "-o", "ended", *flags, *words, cwd=folder)
    assert not (folder / "order").exists()
    return done.returncode, done.stderr


def run_here(*sources: str, output: str, mode: Mode = "anew") -> BatchReport:
    """Run in this process, with one process that parses."""
    batch = job(*sources, output=output, settings=load(flags=SETTINGS))
    return run_batch(batch, Watched(), mode, processes=1, make_workers=ProcessWorkers)


def test_a_recording_whose_process_is_killed_is_begun_again_three_times_at_most(
    folder: Path, whole: dict[str, bytes]
) -> None:
    order(folder, "getpid", "SIGKILL")
    report = run_here("in", "e.mp4", output="lost")
    ((clip, failure),) = report.failed
    assert clip.name == "e.mp4"
    assert failure.message.startswith("e.mp4: the process that parsed it was lost 3 times")
    said = {one["clip"]: one for one in manifest_of(folder / "lost")["clips"]}
    assert {name: one["attempts"] for name, one in said.items()} == {
        "a.mp4": 1,
        "b.mp4": 1,
        "c.mp4": 2,
        "d.mp4": 1,
        "e.mp4": 3,
    }
    assert [name for name, one in said.items() if one["state"] != "done"] == ["e.mp4"]
    assert contents(folder / "lost") == whole
    assert not list((folder / "lost/.mirror-batch/work").glob("*"))


def test_a_run_that_is_interrupted_and_then_killed_is_gone_on_with(
    folder: Path, whole: dict[str, bytes]
) -> None:
    order(folder, "getppid", "SIGINT")
    code, said = command_ended(folder)
    assert code == 130
    assert said.splitlines()[-1] == "mirror: interrupted"
    assert not list((folder / "ended/.mirror-batch").glob("work/*"))
    order(folder, "getppid", "SIGKILL")
    code, said = command_ended(folder, "--resume")
    assert code == -signal.SIGKILL
    assert "4 videos, 2 of them dealt with before" in said
    report = run_here("in", output="ended", mode="resume")  # waits for processes of the run before
    assert (report.done, report.kept, report.failed) == (2, 2, ())
    assert contents(folder / "ended") == whole
    assert not list((folder / "ended/.mirror-batch/work").glob("*"))
