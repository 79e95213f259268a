"""High dynamic range stays what it is: in 10 bits, and tagged so."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream
from written import copy, remarks_of

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing
from mirror.rendering.overlay import OverlayRenderer, Style
from mirror.rendering.side_by_side import SideBySide
from pipeline.consumer import consuming
from pipeline.frame import planes_of
from pipeline.pipes import open_target
from pipeline.sinks.coded import JpegWriter, MatroskaWriter
from pipeline.sinks.video import Encoding, VideoWriter
from pipeline.sources.video import VideoFile

HLG, PQ, BT709, BT2020 = 18, 16, 1, 9
TAGS = {HLG: "HLG", PQ: "PQ"}
RAMP = np.tile(np.arange(400, 400 + 128, dtype=np.uint16), (64, 1))  # 128 levels in 10 bits


def film(path: Path, color_trc: int = HLG, pixel_format: str = "yuv420p10le") -> Path:
    """Three pictures of a ramp that 8 bits cannot hold."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx265", rate=30, options={"x265-params": "log-level=error"})
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        assert isinstance(context, VideoCodecContext)
        context.width, context.height, context.pix_fmt = 128, 64, pixel_format
        context.options = {"crf": "1", "preset": "ultrafast"}
        primaries = BT709 if color_trc == BT709 else BT2020
        context.color_trc, context.color_primaries = color_trc, primaries
        context.colorspace = primaries
        for _ in range(3):
            picture = av.VideoFrame(128, 64, "yuv420p10le")
            for plane, values in zip(planes_of(picture), (RAMP, 512, 512), strict=True):
                plane[:] = np.asarray(values)
            output.mux(stream.encode(picture.reformat(format=pixel_format)))
        output.mux(stream.encode(None))
    return path


def kind_of(path: Path) -> tuple[str, int, int, int]:
    """Pixel format, transfer function, primaries and matrix of what plays."""
    with av.open(str(path)) as source:
        picture = next(source.decode(video=0))
        context = source.streams.video[0].codec_context
        return (
            picture.format.name,
            int(context.color_trc),
            int(context.color_primaries),
            int(context.colorspace),
        )


def levels_in(path: Path) -> int:
    with av.open(str(path)) as source:
        return len(np.unique(planes_of(next(source.decode(video=0)))[0]))


@pytest.mark.parametrize("color_trc", [HLG, PQ])
@pytest.mark.parametrize("codec", [None, "h265", "av1"])
def test_hdr_is_kept_in_ten_bits(tmp_path: Path, codec: str | None, color_trc: int) -> None:
    source = film(tmp_path / "in.mp4", color_trc)
    encoding = Encoding(codec, quality=5, preset="ultrafast")
    out = copy(source, tmp_path / "out.mp4", encoding)
    assert kind_of(out) == ("yuv420p10le", color_trc, BT2020, BT2020)
    assert levels_in(out) > 64  # in 8 bits there are 32


def test_h264_says_that_few_players_show_it_and_h265_has_nothing_to_say(tmp_path: Path) -> None:
    source = film(tmp_path / "in.mp4")
    assert remarks_of(source, tmp_path / "out.mp4") == (
        "the source has high dynamic range (HLG), kept in 10 bits; as h265, more players show that",
    )
    assert remarks_of(source, tmp_path / "deep.mp4", Encoding("h265")) == ()


def test_a_codec_of_eight_bits_says_what_is_lost(tmp_path: Path) -> None:
    source = film(tmp_path / "in.mp4", PQ)
    assert remarks_of(source, tmp_path / "out.mp4", Encoding("mpeg4")) == (
        "the source has high dynamic range (PQ), of which mpeg4 keeps 8 bits: smooth areas may "
        "show steps, which h264, h265 and av1 have not",
    )
    assert kind_of(tmp_path / "out.mp4")[0] == "yuv420p"


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv420p10le"])
def test_what_is_not_hdr_plays_everywhere_as_before(tmp_path: Path, pixel_format: str) -> None:
    source = film(tmp_path / "in.mp4", BT709, pixel_format)
    assert remarks_of(source, tmp_path / "out.mp4") == ()
    assert kind_of(tmp_path / "out.mp4") == ("yuv420p", BT709, BT709, BT709)


@pytest.mark.parametrize("beside", [False, True])
def test_drawn_pictures_stay_hdr_in_a_file_and_in_a_stream(tmp_path: Path, beside: bool) -> None:
    video = VideoFile(film(tmp_path / "in.mp4"))
    labels = np.pad(np.ones((32, 32), np.uint8), ((16, 16), (48, 48)))
    overlay = OverlayRenderer(Style.of(label_set("built-in")))
    renderer = SideBySide(overlay) if beside else overlay
    fast, rate = Encoding(preset="ultrafast"), Fraction(30)
    into = [tmp_path / "out.mp4", tmp_path / "out.mkv"]
    writer = MatroskaWriter(open_target(str(into[1])), rate, encoding=fast)
    with consuming(VideoWriter(into[0], video.footage, fast)) as out, consuming(writer):
        for frame in video:
            drawn = renderer.render(frame, Parsing.undivided(labels))
            assert drawn is not frame
            out.consume(drawn)
            writer.consume(drawn)
    assert [kind_of(path) for path in into] == [("yuv420p10le", HLG, BT2020, BT2020)] * 2
    assert writer.remarks[0].startswith("the source has high dynamic range (HLG), kept in 10 bits")


def test_jpeg_says_that_it_cannot_say_so(tmp_path: Path) -> None:
    video = VideoFile(film(tmp_path / "in.mp4"))
    with consuming(JpegWriter(open_target(str(tmp_path / "out.mjpeg")))) as writer:
        for frame in video:
            writer.consume(frame)
    assert writer.remarks == (
        "the source has high dynamic range (HLG), which JPEG cannot say: colours look flat",
    )
