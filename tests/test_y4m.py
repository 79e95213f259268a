from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import pytest
from streaming import HEADER, picture_bytes, y4m, y4m_frame

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.layout import Layout
from pipeline.pipes import open_target
from pipeline.sinks.plain import RawWriter, Y4mWriter
from pipeline.sources.y4m import Y4mStream
from pipeline.y4m import Y4mHeader, parse_header


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


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"RIFF1234", "its first line does not end; it begins with b'RIFF1234'"),
        (b"\0" * 5000, "its first line does not end"),
        (b"YUV4MPEG2 W64\n", "does not say a width and a height"),
        (b"YUV4MPEG2 W64 H48 Cxyz\n", "its colour space Cxyz is unknown"),
        (b"YUV4MPEG2 W64 H48 F30\n", "says '30' where two numbers with a colon belong"),
        (b"YUV4MPEG2 W999999 H999999\n", "is larger than any"),
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


def test_what_stands_where_a_frame_belongs_is_an_error() -> None:
    source = source_of(y4m(1) + b"warning: low battery\n")
    with pytest.raises(SourceError, match="after 1 frames of the y4m stream comes b'warnin'"):
        list(source)


def grey(width: int, height: int, pixel_format: str) -> Frame:
    picture = av.VideoFrame(width, height, "gray").reformat(format=pixel_format)
    return Frame(picture, 0.0)


def test_formats_that_a_stream_cannot_hold_become_420(tmp_path: Path) -> None:
    path = tmp_path / "out.y4m"
    frame = grey(6, 4, "bgr24")
    with Y4mWriter(open_target(str(path)), Fraction(25)) as writer:
        writer.write(frame.picture, frame)
    assert path.read_bytes().startswith(b"YUV4MPEG2 W6 H4 F25:1 Ip A1:1 C420jpeg\nFRAME\n")
    assert len(path.read_bytes().split(b"FRAME\n")[1]) == 36


def test_full_range_keeps_its_samples_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "out.y4m"
    frame = grey(6, 4, "yuvj422p")
    luma = Layout(4, 6, "yuv422p").views(frame.picture)[0]
    luma[:] = 255
    with Y4mWriter(open_target(str(path)), None) as writer:
        writer.write(frame.picture, frame)
    source = Y4mStream(io.BytesIO(path.read_bytes()))
    assert source.header.full_range
    (back,) = source
    assert (Layout(4, 6, "yuv422p").views(back.picture)[0] == 255).all()


def test_a_change_of_size_is_fitted_to_the_first_and_said(tmp_path: Path) -> None:
    path = tmp_path / "out.raw"
    with RawWriter(open_target(str(path)), "gray") as writer:
        for frame in (grey(6, 4, "gray"), grey(12, 8, "gray")):
            writer.write(frame.picture, frame)
    assert path.stat().st_size == 2 * 24
    assert writer.remarks == ("1 pictures had another size than the first and were resized to it",)
