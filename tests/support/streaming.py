"""Bytes for a stream to read, and a `mirror stream` of its own process to read them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

WIDTH, HEIGHT = 64, 48
HEADER = b"YUV4MPEG2 W64 H48 F30:1 Ip A1:1 C420jpeg XYSCSS=420JPEG\n"
FRAME_BYTES = WIDTH * HEIGHT * 3 // 2


def picture_bytes(number: int) -> bytes:
    """Noise, so that no two pictures are alike and nothing survives a conversion."""
    return np.random.default_rng(number).integers(0, 256, FRAME_BYTES, np.uint8).tobytes()


def y4m_frame(number: int) -> bytes:
    return b"FRAME\n" + picture_bytes(number)


def y4m(count: int) -> bytes:
    return HEADER + b"".join(y4m_frame(number) for number in range(count))


def start(
    *flags: str, cwd: Path | None = None, stdout: int | None = None
) -> subprocess.Popen[bytes]:
    """Start `mirror stream`; its standard input stays open until the test closes it."""
    return subprocess.Popen(
        [sys.executable, "-m", "mirror", "stream", *flags],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def through(data: bytes, *flags: str, cwd: Path | None = None) -> tuple[int, bytes, str]:
    """Send bytes through `mirror stream`; return its exit code, its output and its stderr."""
    with start(*flags, cwd=cwd) as process:
        out, said = process.communicate(data, timeout=60)
        return process.returncode, out, said.decode()


def read_exactly(process: subprocess.Popen[bytes], count: int) -> bytes:
    assert process.stdout is not None
    return process.stdout.read(count)
