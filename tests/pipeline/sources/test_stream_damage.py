"""Damaged sound and subtitles end neither the run nor the process, whatever is written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sample_files import FFMPEG, Case, Kitchen

RUN = Path(__file__).parents[2] / "tools/damage_run.py"

pytestmark = pytest.mark.skipif(
    FFMPEG is None, reason="needs the ffmpeg program: apt-get install ffmpeg"
)


def outcomes(film: Path, target: Path, first: int, last: int) -> list[str]:
    """Take damaged copies of a film, in a process of its own, for that may be aborted."""
    command = [sys.executable, str(RUN), str(film), str(target), str(first), str(last)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert ended.returncode == 0, (
        f"{film.name} to {target.name}: {ended.stdout[-20:]}{ended.stderr}"
    )
    return [line.split()[1] for line in ended.stdout.splitlines()]


def made(folder: Path, case: Case) -> Path:
    path = Kitchen(folder).make(case)
    if path is None:
        pytest.skip("this ffmpeg was built without what makes the file")
    return path


@pytest.mark.parametrize(
    ("case", "ending", "seeds"),
    [(Case("mkv", "AAC", "SRT"), "mp4", 30), (Case("ts", "AC-3"), "mp4", 15)],
)
def test_damaged_copies_are_written_or_refused(
    tmp_path: Path, case: Case, ending: str, seeds: int
) -> None:
    became = outcomes(made(tmp_path, case), tmp_path / f"out.{ending}", 0, seeds)
    assert len(became) == seeds
    assert became.count("written") > 0.8 * seeds


DAMAGED = (
    Case("mkv", "AAC", "SRT"),
    Case("mkv", "PCM 24", "ASS"),
    Case("mkv", "FLAC", "PGS"),
    Case("ts", "two tracks"),
    Case("m2ts", "AC-3", "PGS"),
    Case("mp4", "two tracks", "mov_text"),
    Case("mov", "PCM 16", "mov_text"),
    Case("avi", "MP3"),
    Case("mpg", "AC-3"),
    Case("webm", "Opus", "WebVTT"),
)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("case", DAMAGED)
@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "webm"])
def test_hundreds_of_damaged_copies_are_written_or_refused(
    tmp_path: Path, case: Case, ending: str
) -> None:
    assert len(outcomes(made(tmp_path, case), tmp_path / f"out.{ending}", 1000, 1100)) == 100
