"""What FFmpeg still decodes of a damaged film is decoded here too, and nothing breaks.

A few cases of each kind; ``tests/damage.py`` runs hundreds with the whole command, and ``-m slow``
one of each.
"""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import av
import av.error
import pytest
from av.codec.context import Flags
from damage import DAMAGE
from media import faststart

from pipeline.errors import SourceError
from pipeline.sources.container.frame_counts import counts_of
from pipeline.sources.recording import open_recording

SOURCES = {
    "h264.mp4": ("libx264", {"g": "12", "preset": "ultrafast", "bf": "2"}),
    "hevc.mkv": (
        "libx265",
        {"preset": "ultrafast", "x265-params": "log-level=0:keyint=-1:bframes=0"},
    ),
    "h264.ts": ("libx264", {"g": "12", "preset": "ultrafast"}),
    "mpeg4.avi": ("mpeg4", {"g": "12"}),
    "mpeg2.mpg": ("mpeg2video", {"g": "12"}),
    "vp9.webm": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"}),
    "film.y4m": ("rawvideo", {}),
    "film.mjpeg": ("mjpeg", {"strict": "unofficial"}),
}


def decoded_plainly(path: Path) -> int:
    """How many frames one thread decodes, past every error."""
    try:
        with av.open(str(path)) as film:
            stream = film.streams.video[0]
            stream.thread_type = "NONE"
            stream.codec_context.flags |= Flags.output_corrupt
            count = 0
            for packet in film.demux(stream):
                try:
                    count += len(stream.decode(packet))
                except av.error.FFmpegError:
                    continue
            return count
    except (av.error.FFmpegError, IndexError, AttributeError):
        return 0


def decoded_here(path: Path) -> int:
    try:
        source = open_recording(path)
        count = len(list(source))
    except SourceError:
        return 0
    counts = counts_of(source)
    assert counts is not None
    assert counts.read - counts.damaged <= count <= counts.read
    return count


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_left_of_a_damaged_film_is_decoded(name: str, tmp_path: Path) -> None:
    whole = faststart(tmp_path / name, *SOURCES[name]).read_bytes()
    expected = came = 0
    for kind, seed in itertools.product(DAMAGE, range(3)):
        chance = random.Random(zlib.crc32(f"{name} {kind} {seed}".encode()))
        path = tmp_path / f"damaged-{name}"
        path.write_bytes(DAMAGE[kind](whole, chance))
        there = decoded_plainly(path)
        expected, came = expected + there, came + min(there, decoded_here(path))
    assert expected > 100
    assert came >= 0.95 * expected


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg: apt-get install ffmpeg")
def test_no_damage_aborts_hangs_or_lies() -> None:
    script = Path(__file__).parents[2] / "tools/damage.py"
    done = subprocess.run(
        [sys.executable, str(script), "--seeds", "1"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
