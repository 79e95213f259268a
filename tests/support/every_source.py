"""Every source there is, over real media made in a folder of the test's own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from broadcast import download
from doubles import FakeClock
from leaving import COUNT, FakeCapture, OpenSource
from media import jpeg, level, picture_folder, write_video

from pipeline.frame import Frame
from pipeline.media.input_limits import USUAL_LIMITS
from pipeline.media.pixel_layout import Layout
from pipeline.media.y4m_header import Y4mHeader
from pipeline.pipes import PipeReader
from pipeline.sources import Source
from pipeline.sources.camera import Camera
from pipeline.sources.in_memory import InMemory
from pipeline.sources.limited import Limited
from pipeline.sources.network.http_bytes import HttpBytes
from pipeline.sources.network.jpeg_camera import CameraOfBytes, JpegCamera
from pipeline.sources.network.reconnecting import Reconnecting
from pipeline.sources.network.url import NetworkCamera
from pipeline.sources.paced import PacedRecording
from pipeline.sources.pictures import PictureFolder
from pipeline.sources.stream.motion_jpeg import JpegStream
from pipeline.sources.stream.piped import PipedVideo
from pipeline.sources.stream.raw import RawStream
from pipeline.sources.stream.y4m import Y4mFile, Y4mStream
from pipeline.sources.until_broken import UntilBroken
from pipeline.sources.video import VideoFile

RAW = Layout(48, 64, "bgr24")


def raw_bytes(count: int = COUNT) -> bytes:
    return b"".join(bytes([level(n)]) * (48 * 64 * 3) for n in range(count))


def y4m_bytes() -> bytes:
    header = Y4mHeader(Layout(48, 64, "gray"), Fraction(30), full_range=True).line()
    return header + b"".join(b"FRAME\n" + bytes([level(n)]) * (48 * 64) for n in range(COUNT))


def film(folder: Path, count: int = COUNT, suffix: str = ".mp4") -> Path:
    return write_video(folder / f"clip{suffix}", count)


def stored(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def piped(path: Path, data: bytes, stack: contextlib.ExitStack) -> Callable[[], PipeReader]:
    """Opens the same bytes over and over; the descriptors are not the reader's to close."""
    file = stack.enter_context(stored(path / "bytes", data).open("rb", buffering=0))

    def open_pipe() -> PipeReader:
        file.seek(0)
        return PipeReader(file.fileno())

    return open_pipe


def jpegs(path: Path, stack: contextlib.ExitStack) -> Callable[[], PipeReader]:
    return piped(path, b"".join(jpeg(n) for n in range(COUNT)), stack)


@contextlib.contextmanager
def jpeg_address(path: Path) -> Iterator[str]:
    data = b"".join(jpeg(n) for n in range(COUNT))
    with download(stored(path / "film.mjpeg", data)) as address:
        yield address


Maker = Callable[[Path, FakeClock, contextlib.ExitStack], OpenSource]


def with_file(make: Callable[[Path, FakeClock], Source], suffix: str = ".mp4") -> Maker:
    def maker(path: Path, clock: FakeClock, stack: contextlib.ExitStack) -> OpenSource:
        clip = film(path, suffix=suffix)
        return lambda: make(clip, clock)

    return maker


def with_pipe(make: Callable[[PipeReader, FakeClock], Source], data: Callable[[], bytes]) -> Maker:
    def maker(path: Path, clock: FakeClock, stack: contextlib.ExitStack) -> OpenSource:
        open_pipe = piped(path, data(), stack)
        return lambda: make(open_pipe(), clock)

    return maker


def folder_of_pictures(path: Path, clock: FakeClock, stack: contextlib.ExitStack) -> OpenSource:
    folder = picture_folder(path / "pictures")
    return lambda: PictureFolder(folder, clock=clock)


def network_camera(path: Path, clock: FakeClock, stack: contextlib.ExitStack) -> OpenSource:
    address = stack.enter_context(download(film(path)))
    return lambda: NetworkCamera(address, clock)


def downloaded_bytes(path: Path, clock: FakeClock, stack: contextlib.ExitStack) -> OpenSource:
    address = stack.enter_context(download(film(path, suffix=".ts")))

    def read_on() -> NetworkCamera:
        return CameraOfBytes(HttpBytes(address, USUAL_LIMITS), address, clock, USUAL_LIMITS)

    return read_on


def jpeg_camera(path: Path, clock: FakeClock, stack: contextlib.ExitStack) -> OpenSource:
    address = stack.enter_context(jpeg_address(path))
    return lambda: JpegCamera(HttpBytes(address, USUAL_LIMITS), clock)


def y4m_file(path: Path, clock: FakeClock, stack: contextlib.ExitStack) -> OpenSource:
    clip = stored(path / "clip.y4m", y4m_bytes())
    return lambda: Y4mFile(clip, Fraction(30), clock)


def piped_film(path: Path, clock: FakeClock, stack: contextlib.ExitStack) -> OpenSource:
    open_pipe = piped(path, film(path, suffix=".mkv").read_bytes(), stack)
    return lambda: PipedVideo(open_pipe(), clock=clock)


def in_memory(path: Path, clock: FakeClock, stack: contextlib.ExitStack) -> OpenSource:
    def frames() -> Iterator[Frame]:
        for number in range(COUNT):
            image = np.full((48, 64, 3), level(number), np.uint8)
            yield Frame.from_bgr(image, clock(), number, Fraction(1, 30))

    return lambda: InMemory(frames())


def camera(clock: FakeClock) -> Camera:
    return Camera(0, open_capture=lambda _: FakeCapture(200), clock=clock)


SOURCES: dict[str, Maker] = {
    "video file": with_file(VideoFile),
    "picture folder": folder_of_pictures,
    "y4m file": y4m_file,
    "raw stream": with_pipe(
        lambda pipe, clock: RawStream(pipe, RAW, Fraction(30), clock=clock), raw_bytes
    ),
    "y4m stream": with_pipe(lambda pipe, clock: Y4mStream(pipe, clock=clock), y4m_bytes),
    "jpeg stream": with_pipe(
        lambda pipe, clock: JpegStream(pipe, Fraction(30), clock=clock),
        lambda: b"".join(jpeg(n) for n in range(COUNT)),
    ),
    "piped video": piped_film,
    "camera": lambda path, clock, stack: lambda: camera(clock),
    "network camera": network_camera,
    "camera of bytes": downloaded_bytes,
    "jpeg camera": jpeg_camera,
    "in memory": in_memory,
    "limited": with_file(lambda clip, clock: Limited(VideoFile(clip, clock), COUNT)),
    "paced": with_file(
        lambda clip, clock: PacedRecording(VideoFile(clip), clock=clock, wait=lambda _: None)
    ),
    "until broken": with_file(lambda clip, clock: UntilBroken(VideoFile(clip, clock))),
    "reconnecting": lambda path, clock, stack: (
        lambda: Reconnecting(lambda: camera(clock), clock=clock, wait=lambda _: None)
    ),
}
