from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import pytest
from media import pts_of
from streaming import HEADER, picture_bytes, y4m, y4m_frame

from mirror.cli.main import main
from pipeline.consumer import consuming
from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.media.pixel_layout import Layout
from pipeline.media.y4m_header import Y4mHeader, parse_header
from pipeline.pipes import open_target
from pipeline.sinks.plain import RawWriter, Y4mWriter
from pipeline.sources.container.frame_counts import FrameCounts
from pipeline.sources.recording import open_recording
from pipeline.sources.stream.y4m import Y4mFile, Y4mStream


def source_of(data: bytes) -> Y4mStream:
    return Y4mStream(io.BytesIO(data))


def pixels(frame: Frame, layout: Layout) -> bytes:
    return b"".join(view.tobytes() for view in layout.views(frame.picture))


def test_frames_come_as_they_were_sent_at_the_streams_own_rate() -> None:
    source = source_of(y4m(3))
    frames = list(source)
    assert [pixels(frame, source.header.layout) for frame in frames] == [
        picture_bytes(number) for number in range(3)
    ]
    assert [(frame.pts, frame.time_base) for frame in frames][2] == (2, Fraction(1, 30))


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("W64 H48 F30000:1001", Y4mHeader(Layout(48, 64, "yuv420p"), Fraction(30000, 1001))),
        ("W6 H4 F0:0 Cmono", Y4mHeader(Layout(4, 6, "gray"))),
        ("H4 W6 A4:3 C422p10", Y4mHeader(Layout(4, 6, "yuv422p10le"), None, Fraction(4, 3))),
        (
            "W6 H4 XCOLORRANGE=FULL C444",
            Y4mHeader(Layout(4, 6, "yuv444p"), full_range=True),
        ),
    ],
)
def test_a_header_says_what_it_says_and_comes_back(line: str, header: Y4mHeader) -> None:
    assert parse_header(f"YUV4MPEG2 {line}\n".encode()) == header
    assert parse_header(header.line()) == header


DEEP = {f"mono{bits}": f"gray{bits}le" for bits in (9, 10, 12, 16)} | {
    f"{chroma}p{bits}": f"yuv{chroma}p{bits}le"
    for chroma in (420, 422, 444)
    for bits in (9, 10, 12, 14, 16)
}


@pytest.mark.parametrize(("tag", "pixel_format"), DEEP.items())
def test_samples_of_more_than_eight_bits_are_read_and_written(tag: str, pixel_format: str) -> None:
    header = parse_header(f"YUV4MPEG2 W8 H8 C{tag}\n".encode())
    assert header.layout == Layout(8, 8, pixel_format)
    assert f"C{tag}".encode() in header.line().split()
    data = header.line() + b"FRAME\n" + bytes(header.layout.size)
    (frame,) = source_of(data)
    assert frame.picture.format.name == pixel_format


@pytest.mark.parametrize(("word", "color_range"), [("FULL", 2), ("LIMITED", 1), (None, 0)])
def test_a_frame_has_the_range_that_its_stream_says(word: str | None, color_range: int) -> None:
    header = HEADER if word is None else HEADER.replace(b"\n", b" XCOLORRANGE=%s\n" % word.encode())
    source = source_of(header + y4m_frame(0) + y4m_frame(1))
    assert [int(frame.picture.color_range) for frame in source] == [color_range] * 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"RIFF1234", "its first line does not end; it begins with b'RIFF1234'"),
        (b"\0" * 5000, "its first line does not end"),
        (b"YUV4MPEG2 W64\n", "does not say a width and a height"),
        (b"YUV4MPEG2 W64 H48 Cxyz\n", "its colour space Cxyz is unknown"),
        (b"YUV4MPEG2 W64 H48 F30\n", "says '30' where two numbers with a colon belong"),
        (b"YUV4MPEG2 W999999 H999999\n", "is larger than any"),
        (b"YUV4MPEG2 W1 H99999999999999999999\n", "is larger than any"),
    ],
)
def test_what_is_no_such_stream_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        source_of(data)


@pytest.mark.parametrize("kept", [1, 3, 6, 7, 500])
def test_a_last_frame_that_is_cut_off_is_left_out_and_said(kept: int) -> None:
    source = source_of(y4m(2) + y4m_frame(2)[:kept])
    assert len(list(source)) == 2
    assert "bytes short of a frame, which was left out" in source.remarks[0]


def test_a_whole_stream_has_no_remarks() -> None:
    source = source_of(y4m(2))
    assert len(list(source)) == 2
    assert source.remarks == ()


def test_what_a_frame_says_of_its_fields_is_skipped() -> None:
    source = source_of(HEADER + b"FRAME It\n" + picture_bytes(7))
    (frame,) = source
    assert pixels(frame, source.header.layout) == picture_bytes(7)


STRIDE = len(y4m_frame(0))


def what_comes_of(data: bytes) -> tuple[list[int], list[int], Y4mStream]:
    """Which of the usual pictures come, their times, and the source afterwards."""
    known = {picture_bytes(number): number for number in range(10)}
    source = source_of(data)
    frames = list(source)
    found = [known.get(pixels(frame, source.header.layout), -1) for frame in frames]
    return found, [frame.pts or 0 for frame in frames], source


def test_what_stands_between_frames_is_skipped_and_said() -> None:
    data = y4m(1) + b"warning: low battery\n" + y4m_frame(1) + y4m_frame(2)
    found, times, source = what_comes_of(data)
    assert (found, times) == ([0, 1, 2], [0, 1, 2])
    assert source.remarks == (
        "21 bytes of the y4m stream were no frame and were skipped, 0 frames with them",
    )


@pytest.mark.parametrize("which", [1, 3])
def test_a_frame_whose_mark_is_damaged_comes_all_the_same(which: int) -> None:
    data = bytearray(y4m(4))
    data[len(HEADER) + which * STRIDE + 2] ^= 8
    found, times, source = what_comes_of(bytes(data))
    assert (found, times) == ([0, 1, 2, 3], [0, 1, 2, 3])
    assert source.counts == FrameCounts(read=4, flawed=1)
    assert source.remarks == ("1 frames were there without a whole mark before them",)


def test_bytes_that_are_missing_cost_two_frames_and_no_time() -> None:
    data = y4m(6)
    place = len(HEADER) + 2 * STRIDE + 1000
    found, times, source = what_comes_of(data[:place] + data[place + 100 :])
    assert (found, times) == ([0, 1, -1, 4, 5], [0, 1, 2, 4, 5])
    assert source.counts == FrameCounts(read=6, damaged=1)


def test_frames_that_are_wiped_out_are_counted_and_their_time_passes() -> None:
    data = bytearray(y4m(8))
    place = len(HEADER) + 2 * STRIDE
    data[place : place + 3 * STRIDE] = bytes(3 * STRIDE)
    found, times, source = what_comes_of(bytes(data))
    assert (found, times) == ([0, 1, 5, 6, 7], [0, 1, 5, 6, 7])
    assert source.counts == FrameCounts(read=8, damaged=3)


def test_a_second_stream_after_the_first_goes_on_where_that_ended() -> None:
    found, times, source = what_comes_of(y4m(2) + y4m(3))
    assert (found, times) == ([0, 1, 0, 1, 2], [0, 1, 2, 3, 4])
    assert source.remarks == ("1 more headers came in mid-stream, and hold from there on",)


def test_a_second_stream_may_have_another_size() -> None:
    small = b"YUV4MPEG2 W6 H4 F30:1 Cmono\n" + 2 * (b"FRAME\n" + bytes(range(24)))
    source = source_of(y4m(2) + small + y4m(1))
    frames = list(source)
    assert [(frame.width, frame.height) for frame in frames] == [(64, 48)] * 2 + [(6, 4)] * 2 + [
        (64, 48)
    ]
    assert pixels(frames[2], Layout(4, 6, "gray")) == bytes(range(24))
    assert pixels(frames[4], source.header.layout) == picture_bytes(0)
    assert (source.footage.height, source.footage.width) == (48, 64)


def test_a_second_header_that_is_none_is_skipped() -> None:
    found, _, source = what_comes_of(y4m(1) + b"YUV4MPEG2 W0 H9\n" + y4m_frame(1))
    assert found == [0, 1]
    assert "16 bytes of the y4m stream were no frame" in source.remarks[0]


def test_a_header_that_names_another_size_is_refused() -> None:
    with pytest.raises(SourceError, match="its header names another size"):
        list(source_of(y4m(8).replace(b"H48", b"H40")))


def test_a_file_that_does_not_say_its_rate_gets_the_one_that_is_given(tmp_path: Path) -> None:
    path = tmp_path / "clip.y4m"
    path.write_bytes(y4m(3).replace(b"F30:1", b"F0:0"))
    source = open_recording(path, Fraction(25))
    assert isinstance(source, Y4mFile)
    assert [frame.time for frame in source] == [0.0, 0.04, 0.08]
    assert source.footage.rate == 25


def test_a_damaged_file_becomes_a_film(tmp_path: Path) -> None:
    data = bytearray(y4m(6))
    data[len(HEADER) + 2 * STRIDE] = 0
    path, out = tmp_path / "clip.y4m", tmp_path / "out.mp4"
    path.write_bytes(bytes(data) + y4m(2))
    assert main(["video", str(path), "-o", str(out), "--parser", "none", "--quiet"]) == 0
    assert len(pts_of(out)) == 8


def grey(width: int, height: int, pixel_format: str) -> Frame:
    picture = av.VideoFrame(width, height, "gray").reformat(format=pixel_format)
    return Frame(picture, 0.0)


def test_formats_that_a_stream_cannot_hold_become_420(tmp_path: Path) -> None:
    path = tmp_path / "out.y4m"
    frame = grey(6, 4, "bgr24")
    with consuming(Y4mWriter(open_target(str(path)), Fraction(25))) as writer:
        writer.consume(frame)
    assert path.read_bytes().startswith(b"YUV4MPEG2 W6 H4 F25:1 Ip A1:1 C420jpeg\nFRAME\n")
    assert len(path.read_bytes().split(b"FRAME\n")[1]) == 36


def test_full_range_keeps_its_samples_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "out.y4m"
    frame = grey(6, 4, "yuvj422p")
    luma = Layout(4, 6, "yuv422p").views(frame.picture)[0]
    luma[:] = 255
    with consuming(Y4mWriter(open_target(str(path)), None)) as writer:
        writer.consume(frame)
    source = Y4mStream(io.BytesIO(path.read_bytes()))
    assert source.header.full_range
    (back,) = source
    assert (Layout(4, 6, "yuv422p").views(back.picture)[0] == 255).all()


def test_a_change_of_size_is_fitted_to_the_first_and_said(tmp_path: Path) -> None:
    path = tmp_path / "out.raw"
    with consuming(RawWriter(open_target(str(path)), "gray")) as writer:
        for frame in (grey(6, 4, "gray"), grey(12, 8, "gray")):
            writer.consume(frame)
    assert path.stat().st_size == 2 * 24
    assert writer.remarks == ("1 pictures had another size than the first and were resized to it",)
