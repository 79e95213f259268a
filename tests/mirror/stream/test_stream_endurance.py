"""`mirror stream` for long, fed with what no program should send."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from media import jpeg
from streaming import HEADER, read_exactly, start, through, y4m_frame

PLAIN = ("--parser", "none")
PIECE = bytes(1 << 20)

InThread = Callable[[Callable[[], None]], threading.Thread]


def fed(in_thread: InThread, megabytes: int, *flags: str) -> tuple[int, str]:
    """Send zeros for as long as they are taken; return the exit code and stderr."""
    with start(*PLAIN, *flags) as process:

        def write() -> None:
            assert process.stdin is not None
            try:
                for _ in range(megabytes):
                    process.stdin.write(PIECE)
                process.stdin.close()
            except BrokenPipeError:
                pass  # it has refused the rest

        writer = in_thread(write)
        assert process.stderr is not None
        said = process.stderr.read().decode()
        writer.join(60.0)
        return process.wait(60.0), said


def peak_mb(results: Path) -> int:
    summary = json.loads(results.read_text().splitlines()[-1])["summary"]
    assert summary["dropped"] == {}
    return int(summary["peak_memory_mb"])


def test_zeros_that_say_nothing_of_themselves_are_refused_at_once(in_thread: InThread) -> None:
    code, said = fed(in_thread, 1024)
    assert code == 1
    assert "is no format that is known" in said


@pytest.mark.parametrize(
    ("format", "expected"),
    [
        ("mjpeg", "has held no JPEG picture for 64 MB"),
        ("y4m", "its first line does not end"),
        ("mpegts", "carries no video that can be read"),
        ("matroska", "carries no video that can be read"),
    ],
)
def test_zeros_in_a_formats_place_are_refused(
    format: str, expected: str, in_thread: InThread
) -> None:
    code, said = fed(in_thread, 80, "--in-format", format)
    assert code == 1
    assert expected in said


def test_zeros_as_raw_pictures_are_pictures_and_take_no_memory(
    tmp_path: Path, in_thread: InThread
) -> None:
    taken = []
    for megabytes in (30, 300):
        results = tmp_path / f"{megabytes}.jsonl"
        size = ("--size", "1024x1024", "--pix-fmt", "gray")
        out = ("--out", "raw=/dev/null", "--results", str(results))
        assert fed(in_thread, megabytes, *size, *out)[0] == 0
        assert len(results.read_text().splitlines()) == megabytes + 2
        taken.append(peak_mb(results))
    assert taken[1] - taken[0] < 40


def test_garbage_between_pictures_of_several_sizes_is_survived() -> None:
    sizes = [(48, 64), (96, 128), (24, 32)] * 5
    noise = bytes(range(255)) * 20
    data = b"".join(noise + jpeg(number, size) for number, size in enumerate(sizes))
    flags = ("--in-format", "mjpeg", "--out-format", "jsonl")
    code, out, said = through(data, *flags)  # the built-in parser
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert len(lines) == len(sizes) + 2
    assert f"{len(noise) * len(sizes)} bytes between pictures were skipped" in said


@pytest.mark.slow
def test_a_hundred_thousand_frames_leave_memory_threads_and_files_as_they_were(
    in_thread: InThread,
) -> None:
    count, frame = 100_000, y4m_frame(0)
    with start(*PLAIN) as process:
        assert process.stdin is not None

        def write() -> None:
            assert process.stdin is not None
            process.stdin.write(HEADER)
            for _ in range(count):
                process.stdin.write(frame)
            process.stdin.close()

        writer = in_thread(write)
        seen = psutil.Process(process.pid)
        assert read_exactly(process, len(HEADER)) == HEADER
        states = []
        for number in range(1, count + 1):
            assert read_exactly(process, len(frame)) == frame
            if number in (count // 10, count - 1000):
                states.append((seen.num_threads(), seen.num_fds(), seen.memory_info().rss >> 20))
        assert process.wait(60.0) == 0
        assert process.stderr is not None
        assert f"{count} frames out (input ended), none dropped".encode() in process.stderr.read()
        writer.join(10.0)
    (threads, files, rss_mb), after = states
    assert after[:2] == (threads, files)
    assert after[2] - rss_mb <= 2
