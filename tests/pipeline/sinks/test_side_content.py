"""Chapters, covers and fonts come along where the container holds them, or are named."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import AttachmentStream, Disposition
from media import numbers_in, write_video
from written import remarks_of

FONT = b"\x00\x01\x00\x00" + b"not a real font" * 10


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    """A Matroska file of two seconds with two chapters, a cover and a font."""
    source = tmp_path / "in.mkv"
    with av.open(str(write_video(tmp_path / "plain.mp4", 50, rate=25))) as plain:
        with av.open(str(source), "w") as output:
            picture = output.add_stream_from_template(plain.streams.video[0], opaque=True)
            output.add_attachment("cover.png", "image/png", _picture())
            output.add_attachment("plain.ttf", "application/x-truetype-font", FONT)
            output.set_chapters([_chapter(0, 0, 900, "Warm up"), _chapter(1, 900, 2000, "Squats")])
            for packet in plain.demux(video=0):
                if packet.size:
                    packet.stream = picture
                    output.mux(packet)
    return source


def _chapter(number: int, start: int, end: int, title: str) -> av.container.Chapter:
    return {
        "id": number,
        "start": start,
        "end": end,
        "time_base": Fraction(1, 1000),
        "metadata": {"title": title},
    }


def _picture() -> bytes:
    encoder = av.CodecContext.create("png", "w")
    assert isinstance(encoder, av.video.codeccontext.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = 8, 8, "rgb24"
    encoder.time_base = Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.full((8, 8, 3), 99, np.uint8), format="rgb24")
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


def chapters_in(path: Path) -> list[tuple[float, float, str]]:
    with av.open(str(path)) as file:
        return [
            (
                float(chapter["start"] * (chapter["time_base"] or 0)),
                float(chapter["end"] * (chapter["time_base"] or 0)),
                chapter["metadata"]["title"],
            )
            for chapter in file.chapters()
        ]


def cover_in(path: Path) -> bytes | None:
    with av.open(str(path)) as file:
        for stream in file.streams.video:
            if stream.disposition & Disposition.attached_pic:
                return next(bytes(packet) for packet in file.demux(stream) if packet.size)
    return None


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "webm"])
def test_chapters_come_along(rich: Path, tmp_path: Path, ending: str) -> None:
    remarks_of(rich, tmp_path / f"out.{ending}")
    assert chapters_in(tmp_path / f"out.{ending}") == [
        (0.0, 0.9, "Warm up"),
        (0.9, 2.0, "Squats"),
    ]
    assert numbers_in(tmp_path / f"out.{ending}") == [n % 10 for n in range(50)]


def test_matroska_keeps_covers_and_fonts(rich: Path, tmp_path: Path) -> None:
    assert remarks_of(rich, tmp_path / "out.mkv") == ()
    assert cover_in(tmp_path / "out.mkv") == cover_in(rich)
    with av.open(str(tmp_path / "out.mkv")) as file:
        fonts = [stream for stream in file.streams if isinstance(stream, AttachmentStream)]
        assert [font.data for font in fonts] == [FONT]


def test_mp4_keeps_a_cover_and_names_a_font(rich: Path, tmp_path: Path) -> None:
    assert remarks_of(rich, tmp_path / "out.mp4") == (
        "attachment 2 (plain.ttf) was left out: mp4 cannot hold it; "
        "write to a file ending in .mkv to keep it",
    )
    assert cover_in(tmp_path / "out.mp4") == cover_in(rich)


@pytest.mark.parametrize("ending", ["mov", "webm"])
def test_others_name_both(rich: Path, tmp_path: Path, ending: str) -> None:
    assert remarks_of(rich, tmp_path / f"out.{ending}") == (
        f"cover 1 (png) was left out: {ending} cannot hold it; "
        "write to a file ending in .mkv or .mp4 to keep it",
        f"attachment 2 (plain.ttf) was left out: {ending} cannot hold it; "
        "write to a file ending in .mkv to keep it",
    )
