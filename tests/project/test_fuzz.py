"""Nothing that comes in ends in a traceback, an abort, a hang, a leftover or a changed source."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("resource", reason="needs Linux")

from fuzz_readers import READERS
from fuzzing import damaged

needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None, reason="needs ffmpeg: apt-get install ffmpeg"
)
FUZZER = Path(__file__).parents[1] / "tools/fuzz_commands.py"


def read(name: str, data: bytes) -> None:
    reader, refusals, _ = READERS[name]
    with contextlib.suppress(*refusals):
        reader(data)


@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_what_it_is_made_for(name: str) -> None:
    reader, _, good = READERS[name]
    for data in good:
        reader(data)


def try_damaged(name: str, count: int) -> None:
    good = READERS[name][2]
    for number in range(count):
        random = Random(f"{name}/{number}")
        data = damaged(random.choice(good), random, good)
        try:
            read(name, data)
        except Exception as error:
            error.add_note(f"case {number}: {data[:200]!r}")
            raise


@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_anything_or_refuses_it(name: str) -> None:
    try_damaged(name, 100)


def fuzz(*flags: str) -> str:
    done = subprocess.run(
        [sys.executable, str(FUZZER), *flags], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_ffmpeg
def test_a_command_survives_whatever_it_is_given() -> None:
    assert "40 cases" in fuzz("--count", "40", "--seed", "0")


@needs_ffmpeg
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_commands_survive_ten_minutes_of_it() -> None:
    fuzz("--seconds", "600", "--seed", str(Random().randrange(10**9)))


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_a_great_many(name: str) -> None:
    try_damaged(name, 20_000)
