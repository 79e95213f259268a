"""What every source keeps to, and what each of them adds."""

import contextlib
import io
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from doubles import FakeClock, number_of, until
from every_source import RAW, SOURCES, film, raw_bytes
from lanes import Gate
from leaving import COUNT, FakeCapture, Held, OpenSource, left_half_read, left_unread
from media import number_in, picture_folder, write_video

from pipeline.errors import CameraNotFound, SourceError
from pipeline.frame import Frame
from pipeline.media.pixel_layout import Layout
from pipeline.pipes import PipeReader
from pipeline.sources import Source
from pipeline.sources.camera import Camera, device_of, list_cameras
from pipeline.sources.network.address import named, without_secrets
from pipeline.sources.network.jpeg_camera import JpegCamera
from pipeline.sources.network.url import NetworkCamera
from pipeline.sources.pictures import PictureFolder
from pipeline.sources.stream.motion_jpeg import JpegStream
from pipeline.sources.stream.piped import PipedVideo
from pipeline.sources.stream.raw import RawStream
from pipeline.sources.video import VideoFile

InThread = Callable[[Callable[[], None]], threading.Thread]


@pytest.fixture(params=SOURCES)
def open_source(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock
) -> Iterator[OpenSource]:
    with contextlib.ExitStack() as stack:
        yield SOURCES[request.param](tmp_path, clock, stack)


@pytest.fixture
def source(open_source: OpenSource) -> Iterator[Source]:
    with open_source() as source:
        yield source


def test_frames_come_in_order(source: Source) -> None:
    frames = [frame for _, frame in zip(range(COUNT), source, strict=False)]
    assert [number_in(frame.picture) for frame in frames] == [n % 10 for n in range(COUNT)]
    source.close()


def test_each_frame_says_when_it_was_captured(source: Source, clock: FakeClock) -> None:
    frames = iter(source)
    first = next(frames)
    clock.now += 0.5
    second = next(frames)
    assert (first.captured_at, second.captured_at) == (100.0, 100.5)
    source.close()


def test_recorded_frames_have_times_and_live_ones_have_none(source: Source) -> None:
    times = [frame.pts for _, frame in zip(range(3), source, strict=False)]
    assert (times == [None] * 3) == source.is_live
    assert source.is_live or sorted({time or 0 for time in times}) == times
    source.close()


def test_closing_ends_the_iteration(source: Source) -> None:
    frames = iter(source)
    next(frames)
    source.close()
    source.close()
    most = COUNT - 1 if isinstance(source, PipedVideo | JpegStream | JpegCamera) else 1
    assert len(list(frames)) <= most  # of a pipe, what has come already is still given out


def test_whoever_leaves_a_source_has_freed_all_that_it_held(open_source: OpenSource) -> None:
    left_unread(open_source)


def test_a_source_that_is_left_half_way_holds_nothing_more(open_source: OpenSource) -> None:
    left_half_read(open_source, lambda source: source.__exit__(None, None, None))


def test_any_thread_may_leave_a_source(open_source: OpenSource, in_thread: InThread) -> None:
    def leave(source: Source) -> None:
        in_thread(lambda: source.__exit__(None, None, None)).join(5.0)

    left_half_read(open_source, leave)


def test_a_source_that_was_read_to_its_end_holds_nothing_more(source: Source) -> None:
    if source.is_live:
        pytest.skip("it has no end")
    before = Held.now()
    frames = list(source)
    until(lambda: before.is_all_again())
    assert len(frames) == COUNT


def test_what_a_driver_is_reading_is_freed_by_whoever_reads_and_only_then(
    in_thread: InThread,
) -> None:
    reading = Gate()

    class Slow(FakeCapture):
        def read(self) -> tuple[bool, np.ndarray | None]:
            reading.pass_through()
            return super().read()

    capture = Slow()
    seen: list[Frame] = []
    with Camera(0, open_capture=lambda _: capture) as camera:
        reader = in_thread(lambda: seen.extend(camera))
        reading.wait_reached()
    assert not capture.released
    reading.open()
    reader.join(5.0)
    assert capture.released


def test_leaving_wakes_whoever_reads_a_pipe_that_delivers_nothing(in_thread: InThread) -> None:
    read_end, write_end = os.pipe()
    try:
        os.write(write_end, raw_bytes(1))
        before, seen = Held.now(), list[Frame]()
        with RawStream(PipeReader(read_end), RAW) as source:
            reader = in_thread(lambda: seen.extend(source))
            until(lambda: len(seen) == 1)
        reader.join(5.0)
        assert not reader.is_alive()
        until(before.is_all_again)
    finally:
        os.close(read_end)
        os.close(write_end)


def test_a_pipe_that_was_read_to_its_end_may_still_be_closed(tmp_path: Path) -> None:
    others = [tmp_path / "one", tmp_path / "other"]
    with contextlib.ExitStack() as stack:
        pipe = PipeReader(stack.enter_context((tmp_path / "bytes").open("wb+")).fileno())
        assert list(RawStream(pipe, RAW)) == []
        for other in others:  # they have the descriptors now that woke the pipe
            stack.enter_context(other.open("wb"))
        pipe.close()
        pipe.release()
    assert [other.read_bytes() for other in others] == [b"", b""]


def test_what_was_found_of_a_file_can_be_asked_after_it_was_left(tmp_path: Path) -> None:
    with VideoFile(film(tmp_path)) as source:
        frames = iter(source)
        next(frames)
    assert source.footage.frames == COUNT
    assert source.counts.damaged == 0
    assert source.counts.read >= 1
    assert source.remarks == ()


def test_pictures_are_sorted_by_their_numbers_and_timed_by_the_rate(tmp_path: Path) -> None:
    source = PictureFolder(picture_folder(tmp_path / "pictures"), Fraction(12))
    frames = list(source)
    assert [number_in(frame.picture) for frame in frames][9:12] == [9, 0, 1]
    assert frames[6].time == pytest.approx(0.5)
    assert source.footage.frames == COUNT


def test_a_picture_that_cannot_be_read_is_skipped_and_the_rest_keep_their_times(
    tmp_path: Path,
) -> None:
    folder = picture_folder(tmp_path / "pictures", 4)
    (folder / "frame-2.png").write_text("not a picture")
    source = PictureFolder(folder)
    assert [frame.pts for frame in source] == [0, 1, 3]
    assert source.remarks == ("1 pictures could not be read and were skipped: frame-2.png",)


@pytest.mark.parametrize("number", range(8))
def test_a_folder_begins_with_the_picture_of_a_time(tmp_path: Path, number: int) -> None:
    for place in range(8):
        cv2.imwrite(str(tmp_path / f"{place}.png"), np.full((4, 6, 3), place, np.uint8))
    first = next(iter(PictureFolder(tmp_path, Fraction(30), start_s=number / 30)))
    assert first.pts == number_of(first) == number


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(SourceError, match="has no pictures in it"):
        PictureFolder(tmp_path)


def test_a_camera_that_is_not_there_is_named_with_what_to_do() -> None:
    capture = FakeCapture(opens=False)
    with pytest.raises(CameraNotFound, match=r"camera 7 did not open\. Close other programs"):
        Camera(7, open_capture=lambda _: capture)
    assert capture.released


def test_a_camera_that_vanishes_ends_the_run_and_is_released() -> None:
    capture = FakeCapture(3)
    camera = Camera(0, open_capture=lambda _: capture)
    seen: list[Frame] = []
    with pytest.raises(SourceError, match="camera 0 delivers no pictures; plug it in again"):
        seen.extend(camera)
    assert capture.released


def test_cameras_are_listed_without_their_metadata_nodes(tmp_path: Path) -> None:
    nodes = [("video0", 0, "Webcam"), ("video1", 1, "Webcam"), ("video2", 0, "B")]
    for name, index, title in nodes:
        (tmp_path / name).mkdir()
        (tmp_path / name / "index").write_text(f"{index}\n")
        (tmp_path / name / "name").write_text(f"{title}\n")
    assert [(camera.index, camera.name) for camera in list_cameras(tmp_path)] == [
        (0, "Webcam"),
        (2, "B"),
    ]
    assert list(list_cameras(tmp_path / "none")) == []


def test_a_camera_that_is_unplugged_while_it_is_listed_is_left_out(tmp_path: Path) -> None:
    for name in ("video0", "video1"):
        (tmp_path / name).mkdir()
    (tmp_path / "video1" / "name").write_text("Webcam\n")
    assert [camera.index for camera in list_cameras(tmp_path)] == [1]


def test_an_address_where_nothing_answers_is_refused() -> None:
    with pytest.raises(SourceError, match=r"cannot be opened .* check the address"):
        NetworkCamera("http://127.0.0.1:9/stream")


def test_an_address_that_is_refused_keeps_its_password_even_in_the_traceback() -> None:
    address = "http://me:it's {}@127.0.0.1:9/x".format("terces"[::-1])  # this is in the traceback
    with pytest.raises(SourceError, match=r"http://127\.0\.0\.1:9/x cannot be") as refused:
        NetworkCamera(address)
    assert "secret" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("rtsp://me:secret@host:554/a", "rtsp://host:554/a"),
        ("rtsp://me:se@cret@host/a", "rtsp://host/a"),
        ("rtsp://me:sec/ret@host/a", "rtsp://host/a"),
        ("http://host:8080/@me/a", "http://host:8080/@me/a"),
        ("http://[::1]/a@b", "http://[::1]/a@b"),
        ("http://host/a?channel=1&user=me&pwd=secret", "http://host/a?channel=1&user=…&pwd=…"),
        ("[Errno 111] refused: 'http://me:secret@host/a'", "[Errno 111] refused: 'http://host/a'"),
        ("standard input", "standard input"),
    ],
)
def test_an_address_is_named_without_its_secrets(address: str, named: str) -> None:
    assert without_secrets(address) == named


@pytest.mark.parametrize(
    "password", ["it's", "two words", 'a"b', "<a>", "a/b c", "x://y", "why?", "#1"]
)
def test_a_password_may_hold_what_ends_an_address_in_a_text(password: str) -> None:
    assert named(f"rtsp://me:{password}@host/a") == "rtsp://host/a"


def test_a_last_frame_that_is_cut_off_is_left_out_and_said() -> None:
    source = RawStream(io.BytesIO(raw_bytes(3)[:-100]), Layout(48, 64, "bgr24"))
    assert len(list(source)) == 2
    assert source.remarks == ("the stream ended 100 bytes short of a frame, which was left out",)


def test_a_stream_that_ends_within_its_first_frame_is_an_error() -> None:
    source = RawStream(io.BytesIO(raw_bytes(1)[:-100]), Layout(48, 64, "bgr24"))
    with pytest.raises(SourceError, match="ended 100 bytes short of its first frame of 64x48"):
        list(source)


class Dribble(io.BytesIO):
    """A pipe that gives seven bytes at a time."""

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return super().readinto(buffer[:7])


@pytest.mark.parametrize("pixel_format", ["bgr24", "yuv420p", "nv12", "gray", "yuv420p10le"])
def test_a_picture_comes_out_of_a_stream_as_it_went_in(pixel_format: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (36, 50, 3)).astype(np.uint8)
    picture = av.VideoFrame.from_ndarray(noise, format="bgr24").reformat(format=pixel_format)
    layout = Layout(picture.height, picture.width, pixel_format)
    views = layout.views(picture)
    sent = b"".join(view.tobytes() for view in views)
    assert len(sent) == layout.size
    (frame,) = list(RawStream(Dribble(sent), layout))
    assert b"".join(view.tobytes() for view in layout.views(frame.picture)) == sent


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ((48, 64, "bgr25"), "no pixel format is called 'bgr25'; did you mean bgr24?"),
        ((0, 64, "bgr24"), "a picture of 64x0 has no pixels"),
        ((10**6, 10**6, "bgr24"), "is larger than any"),
        ((48, 64, "pal8"), "pal8 cannot be streamed"),
    ],
)
def test_a_layout_that_cannot_be_is_refused(layout: tuple[int, int, str], said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        Layout(*layout)


def test_a_camera_is_asked_for_a_size_and_a_rate() -> None:
    capture = FakeCapture()
    Camera(0, size=(720, 1280), rate=60, open_capture=lambda _: capture)
    assert capture.asked == {
        cv2.CAP_PROP_FRAME_WIDTH: 1280,
        cv2.CAP_PROP_FRAME_HEIGHT: 720,
        cv2.CAP_PROP_FPS: 60,
    }


@pytest.mark.parametrize(
    ("text", "device"),
    [
        ("0", 0),
        ("12", 12),
        ("/dev/video0", "/dev/video0"),
        ("²", None),
        ("٣", None),
        ("99999999999999999999", None),
        ("-1", None),
        ("clip.mp4", None),
        ("/dev", None),
    ],
)
def test_a_camera_is_named_by_its_index_or_as_a_device(text: str, device: int | str | None) -> None:
    assert device_of(text) == device


def test_a_film_among_the_devices_is_a_film() -> None:
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        pytest.skip("there is no memory shared as files")
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        film = write_video(Path(folder) / "film.mp4", 2)
        assert device_of(str(film)) is device_of(folder) is None
        if sys.platform == "linux":
            with pytest.raises(CameraNotFound):
                Camera(str(film))
