from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from media import jpeg, number_in

from pipeline.errors import SourceError
from pipeline.media.input_limits import InputLimits
from pipeline.pipes import PipeReader
from pipeline.sources.container.frame_counts import FrameCounts
from pipeline.sources.stream import motion_jpeg
from pipeline.sources.stream.motion_jpeg import JpegSplitter, JpegStream

OpenPipe = Callable[[bytes], PipeReader]


@pytest.fixture
def piped(tmp_path: Path) -> Iterator[OpenPipe]:
    opened: list[int] = []

    def open_pipe(data: bytes) -> PipeReader:
        path = tmp_path / f"{len(opened)}"
        path.write_bytes(data)
        opened.append(os.open(path, os.O_RDONLY))
        return PipeReader(opened[-1])

    yield open_pipe
    for descriptor in opened:
        os.close(descriptor)


def noisy(flags: list[int]) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3)).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", noise, flags)[1])


def with_thumbnail(picture: bytes) -> bytes:
    thumbnail = b"Exif" + jpeg(9, (8, 8))
    return picture[:2] + b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2) + thumbnail + picture[2:]


@pytest.mark.parametrize(
    "flags", [[], [cv2.IMWRITE_JPEG_PROGRESSIVE, 1], [cv2.IMWRITE_JPEG_RST_INTERVAL, 2]]
)
def test_a_stream_is_cut_into_its_files(piped: OpenPipe, flags: list[int]) -> None:
    files = [noisy(flags), with_thumbnail(jpeg(1)), jpeg(2)]
    split = JpegSplitter(piped(b"".join(files)))
    assert list(split) == files
    assert (split.skipped, split.damaged, split.cut_off) == (0, 0, 0)


@pytest.mark.parametrize("piece", [1, 2, 3, 7])
def test_the_pieces_that_a_pipe_gives_do_not_matter(
    piped: OpenPipe, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motion_jpeg, "_PIECE", piece)
    files = [jpeg(0), noisy([]), jpeg(2)]
    assert list(JpegSplitter(piped(b"--boundary\r\n".join(files)))) == files


def test_a_picture_is_given_out_before_the_next_one_begins() -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, jpeg(0))
    assert next(iter(JpegSplitter(PipeReader(read_end)))) == jpeg(0)  # the writer is still there
    os.close(read_end)
    os.close(write_end)


def test_garbage_between_pictures_is_skipped_and_counted(piped: OpenPipe) -> None:
    data = b"\xff\xd8noise" + jpeg(0) + b"\0" * 1000 + jpeg(1) + b"\xff\xd8\xff"
    source = JpegStream(piped(data), Fraction(30))
    assert [number_in(frame.picture) for frame in source] == [0, 1]
    assert source.remarks == (
        "1007 bytes between pictures were skipped",
        "3 bytes of a last picture that was cut off were left out",
    )


def test_a_picture_that_breaks_off_is_skipped_and_counted(piped: OpenPipe) -> None:
    source = JpegStream(piped(jpeg(0) + jpeg(1)[:500] + jpeg(2)), Fraction(30))
    assert [number_in(frame.picture) for frame in source] == [0, 2]
    assert "1 damaged pictures were skipped" in source.remarks


def test_a_last_picture_that_is_cut_off_is_left_out_and_said(piped: OpenPipe) -> None:
    source = JpegStream(piped(jpeg(0) + jpeg(1)[:-2]), Fraction(30))
    assert [number_in(frame.picture) for frame in source] == [0]
    assert source.remarks == (
        f"{len(jpeg(1)) - 2} bytes of a last picture that was cut off were left out",
    )


def with_a_long_segment(picture: bytes) -> bytes:
    """Its first segment says that it goes on far beyond the picture's end."""
    return picture[:4] + b"\xff\xff" + picture[6:]


def test_a_damaged_length_costs_one_picture_and_not_all_that_follow(piped: OpenPipe) -> None:
    files = [jpeg(0), with_a_long_segment(jpeg(1)), *(jpeg(number) for number in range(2, 5))]
    source = JpegStream(piped(b"".join(files)), Fraction(30))
    assert [number_in(frame.picture) for frame in source] == [0, 2, 3, 4]
    assert source.counts == FrameCounts(read=5, damaged=1)


def test_compressed_data_without_an_end_costs_one_picture(piped: OpenPipe) -> None:
    limits = InputLimits(jpeg_bytes=1 << 18)
    endless = jpeg(1)[:-2] + bytes(1 << 20)
    source = JpegStream(piped(jpeg(0) + endless + jpeg(2)), Fraction(30), limits=limits)
    assert [number_in(frame.picture) for frame in source] == [0, 2]
    assert source.counts == FrameCounts(read=3, damaged=1)


def test_the_size_may_change_in_the_middle(piped: OpenPipe) -> None:
    sizes = [(48, 64), (96, 128), (48, 64)]
    data = b"".join(jpeg(number, size) for number, size in enumerate(sizes))
    frames = list(JpegStream(piped(data), Fraction(30)))
    assert [(frame.height, frame.width) for frame in frames] == sizes
    assert [frame.pts for frame in frames] == [0, 1, 2]


def test_zeros_are_not_read_for_ever(piped: OpenPipe) -> None:
    with pytest.raises(SourceError, match="has held no JPEG picture for 1 MB"):
        JpegStream(piped(b"\0" * (3 << 20)), Fraction(30), limits=InputLimits(jpeg_bytes=1 << 20))


def test_a_stream_without_a_whole_picture_is_refused(piped: OpenPipe) -> None:
    with pytest.raises(SourceError, match="ended before a JPEG picture was whole"):
        JpegStream(piped(jpeg(0)[:100]), Fraction(30))
