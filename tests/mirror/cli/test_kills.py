"""A run that is killed at any moment, by hand: each of many moments takes a process of its own."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import av.error
import pytest
from media import numbers_in, write_video
from untouched import names

FRAMES = 240
NUMBERS = [n % 10 for n in range(FRAMES)]
ENDINGS = ("mp4", "mkv")

SLOWLY = """
import time

def slowly():
    def parse(image):
        time.sleep(0.004)
        return image[:, :, 0] * 0
    return parse
"""


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_kill_at_any_moment_leaves_the_source_and_nothing_or_what_plays(
    tmp_path: Path, ending: str
) -> None:
    source = write_video(tmp_path / "in.mp4", FRAMES, sound=True)
    content, moment = source.read_bytes(), random.Random(12)
    (tmp_path / "slow.py").write_text(SLOWLY)
    command = [sys.executable, "-m", "mirror", "video", "in.mp4", "-o", f"out.{ending}"]
    flags = ("--results", "r.jsonl", "--masks", "m", "--parser", "slow:slowly", "--quiet")
    played: list[int] = []
    completed = 0
    for _ in range(40):
        with subprocess.Popen([*command, *flags], cwd=tmp_path) as run:
            time.sleep(moment.uniform(0.3, 4.5))
            run.send_signal(signal.SIGKILL)
        assert source.read_bytes() == content
        completed += check_and_clear(tmp_path, ending, played)
    assert completed < 40
    assert max(played) > FRAMES / 2


def check_and_clear(folder: Path, ending: str, played: list[int]) -> bool:
    """Check what one run left, and take it away; return whether its film was complete."""
    for name in names(folder):
        path = folder / name
        if name.startswith("out."):
            numbers = numbers_played(path)
            assert numbers == NUMBERS[: len(numbers)]
            played.append(len(numbers))
    whole = folder / f"out.{ending}"
    was_complete = whole.exists()
    assert not was_complete or numbers_in(whole) == NUMBERS
    assert not list(folder.glob("*.finishing"))
    for path in [*folder.glob("out.*"), *folder.glob("r.*"), *folder.glob("m*")]:
        if path.is_dir():
            for mask in path.iterdir():
                mask.unlink()
            path.rmdir()
        else:
            path.unlink()
    return was_complete


def numbers_played(path: Path) -> list[int]:
    """What plays of a film; nothing where its first half second was not out yet."""
    try:
        return numbers_in(path)
    except av.error.FFmpegError:
        assert b"moof" not in path.read_bytes()
        return []
