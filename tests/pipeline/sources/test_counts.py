"""What a source promised, what came of it, and that nobody is told otherwise."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from media import cut_after, faststart, packets_of, write_video

from pipeline.sources.container.frame_counts import FrameCounts
from pipeline.sources.limited import Limited
from pipeline.sources.pictures import PictureFolder
from pipeline.sources.video import VideoFile


def counts_after_reading(path: Path) -> FrameCounts:
    video = VideoFile(path)
    list(video)
    return video.counts


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return faststart(tmp_path_factory.mktemp("whole") / "whole.mp4")


@pytest.fixture(scope="module")
def cut(whole: Path) -> Path:
    """20 of 50 frames, and half of the next."""
    return cut_after(whole, 20)


@pytest.fixture(scope="module")
def hevc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hevc") / "hevc.mp4"
    settings = {"preset": "ultrafast", "x265-params": "log-level=0:bframes=0:scenecut=0"}
    return faststart(path, "libx265", settings)


def test_a_whole_file_keeps_its_promise(whole: Path) -> None:
    counts = counts_after_reading(whole)
    assert counts == FrameCounts(promised=50, read=50)
    assert counts.is_complete
    assert counts.remarks == ()


def test_a_file_that_is_cut_off_breaks_its_promise(cut: Path) -> None:
    counts = counts_after_reading(cut)
    assert (counts.promised, counts.missing, counts.is_complete) == (50, 29, False)
    assert counts.read - counts.damaged == len(list(VideoFile(cut))) == 20
    assert "29 of 50 frames that the input promises are not in it" in counts.remarks


def test_no_more_is_missing_at_the_end_than_one_thread_would_miss(tmp_path: Path) -> None:
    x265 = "log-level=0:keyint=12:bframes=4:b-adapt=0"  # a key frame, then four shown before it
    settings = {"preset": "ultrafast", "x265-params": x265}
    film = faststart(tmp_path / "film.mp4", "libx265", settings)
    for count in (14, 20, 26, 38):
        cut = cut_after(film, count)
        times = [frame.pts for frame in VideoFile(cut)]
        assert times == [frame.pts for frame in VideoFile(cut, thread_type="SLICE")], count


def test_a_lost_reference_costs_its_own_frame_alone(hevc: Path, tmp_path: Path) -> None:
    place, size = packets_of(hevc)[10]
    contents = bytearray(hevc.read_bytes())
    contents[place + 4 : place + size] = bytes(size - 4)
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(contents)
    video = VideoFile(damaged)
    assert len(list(video)) == 49
    assert (video.counts.damaged, video.counts.is_complete) == (1, True)
    assert video.counts.flawed > 0
    assert "1 damaged frames could not be decoded and were skipped" in video.remarks


def test_a_matroska_that_is_cut_off_breaks_its_promise_too(whole: Path, tmp_path: Path) -> None:
    path = remuxed(whole, tmp_path / "clip.mkv")
    assert counts_after_reading(path).promised == 50
    counts = counts_after_reading(cut_after(path, 20))
    assert counts.promised == pytest.approx(50, abs=1)
    assert not counts.is_complete


def test_an_avi_that_is_cut_off_has_no_index_and_breaks_its_promise(tmp_path: Path) -> None:
    pts = [number if number < 10 else number + 20 for number in range(40)]
    path = write_video(tmp_path / "clip.avi", 40, codec="mpeg4", pts=pts, size=(320, 240))
    assert counts_after_reading(path) == FrameCounts(promised=40, read=40)  # of 60 that it counts
    counts = counts_after_reading(cut_after(path, 20))
    assert counts.promised is not None
    assert 35 <= counts.promised <= 41
    assert not counts.is_complete


def test_sound_that_goes_on_after_the_pictures_is_no_broken_promise(tmp_path: Path) -> None:
    path = tmp_path / "clip.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=30)
        sound = output.add_stream("pcm_s16le", rate=8000)
        assert isinstance(stream, VideoStream)
        assert isinstance(sound, AudioStream)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "gray"
        output.mux(stream.encode(av.VideoFrame(16, 16, "gray")))
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 80000), np.int16), layout="mono")
        frame.rate = 8000
        output.mux(sound.encode(frame))
        for one in (stream, sound):
            output.mux(one.encode(None))
    assert counts_after_reading(path) == FrameCounts(promised=1, read=1)


def test_an_uneven_rate_is_no_broken_promise(tmp_path: Path) -> None:
    pts = [0, 20, 40, 5000, 60000]
    for name in ("clip.mkv", "clip.mp4"):
        path = write_video(tmp_path / name, 5, pts=pts, time_base=Fraction(1, 1000))
        assert counts_after_reading(path) == FrameCounts(promised=5, read=5)


def test_frames_that_an_edit_list_leaves_out_are_not_promised(whole: Path, tmp_path: Path) -> None:
    path = remuxed(whole, tmp_path / "edited.mp4", earlier=5, options=_MAY_BE_NEGATIVE)
    video = VideoFile(path)
    frames = list(video)
    assert len(frames) == 45
    assert video.counts == FrameCounts(promised=45, read=45)


def test_what_was_limited_promises_no_more_than_was_asked_for(whole: Path, cut: Path) -> None:
    for path, limit, promised, complete in [
        (whole, 10, 10, True),
        (whole, 80, 50, True),
        (cut, 10, 10, True),
        (cut, 40, 40, False),
    ]:
        limited = Limited(VideoFile(path), limit)
        list(limited)
        assert limited.counts is not None
        assert (limited.counts.promised, limited.counts.is_complete) == (promised, complete)


def test_one_frame_in_a_hundred_may_be_missing() -> None:
    assert FrameCounts(promised=1000, read=991).is_complete
    assert not FrameCounts(promised=1000, read=990).is_complete
    assert not FrameCounts(promised=50, read=49).is_complete
    assert FrameCounts(promised=50, read=50, damaged=50).is_complete
    assert not FrameCounts(read=50, broken_off=True).is_complete
    assert FrameCounts(read=50).is_complete


def test_pictures_that_cannot_be_read_count_as_damaged(tmp_path: Path) -> None:
    for number in range(3):
        write_video(tmp_path / f"{number}.png", 1, codec="png", pixel_format="rgb24")
    (tmp_path / "1.png").write_bytes(b"nothing")
    folder = PictureFolder(tmp_path)
    list(folder)
    assert folder.counts == FrameCounts(promised=3, read=3, damaged=1)


_MAY_BE_NEGATIVE = {"avoid_negative_ts": "disabled"}


def remuxed(
    path: Path, target: Path, earlier: int = 0, options: dict[str, str] | None = None
) -> Path:
    """Copy a video's packets into another container, so many frames earlier."""
    with av.open(str(path)) as source, av.open(str(target), "w", options=options or {}) as output:
        stream = source.streams.video[0]
        copy = output.add_stream_from_template(stream)
        assert stream.time_base is not None
        shift = round(earlier / (30 * stream.time_base))
        for packet in source.demux(stream):
            if packet.dts is not None and packet.pts is not None:
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                packet.stream = copy
                output.mux(packet)
    return target
