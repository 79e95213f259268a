from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media import level, number_in, pts_of, turn_a_quarter, write_video

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.sources import Source
from pipeline.sources.container.misplaced_times import TimestampRepair
from pipeline.sources.video import VideoFile


def numbers(source: Source) -> list[int]:
    return [number_in(frame.picture) for frame in source]


def test_every_frame_comes_in_order_with_its_own_time(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", 25)
    frames = list(VideoFile(path))
    assert [number_in(frame.picture) for frame in frames] == [n % 10 for n in range(25)]
    assert [(frame.pts, frame.time_base) for frame in frames] == pts_of(path)


def test_uneven_and_late_times_are_kept(tmp_path: Path) -> None:
    pts = [5000, 5033, 5040, 5100, 5400]
    path = write_video(tmp_path / "clip.mkv", 5, pts=pts, time_base=Fraction(1, 1000))
    assert [frame.pts for frame in VideoFile(path)] == pts


@pytest.mark.parametrize(
    ("pts", "wanted"),
    [
        ([0, 40, 80, 9000, 160, 200], [0, 40, 80, 120, 160, 200]),
        ([0, 40, 80, 9000, 120, 160], [0, 40, 80, 100, 120, 160]),
        ([9000, 40, 80, 120], [0, 40, 80, 120]),
        ([0, 40, 80, 9000, 9040, 9080], [0, 40, 80, 9000, 9040, 9080]),  # it pauses
        ([0, 40, 80, 9000], [0, 40, 80, 9000]),
        ([0, 40, 20, 80], [0, 40, 20, 80]),
        ([7], [7]),
    ],
)
def test_one_wrong_time_moves_one_frame_and_not_all_that_follow(
    pts: list[int], wanted: list[int]
) -> None:
    def pictures() -> Iterator[av.VideoFrame]:
        for ticks in pts:
            picture = av.VideoFrame(16, 16, "gray")
            picture.pts, picture.duration = ticks, 40
            yield picture

    in_place = TimestampRepair(pictures())
    assert [picture.pts for picture in in_place] == wanted
    assert in_place.moved == (pts != wanted)


def test_footage_says_what_the_file_says(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "clip.mp4", 12, rate=24, metadata={"title": "Squats"}, aspect=Fraction(4, 3)
    )
    footage = VideoFile(path).footage
    assert (footage.height, footage.width, footage.frames) == (48, 64, 12)
    assert footage.rate == 24
    assert footage.sample_aspect_ratio == Fraction(4, 3)
    assert dict(footage.metadata)["title"] == "Squats"


def test_a_picture_held_sideways_comes_upright(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        half = np.full((48, 64, 3), 30, np.uint8)
        half[:24] = 220  # the top is bright; turned clockwise, it is on the right
        output.mux(stream.encode(av.VideoFrame.from_ndarray(half, format="bgr24")))
        output.mux(stream.encode(None))
    source = VideoFile(turn_a_quarter(path))
    (frame,) = list(source)
    assert (source.footage.height, source.footage.width) == (64, 48) == frame.bgr.shape[:2]
    assert frame.bgr[:, 30:].mean() > 200 > 50 > frame.bgr[:, :18].mean()


@pytest.mark.parametrize("pixel_format", ["yuv420p10le", "yuv444p", "gray"])
def test_any_pixel_format_comes_as_it_is(tmp_path: Path, pixel_format: str) -> None:
    path = write_video(tmp_path / "clip.mkv", 3, codec="ffv1", pixel_format=pixel_format)
    frames = list(VideoFile(path))
    assert {frame.pixel_format for frame in frames} == {pixel_format}
    assert frames[2].bgr.mean() == pytest.approx(level(2), abs=2)


def test_odd_sizes_are_kept(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mkv", 3, size=(63, 47), codec="ffv1")
    assert [frame.bgr.shape for frame in VideoFile(path)] == [(47, 63, 3)] * 3


def test_what_cannot_be_decoded_in_the_middle_is_skipped_and_counted(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", 60, codec="mpeg4", size=(320, 240))
    with av.open(str(path)) as source:
        spot = [packet.pos for packet in source.demux(video=0) if packet.size][30]
    contents = bytearray(path.read_bytes())
    assert spot is not None
    contents[spot : spot + 200] = bytes(200)
    path.write_bytes(contents)
    video = VideoFile(path)
    frames = list(video)
    assert 50 <= len(frames) < 60
    assert "could not be decoded and were skipped" in "; ".join(video.remarks)


def test_a_file_cut_off_gives_what_there_is(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mkv", 60, codec="ffv1")
    contents = path.read_bytes()
    path.write_bytes(contents[: len(contents) * 2 // 3])
    assert 30 <= len(list(VideoFile(path))) < 60


def test_a_picture_called_a_video_is_one_frame_and_said_so(tmp_path: Path) -> None:
    path = tmp_path / "photo.mp4"
    write_video(tmp_path / "photo.png", 1, codec="png", pixel_format="rgb24").rename(path)
    video = VideoFile(path)
    assert len(list(video)) == 1
    assert video.remarks == ("photo.mp4 is a single picture, not a video: one frame",)


def without_video(path: Path) -> Path:
    with av.open(str(path), "w") as output:
        stream = output.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        frame.rate = 8000
        output.mux(stream.encode(frame))
    return path


def cut_short(path: Path) -> Path:
    path.write_bytes(write_video(path.with_name("whole.mp4")).read_bytes()[:200])
    return path


def as_text(path: Path) -> Path:
    path.write_text("These are my notes on squats.\n" * 50)
    return path


def encrypted(path: Path) -> Path:
    """As protected MP4 files are marked: the sample entry says encv in place of avc1."""
    contents = bytearray(write_video(path).read_bytes())
    place = contents.index(b"avc1", contents.index(b"stsd"))
    contents[place : place + 4] = b"encv"
    path.write_bytes(contents)
    return path


def empty(path: Path) -> Path:
    path.touch()
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path, "clip.mp4 does not exist"),
        (empty, "clip.mp4 is empty; it may still be copying"),
        (as_text, "is a text|not a video that can be read|no video in it"),
        (cut_short, "is not a video that can be read"),
        (encrypted, "is encrypted, or coded in a way that this FFmpeg cannot decode"),
        (lambda path: without_video(path.with_suffix(".wav")), "has no video in it, only audio"),
        (lambda path: path.mkdir() or path, "is a folder"),
    ],
)
def test_what_is_no_video_is_refused(
    tmp_path: Path, make: Callable[[Path], Path], said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        VideoFile(make(tmp_path / "clip.mp4"))


def test_a_near_name_is_offered(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.mkv")
    with pytest.raises(SourceError, match=r"there is clip\.mkv"):
        VideoFile(tmp_path / "clip.mp4")


def test_frames_share_nothing_with_the_decoder(tmp_path: Path) -> None:
    frames: list[Frame] = list(VideoFile(write_video(tmp_path / "clip.mp4", 30)))
    assert [number_in(frame.picture) for frame in frames] == [n % 10 for n in range(30)]


def test_a_video_can_be_read_from_the_middle(tmp_path: Path) -> None:
    path = write_video(tmp_path / "in.mp4", 10, rate=10)
    assert [number_in(frame.picture) for frame in VideoFile(path, start_s=0.6)] == [6, 7, 8, 9]
    assert VideoFile(path, start_s=0.6).footage == VideoFile(path).footage
    assert list(VideoFile(path, start_s=5.0)) == []


def test_a_bare_stream_of_pictures_cannot_be_searched(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.h264", 10)
    with pytest.raises(SourceError, match=r"clip\.h264 cannot be searched: .* ffmpeg -i IN"):
        VideoFile(path, start_s=0.1)
