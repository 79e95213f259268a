"""`mirror stream`, as a program in a pipe."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from broadcast import download
from media import write_video
from result_schemas import check_lines
from streaming import (
    FRAME_BYTES,
    HEADER,
    picture_bytes,
    read_exactly,
    start,
    through,
    y4m,
    y4m_frame,
)

PLAIN = ("--parser", "none")
FRAME = len(b"FRAME\n") + FRAME_BYTES

HALF = """
import numpy as np

def half():
    def parse(image):
        labels = np.zeros(image.shape[:2], np.uint8)
        labels[:, : image.shape[1] // 2] = 2
        return labels
    return parse

half.parts = ["background", "right", "left"]

def two_people():
    def parse(image):
        labels = np.zeros(image.shape[:2], np.uint8)
        labels[:24] = 1
        instances = np.full_like(labels, 9)
        instances[:, 32:] = 90
        return labels, instances
    return parse

def fails():
    def parse(image):
        raise RuntimeError("out of ideas")
    return parse
"""


@pytest.fixture
def parsers(tmp_path: Path) -> Path:
    (tmp_path / "halves.py").write_text(HALF)
    return tmp_path


def lines_of(data: bytes) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in data.splitlines()]
    check_lines(lines)
    return lines


def test_frames_with_nobody_in_them_go_out_byte_for_byte() -> None:
    code, out, said = through(y4m(20), *PLAIN)
    assert (code, out) == (0, y4m(20))
    assert "20 frames out (input ended), none dropped" in said


def test_a_stream_without_frames_is_a_stream_without_frames() -> None:
    code, out, _ = through(HEADER, *PLAIN)
    assert (code, out) == (0, HEADER)


def test_raw_frames_go_out_as_they_came() -> None:
    data = b"".join(picture_bytes(number) for number in range(5))
    flags = ("--size", "64x48", "--pix-fmt", "yuv420p", "--out-format", "raw")
    assert through(data, *PLAIN, *flags)[:2] == (0, data)


def test_raw_frames_go_out_as_y4m_at_the_rate_that_is_said() -> None:
    flags = ("--size", "64x48", "--pix-fmt", "yuv420p", "--fps", "24")
    code, out, _ = through(picture_bytes(3), *PLAIN, *flags)
    head, _, picture = out.partition(b"\nFRAME\n")
    assert (code, head) == (0, b"YUV4MPEG2 W64 H48 F24:1 Ip A1:1 C420jpeg")
    assert picture == picture_bytes(3)


def test_people_are_drawn_where_they_are_and_nowhere_else(parsers: Path) -> None:
    code, out, _ = through(y4m(2), "--parser", "halves:half", cwd=parsers)
    assert code == 0
    assert len(out) == len(y4m(2))
    before, after = y4m_frame(1)[6:][: 64 * 48], out[-FRAME_BYTES:][: 64 * 48]
    changed = [before[at] != after[at] for at in range(64 * 48)]
    assert not any(changed[row * 64 + 32 + column] for row in range(48) for column in range(32))
    assert any(changed)


def test_label_maps_hold_the_part_ids_themselves(parsers: Path) -> None:
    flags = ("--parser", "halves:half", "--out-format", "labels")
    code, out, _ = through(y4m(2), *flags, cwd=parsers)
    line, *maps = out.split(b"FRAME\n")
    assert (code, line) == (0, b"YUV4MPEG2 W64 H48 F30:1 Ip A1:1 Cmono XCOLORRANGE=FULL\n")
    assert maps == [(b"\x02" * 32 + b"\x00" * 32) * 48] * 2


def test_lines_describe_the_stream_then_each_frame_then_sum_it_up(parsers: Path) -> None:
    flags = ("--parser", "halves:half", "--out-format", "jsonl")
    code, out, _ = through(y4m(3), *flags, cwd=parsers)
    header, *frames, last = lines_of(out)
    assert code == 0
    assert header["size"] == [64, 48]
    assert header["parts"] == {"1": "right", "2": "left"}
    assert set(header["palette"]) == {"right", "left"}
    assert [(line["frame"], line["pts"]) for line in frames] == [(0, 0), (1, 1), (2, 2)]
    assert frames[2]["areas"] == {"left": 32 * 48}
    summary = last["summary"]
    assert (summary["frames"], summary["dropped"], summary["ended"]) == (3, {}, "input ended")
    assert 0 < summary["latency"]["p50"] <= summary["latency"]["worst"]


def test_people_are_told_apart_in_pictures_and_lines(parsers: Path) -> None:
    flags = ("--parser", "halves:two_people", "--out-format", "jsonl", "--instances", "maps")
    code, out, _ = through(y4m(3), *flags, cwd=parsers)
    _, *frames, _ = lines_of(out)
    assert code == 0
    left, right = frames[2]["people"]
    assert [(person["id"], person["instance"]) for person in (left, right)] == [(1, 1), (2, 2)]
    assert left["box"] == [0, 0, 32, 24]
    assert right["box"] == [32, 0, 64, 24]
    files = sorted(path.name for path in (parsers / "maps").iterdir())
    assert files == ["000000.png", "000001.png", "000002.png", "instances.json"]
    found = cv2.imread(str(parsers / "maps" / "000002.png"), cv2.IMREAD_UNCHANGED)
    assert np.asarray(found).tolist() == [[1] * 32 + [2] * 32] * 24 + [[0] * 64] * 24


def test_every_line_says_when_its_frame_passed_by() -> None:
    _, out, _ = through(y4m(3), *PLAIN, "--out-format", "jsonl")
    for line in lines_of(out)[1:-1]:
        for clock in ("monotonic", "wall"):
            moments = line["timing"][clock]
            assert list(moments) == ["captured", "taken", "parsed", "written"]
            assert sorted(moments.values()) == list(moments.values())


def test_pictures_go_out_in_the_pixel_format_that_is_asked_for() -> None:
    flags = ("--out-format", "raw", "--out-pix-fmt", "bgr24")
    code, out, _ = through(y4m(2), *PLAIN, *flags)
    assert (code, len(out)) == (0, 2 * 64 * 48 * 3)


def test_the_original_goes_to_the_left_where_that_is_wanted(parsers: Path) -> None:
    code, out, _ = through(y4m(1), "--parser", "halves:half", "--side-by-side", cwd=parsers)
    head, _, pictures = out.partition(b"\nFRAME\n")
    assert (code, len(pictures)) == (0, 2 * FRAME_BYTES)
    assert b" W128 H48 " in head
    assert [pictures[row * 128 : row * 128 + 64] for row in range(48)] == [
        picture_bytes(0)[row * 64 : row * 64 + 64] for row in range(48)
    ]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--out-pix-fmt", "bgr"), "no pixel format is called 'bgr'"),
        (("--out-pix-fmt", "bgr24"), "y4m cannot hold bgr24; write raw pictures"),
        (("--out", "/none/such"), "the folder /none does not exist; make it first"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is(
    flags: tuple[str, ...], said: str
) -> None:
    code, out, told = through(y4m(1), *PLAIN, *flags)
    assert (code, out) == (1, b"")
    assert said in told


def test_a_terminal_is_not_filled_with_pictures(tmp_path: Path) -> None:
    controller, terminal = pty.openpty()
    path = tmp_path / "in.y4m"
    path.write_bytes(y4m(1))
    with path.open("rb") as stdin:
        done = subprocess.run(
            [sys.executable, "-m", "mirror", "stream", *PLAIN],
            stdin=stdin,
            stdout=terminal,
            stderr=subprocess.PIPE,
            check=False,
        )
    os.close(controller)
    os.close(terminal)
    assert done.returncode == 1
    assert b"standard output is a terminal, which cannot show y4m; pipe it on" in done.stderr


def test_two_targets_get_the_same_frames(tmp_path: Path) -> None:
    results, film = tmp_path / "results.jsonl", tmp_path / "film.y4m"
    flags = ("--out", "-", "--out", str(film), "--results", str(results))
    code, out, _ = through(y4m(4), *PLAIN, *flags)
    assert code == 0
    assert out == film.read_bytes() == y4m(4)
    assert len(lines_of(results.read_bytes())) == 6


def test_two_streams_do_not_mix_in_one_place() -> None:
    code, out, said = through(y4m(1), *PLAIN, "--out", "-", "--results", "-")
    assert (code, out) == (1, b"")
    assert said == "mirror: - is named twice; each target takes one stream\n"


def test_a_fifo_gets_its_own_stream(tmp_path: Path) -> None:
    fifo = tmp_path / "labels.fifo"
    os.mkfifo(fifo)
    with start(*PLAIN, "--out", "-", "--out", f"labels={fifo}") as process:
        assert process.stdin is not None
        process.stdin.write(y4m(2))
        process.stdin.close()
        labels = fifo.read_bytes()
        assert read_exactly(process, len(y4m(2)) + 1) == y4m(2)
        assert process.wait(30.0) == 0
    assert labels.count(b"FRAME\n") == 2


def test_a_frame_goes_out_before_the_next_one_comes() -> None:
    with start(*PLAIN) as process:
        assert process.stdin is not None
        process.stdin.write(HEADER)
        for number in range(3):
            process.stdin.write(y4m_frame(number))
            process.stdin.flush()
            due = FRAME if number else len(HEADER) + FRAME
            assert read_exactly(process, due).endswith(y4m_frame(number))
        process.stdin.close()
        assert process.wait(30.0) == 0


def test_a_last_frame_that_is_cut_off_is_dropped_and_said() -> None:
    code, out, said = through(y4m(5)[:-10], *PLAIN)
    assert (code, out) == (0, y4m(4))
    assert "the stream ended 10 bytes short of a frame, which was left out" in said


def test_what_is_no_frame_is_left_out_and_said() -> None:
    code, out, said = through(y4m(3) + b"noise" * 100 + y4m_frame(3), *PLAIN)
    assert (code, out) == (0, y4m(4))
    assert "500 bytes of the y4m stream were no frame and were skipped, 0 frames with" in said


def test_what_came_before_the_input_broke_goes_out_first() -> None:
    code, out, said = through(y4m(8).replace(b"H48", b"H40"), *PLAIN)
    assert (code, out.count(b"FRAME\n")) == (1, 4)
    assert "its header names another size" in said


@pytest.mark.parametrize(
    ("data", "flags", "said"),
    [
        (b"", (), "standard input ended before its first byte"),
        (b"\0" * 100_000, (), "which is no format that is known; say what it is with --in-format"),
        (b"\0" * 10, ("--in-format", "raw"), "do not say their size; add --size WIDTHxHEIGHT"),
        (b"\0", ("--size", "4x4", "--pix-fmt", "bgr"), "no pixel format is called 'bgr'"),
        (b"\0" * 10, ("--size", "4x4"), "ended 38 bytes short of its first frame of 4x4 bgr24"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(
    data: bytes, flags: tuple[str, ...], said: str
) -> None:
    code, out, told = through(data, *PLAIN, *flags)
    assert (code, out) == (1, b"")
    assert said in told
    assert told.count("\n") == 1


def test_a_file_is_a_source_too(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.mp4", 6, rate=100)
    flags = ("--source", str(clip), "--realtime", "--out-format", "jsonl")
    code, out, _ = through(b"", *PLAIN, *flags)
    lines = lines_of(out)
    assert code == 0
    assert [line["time"] for line in lines[1:-1]] == [n / 100 for n in range(6)]
    captured = [line["timing"]["monotonic"]["captured"] for line in lines[1:-1]]
    assert captured[-1] - captured[0] >= 0.0499


def test_a_recording_at_an_address_ends_where_it_ends(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.mp4", 6)
    with download(clip) as address:
        code, out, said = through(b"", *PLAIN, "--source", address, "--out-format", "jsonl")
    summary = lines_of(out)[-1]["summary"]
    assert (code, summary["ended"]) == (0, "input ended"), said
    assert summary["frames"] + sum(summary["dropped"].values()) == 6


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("99", "camera 99 did not open"),
        ("rtsp://127.0.0.1:9/cam", "rtsp://127.0.0.1:9/cam cannot be opened"),
        ("none.mp4", "none.mp4 does not exist"),
    ],
)
def test_a_source_that_is_not_there_is_named(source: str, said: str, tmp_path: Path) -> None:
    code, out, told = through(b"", *PLAIN, "--source", source, cwd=tmp_path)
    assert (code, out) == (1, b"")
    assert said in told


def test_a_parser_that_fails_ends_the_stream_and_the_results_say_so(parsers: Path) -> None:
    results = parsers / "results.jsonl"
    flags = ("--parser", "halves:fails", "--results", str(results))
    code, _, said = through(y4m(3), *flags, cwd=parsers)
    assert code == 1
    assert "RuntimeError: out of ideas" in said
    assert not results.exists()
    (part,) = parsers.glob("results.part-*.jsonl")
    assert lines_of(part.read_bytes())[-1]["summary"]["ended"] == "failed"
    assert f"what was written until then is {part}" in said


def test_a_parser_that_may_fail_leaves_frames_as_they_came(parsers: Path) -> None:
    flags = ("--parser", "halves:fails", "--skip-failures")
    assert through(y4m(3), *flags, cwd=parsers)[:2] == (0, y4m(3))


def test_a_reader_that_leaves_ends_the_run_without_a_fault() -> None:
    with start(*PLAIN) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(y4m(1))
        process.stdin.flush()
        read_exactly(process, len(y4m(1)))
        process.stdout.close()
        process.stdin.write(y4m_frame(1))
        process.stdin.flush()
        assert process.wait(30.0) == 0
        assert process.stderr is not None
        assert b"1 frames out (reader left)" in process.stderr.read()


def test_a_full_disk_ends_the_run_with_a_line() -> None:
    code, _, said = through(y4m(1), *PLAIN, "--out", "y4m=/dev/full")
    assert code == 1
    assert said.startswith("mirror: /dev/full cannot be written on: No space left on device")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_a_run_whose_writer_has_stalled(number: signal.Signals, code: int) -> None:
    with start(*PLAIN) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(y4m(2) + y4m_frame(2)[:100])
        process.stdin.flush()
        assert read_exactly(process, len(y4m(2))) == y4m(2)
        process.send_signal(number)
        assert read_exactly(process, 1) == b""
        assert process.wait(30.0) == code
        assert f"2 frames out ({number.name})".encode() in process.stderr.read()


def test_a_stopped_run_goes_on_where_it_was() -> None:
    with start(*PLAIN) as process:
        assert process.stdin is not None
        process.stdin.write(y4m(1))
        process.stdin.flush()
        read_exactly(process, len(y4m(1)))
        process.send_signal(signal.SIGSTOP)
        process.stdin.write(y4m_frame(1))
        process.stdin.flush()
        process.send_signal(signal.SIGCONT)
        assert read_exactly(process, FRAME) == y4m_frame(1)
        process.stdin.close()
        assert process.wait(30.0) == 0


def test_a_live_stream_lets_no_reader_slow_its_writer_down() -> None:
    frames = 2000  # 9 MB: far more than the pipes and the flow hold
    with start(*PLAIN, "--live", "--max-age", "60", "--no-fill") as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(HEADER + y4m_frame(0) * frames)  # nobody reads yet
        process.stdin.close()
        out = read_exactly(process, -1)
        said = process.stderr.read().decode()
        assert process.wait(30.0) == 0
    written, remainder = divmod(len(out) - len(HEADER), FRAME)
    assert remainder == 0
    assert f"{written} frames out (input ended), {frames - written} overtaken dropped" in said


def test_a_slow_reader_slows_the_writer_down_and_loses_nothing(
    in_thread: Callable[[Callable[[], None]], threading.Thread],
) -> None:
    frames = 2000  # 9 MB: far more than the pipes and the flow hold
    held = []
    with start(*PLAIN) as process:
        assert process.stdin is not None
        sent = threading.Event()

        def write() -> None:
            assert process.stdin is not None
            process.stdin.write(HEADER + y4m_frame(0) * frames)
            process.stdin.close()
            sent.set()

        writer = in_thread(write)
        for _ in range(20):
            held.append(read_exactly(process, FRAME))
        assert not sent.wait(0.3)  # nobody takes what nobody reads
        out = b"".join(held) + read_exactly(process, -1)
        writer.join(30.0)
        assert process.wait(30.0) == 0
    assert out == HEADER + y4m_frame(0) * frames
