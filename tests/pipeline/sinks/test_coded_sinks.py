"""Encoded pictures into a pipe, and back out of what was written."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media import level, number_in, numbers_in, pts_of

from pipeline.consumer import consuming
from pipeline.frame import Frame
from pipeline.media.pixel_layout import Layout
from pipeline.pipes import PipeReader, PipeWriter, open_target
from pipeline.sinks.coded import JpegWriter, MatroskaWriter
from pipeline.sinks.plain import fitted
from pipeline.sinks.video import Encoding
from pipeline.sources.stream.motion_jpeg import JpegSplitter

RATE = Fraction(30)


def frame_of(
    number: int,
    pts: int | None = None,
    base: Fraction | None = None,
    size: tuple[int, int] = (48, 64),
    pixel_format: str = "yuv420p",
) -> Frame:
    grey = np.full((*size, 3), level(number), np.uint8)
    picture = av.VideoFrame.from_ndarray(grey, format="bgr24").reformat(format=pixel_format)
    return Frame(picture, number / 10, pts, base)


def write_matroska(path: Path, frames: Sequence[Frame], **encoding: str) -> MatroskaWriter:
    target = open_target(str(path))
    with consuming(MatroskaWriter(target, RATE, encoding=Encoding(**encoding))) as writer:  # type: ignore[arg-type]
        for frame in frames:
            writer.consume(frame)
    return writer


def test_a_matroska_stream_keeps_every_frame_and_its_time(tmp_path: Path) -> None:
    path, base = tmp_path / "out.mkv", Fraction(1, 1000)
    times = [5, 40, 41, 200, 1000]
    frames = [frame_of(number, pts, base) for number, pts in enumerate(times)]
    write_matroska(path, frames)
    assert numbers_in(path) == [0, 1, 2, 3, 4]
    assert pts_of(path) == [(pts, base) for pts in times]


def test_live_frames_get_the_times_of_their_capture(tmp_path: Path) -> None:
    path = tmp_path / "out.mkv"
    write_matroska(path, [frame_of(number) for number in range(3)])
    assert [pts for pts, _ in pts_of(path)] == [0, 100, 200]


@pytest.mark.parametrize("pixel_format", ["bgr24", "yuvj422p", "yuvj420p", "gray", "yuv444p"])
def test_any_pixel_format_is_encoded(tmp_path: Path, pixel_format: str) -> None:
    path = tmp_path / "out.mkv"
    frames = [frame_of(number, number, 1 / RATE, pixel_format=pixel_format) for number in (1, 4)]
    write_matroska(path, frames)
    with av.open(str(path)) as film:
        pictures = [picture.to_ndarray(format="bgr24") for picture in film.decode(video=0)]
    assert [round(float(picture.mean())) for picture in pictures] == pytest.approx(
        [level(1), level(4)],
        abs=5,  # swscale rounds down
    )


def test_odd_sides_and_changes_of_size_are_fitted(tmp_path: Path) -> None:
    path = tmp_path / "out.mkv"
    sizes = [(47, 63), (96, 128)]
    frames = [frame_of(n, n, 1 / RATE, size) for n, size in enumerate(sizes)]
    writer = write_matroska(path, frames)
    assert numbers_in(path) == [0, 1]
    assert writer.remarks == ("1 pictures had another size than the first and were resized to it",)


def test_a_repeated_time_is_moved_and_said(tmp_path: Path) -> None:
    path = tmp_path / "out.mkv"
    writer = write_matroska(path, [frame_of(n, 7, Fraction(1, 1000)) for n in range(2)])
    assert [pts for pts, _ in pts_of(path)] == [7, 8]
    assert writer.remarks == ("1 frames repeated a time and were moved by a tick",)


def test_ffv1_keeps_every_sample(tmp_path: Path) -> None:
    path = tmp_path / "out.mkv"
    frame = frame_of(3, 0, 1 / RATE)
    write_matroska(path, [frame], codec="ffv1")
    with av.open(str(path)) as film:
        (picture,) = film.decode(video=0)
    assert (picture.to_ndarray() == frame.picture.to_ndarray()).all()


def test_a_matroska_picture_goes_out_when_the_next_one_comes() -> None:
    read_end, write_end = os.pipe()
    with consuming(MatroskaWriter(PipeWriter(write_end), RATE, encoding=Encoding())) as writer:
        for number in range(4):
            frame = frame_of(number, number, 1 / RATE)
            writer.consume(frame)
        so_far = os.read(read_end, 1 << 20)
    with av.open(io.BytesIO(so_far), "r") as film:
        assert len([packet for packet in film.demux(video=0) if packet.size]) == 3
    os.close(read_end)
    os.close(write_end)


def test_every_jpeg_goes_out_at_once_in_its_own_size() -> None:
    read_end, write_end = os.pipe()
    files = iter(JpegSplitter(PipeReader(read_end)))
    with consuming(JpegWriter(PipeWriter(write_end))) as writer:
        for number, size in enumerate([(48, 64), (47, 63), (48, 64)]):
            frame = frame_of(number, size=size, pixel_format="yuv422p")
            writer.consume(frame)
            with av.open(io.BytesIO(next(files)), "r", format="mjpeg") as film:
                (picture,) = film.decode(video=0)
            assert (picture.height, picture.width) == size
            assert number_in(picture) == number
    os.close(read_end)
    os.close(write_end)


@pytest.mark.parametrize("pixel_format", ["yuvj422p", "yuv444p", "bgr24", "gray", "nv12"])
@pytest.mark.parametrize("wanted", ["yuv420p", "bgr24"])
def test_a_conversion_keeps_what_is_seen(pixel_format: str, wanted: str) -> None:
    picture = frame_of(2, pixel_format=pixel_format).picture
    seen = fitted(picture, Layout(48, 64, wanted)).to_ndarray(format="bgr24")
    assert float(seen.mean()) == pytest.approx(level(2), abs=3)


def test_jpeg_pictures_are_written_however_finely_their_source_counts_time(tmp_path: Path) -> None:
    with consuming(JpegWriter(open_target(str(tmp_path / "out.mjpeg")))) as writer:
        for number in range(3):
            frame = frame_of(number, 512 * number, Fraction(1, 15360))
            frame.picture.time_base = frame.time_base
            writer.consume(frame)
    assert numbers_in(tmp_path / "out.mjpeg") == [0, 1, 2]
