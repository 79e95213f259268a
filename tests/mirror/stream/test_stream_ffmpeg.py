"""`mirror stream` between programs that nobody here wrote."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from streaming import through

pytestmark = pytest.mark.skipif(
    shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None,
    reason="ffmpeg and ffprobe are not installed: apt-get install ffmpeg",
)

PLAIN = ("--parser", "none")
CLIP = ("-f", "lavfi", "-i", "testsrc2=size=128x96:rate=25:duration=2")
FRAMES = 50


def ffmpeg(*arguments: str, given: bytes | None = None) -> bytes:
    command = ["ffmpeg", "-v", "error", *arguments, "-"]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


def frames_of(path: Path) -> list[dict[str, Any]]:
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-show_frames", "-of", "json", str(path)],
        capture_output=True,
        check=True,
    )
    frames: list[dict[str, Any]] = json.loads(shown.stdout)["frames"]
    return frames


def checksums(data: bytes) -> list[str]:
    """One of every picture, as ffmpeg decodes it."""
    listed = ffmpeg("-i", "-", "-f", "framemd5", given=data).decode()
    return [line.split()[-1] for line in listed.splitlines() if not line.startswith("#")]


SENT = {
    "y4m": ("-f", "yuv4mpegpipe"),
    "matroska": ("-c:v", "libx264", "-f", "matroska"),
    "mpegts": ("-c:v", "libx264", "-f", "mpegts"),
    "mp4": ("-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4"),
    "mjpeg": ("-c:v", "mjpeg", "-f", "mjpeg"),
}


@pytest.mark.parametrize("sent", SENT)
def test_what_ffmpeg_sends_comes_out_picture_for_picture(sent: str) -> None:
    data = ffmpeg(*CLIP, *SENT[sent])
    code, out, said = through(data, *PLAIN, "--fps", "25")
    assert code == 0, said
    assert checksums(out) == checksums(data)
    assert len(checksums(out)) == FRAMES
    if sent == "y4m":
        assert out == data


def test_raw_pictures_of_ffmpeg_come_out_as_they_went_in() -> None:
    data = ffmpeg(*CLIP, "-f", "rawvideo", "-pix_fmt", "nv12")
    flags = ("--size", "128x96", "--pix-fmt", "nv12", "--out-format", "raw")
    assert through(data, *PLAIN, *flags)[:2] == (0, data)


@pytest.mark.parametrize("sent", ["matroska", "mpegts", "mp4"])
def test_ffprobe_reads_the_same_times_from_what_comes_out(sent: str, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.write_bytes(ffmpeg(*CLIP, *SENT[sent]))
    code, out, _ = through(before.read_bytes(), *PLAIN, "--out-format", "matroska")
    after.write_bytes(out)
    assert code == 0
    times = [float(frame["pts_time"]) for frame in frames_of(before)]
    assert [float(frame["pts_time"]) for frame in frames_of(after)] == pytest.approx(
        times, abs=0.0006
    )
    assert len(times) == FRAMES


@pytest.mark.parametrize("format", ["mjpeg", "labels"])
def test_ffprobe_counts_the_frames_of_what_comes_out(format: str, tmp_path: Path) -> None:
    after = tmp_path / "after"
    code, out, _ = through(ffmpeg(*CLIP, *SENT["y4m"]), *PLAIN, "--out-format", format)
    after.write_bytes(out)
    assert code == 0
    frames = frames_of(after)
    assert len(frames) == FRAMES
    assert {frame["pix_fmt"] for frame in frames} == {"gray" if format == "labels" else "yuvj420p"}


def test_lines_carry_the_times_that_ffprobe_reads(tmp_path: Path) -> None:
    path = tmp_path / "in.ts"
    path.write_bytes(ffmpeg(*CLIP, *SENT["mpegts"]))
    _, out, _ = through(path.read_bytes(), *PLAIN, "--out-format", "jsonl")
    lines = [json.loads(line) for line in out.splitlines()][1:-1]
    assert [line["pts"] for line in lines] == [int(frame["pts"]) for frame in frames_of(path)]
