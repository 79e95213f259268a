"""Data on standard output stays data, whatever libraries and parsers print."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from media import numbers_in, write_video
from streaming import y4m

from mirror.process.native_output import native_output_on_stderr, quieten_opencv

NOISY = """
import ctypes
import numpy as np

print("while it is imported")

def noisy():
    def parse(image):
        print("from Python")
        libc = ctypes.CDLL(None)
        libc.puts(b"from C")
        libc.fflush(None)
        return np.zeros(image.shape[:2], np.uint8)
    return parse
"""


def streamed(folder: Path, *flags: str, **environment: str) -> tuple[int, bytes, str]:
    done = subprocess.run(
        [sys.executable, "-m", "mirror", "stream", "--quiet", *flags],
        input=y4m(2),
        capture_output=True,
        cwd=folder,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), **environment},
    )
    return done.returncode, done.stdout, done.stderr.decode()


def test_what_opencv_logs_is_no_data(tmp_path: Path) -> None:
    assert streamed(tmp_path, "--parser", "none", OPENCV_LOG_LEVEL="DEBUG") == (0, y4m(2), "")


@pytest.mark.parametrize("codec", ["av1", "h265"])
def test_an_encoder_prints_nothing(tmp_path: Path, codec: str) -> None:
    source = write_video(tmp_path / "in.mp4", 3)
    shown = ["--parser", "none", "--quiet", "--codec", codec]
    quiet = mirror("video", str(source), "-o", str(tmp_path / "out.mkv"), *shown)
    piped = mirror("stream", "--source", str(source), "--out-format", "matroska", *shown)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, b"", b"")
    assert (piped.returncode, piped.stderr) == (0, b"")
    assert len(numbers_in(tmp_path / "out.mkv")) == 3


def test_of_a_missing_camera_there_is_one_line(tmp_path: Path) -> None:
    ended = mirror("stream", "--source", "97", "--parser", "none", "--quiet")
    assert ended.returncode == 1
    (line,) = ended.stderr.decode().splitlines()
    assert line.startswith("mirror: camera 97 did not open.")


def mirror(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    environment.pop("OPENCV_LOG_LEVEL", None)
    environment.pop("SVT_LOG", None)
    command = [sys.executable, "-m", "mirror", *arguments]
    return subprocess.run(command, capture_output=True, env=environment, check=False, timeout=60)


def test_what_a_parser_prints_is_no_data(tmp_path: Path) -> None:
    (tmp_path / "printing.py").write_text(NOISY)
    code, out, said = streamed(tmp_path, "--parser", "printing:noisy", "--workers", "1")
    assert (code, out) == (0, y4m(2))
    assert sorted(said.split("\n")) == [
        "",
        *["from C"] * 2,
        *["from Python"] * 2,
        "while it is imported",
    ]


@pytest.mark.parametrize(
    ("level", "left"),
    [("debug", "WARNING"), ("INFO", "WARNING"), ("5", "WARNING"), ("warn", "warn"), ("", "ERROR")],
)
def test_opencv_says_no_more_than_warnings(
    monkeypatch: pytest.MonkeyPatch, level: str, left: str
) -> None:
    monkeypatch.setenv("OPENCV_LOG_LEVEL", level)
    quieten_opencv()
    assert os.environ["OPENCV_LOG_LEVEL"] == left


def test_all_is_as_before_afterwards(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", os.fdopen(1, "w", closefd=False))
    monkeypatch.setattr(sys, "stderr", os.fdopen(2, "w", closefd=False))
    before, held = sys.stdout, len([*Path("/dev/fd").iterdir()])
    with pytest.raises(ValueError, match="on the way"), native_output_on_stderr():
        print("data")
        os.write(1, b"noise")
        raise ValueError("on the way")
    print("more", flush=True)
    assert capfd.readouterr() == ("data\nmore\n", "noise")
    assert (sys.stdout, len([*Path("/dev/fd").iterdir()])) == (before, held)


def test_without_a_standard_output_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with native_output_on_stderr():
        assert sys.stdout is None
