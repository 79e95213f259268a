"""What comes through a pipe is recognised, and decoded as the file would be."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media import jpeg, pts_of, write_video
from streaming import y4m

from mirror.stream.inputs import Wanted, open_pipe, recognised
from pipeline.errors import SourceError
from pipeline.pipes import PipeReader
from pipeline.sources import Recorded
from pipeline.sources.stream.piped import PipedVideo
from pipeline.sources.video import VideoFile

OpenFile = Callable[[Path], PipeReader]


@pytest.fixture
def opened() -> Iterator[OpenFile]:
    """Open a file as if it came through a pipe."""
    with ExitStack() as stack:

        def open_file(path: Path) -> PipeReader:
            descriptor = os.open(path, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            return PipeReader(descriptor)

        yield open_file


def remuxed(path: Path, name: str, format: str, **options: str) -> Path:
    into = path.with_name(name)
    with (
        av.open(str(path)) as source,
        av.open(str(into), "w", format=format, options=options) as output,
    ):
        stream = output.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                output.mux(packet)
    return into


CONTAINERS = {
    "matroska": ("clip.mkv", "matroska", {}),
    "mpegts": ("clip.ts", "mpegts", {}),
    "mp4": ("pieces.mp4", "mp4", {"movflags": "frag_keyframe+empty_moov"}),
    "container": ("clip.flv", "flv", {}),
}


@pytest.fixture(params=CONTAINERS)
def container(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    name, format, options = CONTAINERS[request.param]
    return request.param, remuxed(write_video(tmp_path / "film.mp4", 12), name, format, **options)


def test_a_container_is_recognised_and_decoded_as_the_file_is(
    container: tuple[str, Path], opened: OpenFile
) -> None:
    name, path = container
    assert recognised(opened(path)) == name
    source = open_pipe(opened(path), Wanted())
    frames = list(source)
    assert [(frame.pts, frame.time_base) for frame in frames] == pts_of(path)
    with av.open(str(path)) as film:
        for frame, picture in zip(frames, film.decode(video=0), strict=True):
            assert (frame.picture.to_ndarray() == picture.to_ndarray()).all()
    assert source.footage.rate == Fraction(30)
    assert source.remarks == ()


def test_what_comes_before_a_container_is_cut_off_comes_out(
    container: tuple[str, Path], opened: OpenFile
) -> None:
    _, path = container
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4])
    of_the_file = [frame.pts for frame in VideoFile(path)]
    assert 3 <= len(of_the_file) < 12
    assert [frame.pts for frame in open_pipe(opened(path), Wanted())] == of_the_file


@pytest.mark.parametrize(("data", "name"), [(y4m(1), "y4m"), (jpeg(0), "mjpeg")])
def test_the_first_bytes_say_what_comes(
    data: bytes, name: str, tmp_path: Path, opened: OpenFile
) -> None:
    path = tmp_path / "in"
    path.write_bytes(data)
    assert recognised(opened(path)) == name
    assert len(list(open_pipe(opened(path), Wanted()))) == 1


def test_a_size_stands_for_raw_pictures(tmp_path: Path, opened: OpenFile) -> None:
    path = tmp_path / "in"
    path.write_bytes(bytes(64 * 48 * 3 * 2))
    wanted = Wanted(size=(48, 64), rate=Fraction(10))
    frames = list(open_pipe(opened(path), wanted))
    assert [(frame.height, frame.width, frame.time) for frame in frames] == [
        (48, 64, 0.0),
        (48, 64, 0.1),
    ]


@pytest.mark.parametrize("format", ["matroska", "mpegts", "mp4", "container"])
def test_noise_in_a_containers_place_is_refused(
    format: str, tmp_path: Path, opened: OpenFile
) -> None:
    path = tmp_path / "in"
    path.write_bytes(np.random.default_rng(1).integers(0, 256, 100_000, np.uint8).tobytes())
    with pytest.raises(SourceError, match="standard input"):
        list(open_pipe(opened(path), Wanted(format=format)))


def test_a_file_that_must_be_rewound_is_refused_with_what_to_do(
    tmp_path: Path, opened: OpenFile
) -> None:
    path = write_video(
        tmp_path / "film.mp4", 40, size=(640, 480), codec="mjpeg", pixel_format="yuvj420p"
    )
    with pytest.raises(SourceError, match="an MP4 must come in fragm"):
        open_pipe(opened(path), Wanted())


@pytest.mark.parametrize("reads", [0, 1])
def test_a_signal_while_a_container_is_looked_at_is_not_swallowed(
    reads: int, tmp_path: Path, opened: OpenFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = remuxed(write_video(tmp_path / "film.mp4", 12), "clip.mkv", "matroska")
    pipe = opened(path)
    pieces = [pipe.read(600) for _ in range(reads)]

    def read(count: int) -> bytes:
        if pieces:
            return pieces.pop()
        raise KeyboardInterrupt  # as a signal's handler does

    monkeypatch.setattr(pipe, "read", read)
    with pytest.raises(KeyboardInterrupt):
        PipedVideo(pipe, "matroska")


def test_a_run_that_ends_gets_what_has_come_of_a_container(
    tmp_path: Path, opened: OpenFile
) -> None:
    path = remuxed(write_video(tmp_path / "film.mp4", 12), "clip.mkv", "matroska")
    source: Recorded = open_pipe(opened(path), Wanted())
    frames = iter(source)
    next(frames)
    source.close()
    assert len(list(frames)) <= 11  # decoded from what was read already, then the end
