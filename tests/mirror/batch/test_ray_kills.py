"""Ray itself, on this machine: workers and the run are killed, for good and in earnest."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="needs pip install smart-mirror[batch]")
pytest.importorskip("ray", reason="needs pip install smart-mirror[ray]")

import clip
from batches import clips_in, command, contents, manifest_of
from media import write_video

pytestmark = [
    pytest.mark.slow,  # a cluster takes ten seconds to begin
    pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL"),
    pytest.mark.timeout(300),
]

KILLER = """
import os, signal
import numpy as np

if not os.path.exists({driver!r}):  # imported there first
    open({driver!r}, "w").write(str(os.getpid()))

def make():
    def parse(image):
        if image.shape[1] == 80 and ({always!r} or not os.path.exists({once!r})):
            open({once!r}, "w").close()
            os.kill({who}, signal.SIGKILL)
            signal.sigtimedwait([], 20)
        return np.zeros(image.shape[:2], np.uint8)
    return parse
"""


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = clips_in(tmp_path / "in", "a.mp4", "b.mp4", "d.mp4")
    write_video(folder / "c.mp4", 5, size=(80, 64))
    return folder


def killer(folder: Path, who: str, always: bool = False) -> None:
    once, driver = str(folder / "killed"), str(folder / "driver")
    text = KILLER.format(once=once, driver=driver, always=always, who=who.format(driver=driver))
    (folder / "killer.py").write_text(text)


def batch(tmp_path: Path, *words: str) -> tuple[int, str]:
    flags = ("--parser", "killer:make", "--processes", "2", "--workers", "1", "--ray", "local")
    done = command("in", "-o", "out", *flags, *words, cwd=tmp_path)
    return done.returncode, done.stderr


def test_twenty_clips_come_to_the_same_with_two_and_with_four_workers(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / "in").mkdir(exist_ok=True)
        clip.write_film(tmp_path / f"in/{number:02}.mp4", clip.man(2 + number % 3, height=160))
    flags = ("--workers", "1", "--quality", "fast")
    for count in ("2", "4"):
        out = f"out-{count}"
        done = command(
            "in", "-o", out, *flags, "--processes", count, "--ray", "local", cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
    done = command("in", "-o", "alone", *flags, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(contents(tmp_path / "alone")) == 20 * 7
    assert contents(tmp_path / "out-2") == contents(tmp_path / "alone")
    assert contents(tmp_path / "out-4") == contents(tmp_path / "alone")


def test_a_recording_whose_actor_was_killed_is_begun_again(clips: Path, tmp_path: Path) -> None:
    killer(tmp_path, "os.getpid()")
    code, said = batch(tmp_path)
    assert (code, (tmp_path / "killed").exists()) == (0, True), said
    attempts = {one["clip"]: one["attempts"] for one in manifest_of(tmp_path / "out")["clips"]}
    assert attempts["c.mp4"] == 2
    assert {one["clip"] for one in manifest_of(tmp_path / "out")["clips"]} == set(attempts)


def test_a_run_on_a_cluster_that_was_killed_is_gone_on_with(clips: Path, tmp_path: Path) -> None:
    killer(tmp_path, "int(open({driver!r}).read())")
    code, _ = batch(tmp_path)
    assert code == -signal.SIGKILL
    code, said = batch(tmp_path, "--resume")
    assert code == 0, said
    done = command("in", "-o", "whole", "--parser", "killer:make", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
