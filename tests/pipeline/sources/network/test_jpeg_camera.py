"""Cameras on the web that send JPEG pictures; what they declare costs nothing."""

from __future__ import annotations

import contextlib
import io
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from broadcast import Broadcast, download
from doubles import FakeClock
from media import level, number_in, write_video

from mirror.core.machine import memory_mb, peak_memory_mb
from pipeline.errors import SourceError
from pipeline.media.input_limits import InputLimits, TooManyPixels
from pipeline.sources.network.jpeg_camera import JpegCamera, open_network
from pipeline.sources.network.url import NetworkCamera

HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
Serve = Callable[[Iterator[bytes]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Sends bytes to whoever connects first, and answers nobody else."""
    started: list[tuple[socket.socket, threading.Thread]] = []

    def start(pieces: Iterator[bytes]) -> str:
        server = socket.create_server(("127.0.0.1", 0))

        def run() -> None:
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                server.close()
                with connection:
                    connection.recv(4096)
                    for piece in pieces:
                        connection.sendall(piece)

        thread = threading.Thread(target=run)
        thread.start()
        started.append((server, thread))
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    yield start
    for server, thread in started:
        server.close()
        thread.join(5.0)
        assert not thread.is_alive()


def jpeg(number: int, size: tuple[int, int] = (48, 64)) -> bytes:
    return bytes(cv2.imencode(".jpg", np.full((*size, 3), level(number), np.uint8))[1])


def part(picture: bytes, declared: int | None = None) -> bytes:
    length = len(picture) if declared is None else declared
    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + picture + b"\r\n"


def test_a_cameras_pictures_come_as_they_are_sent(clock: FakeClock) -> None:
    camera = Broadcast(100)
    try:
        source = open_network(camera.url, clock)
        assert isinstance(source, JpegCamera)
        assert source.is_live
        frames = list(itertools.islice(source, 3))
        source.close()
    finally:
        camera.stop()
    assert [frame.luma.mean().round() for frame in frames] == [100] * 3
    assert {(frame.pts, frame.captured_at) for frame in frames} == {(None, 100.0)}


def test_closing_ends_the_pictures(clock: FakeClock) -> None:
    camera = Broadcast(100)
    try:
        source = open_network(camera.url, clock)
        frames = iter(source)
        next(frames)
        source.close()
        assert len(list(frames)) <= 1
    finally:
        camera.stop()


def test_pictures_without_a_message_around_them_are_read_too(serve: Serve) -> None:
    url = serve(iter([HEAD, *(jpeg(number) for number in range(3))]))
    assert [number_in(frame.picture) for frame in open_network(url)] == [0, 1, 2]


def test_a_picture_that_declares_gigabytes_takes_no_memory(serve: Serve) -> None:
    endless = itertools.repeat(bytes(1 << 20), 200)
    picture = jpeg(1)
    in_scan = picture[: picture.index(b"\xff\xda") + 14]
    url = serve(itertools.chain([HEAD, part(jpeg(0)), part(in_scan, 2_000_000_000)], endless))
    limits = InputLimits(jpeg_bytes=4 << 20)
    room = peak_memory_mb() - memory_mb()  # taken before, and free
    source = open_network(url, limits=limits)
    assert isinstance(source, JpegCamera)
    before = peak_memory_mb()
    with contextlib.suppress(SourceError):
        assert [number_in(frame.picture) for frame in source] == [0]
    assert peak_memory_mb() - before < 40 + max(0, -room)


def test_a_camera_of_too_large_pictures_is_refused(serve: Serve) -> None:
    url = serve(iter([HEAD, part(jpeg(0)), part(jpeg(1))]))
    with pytest.raises(TooManyPixels, match=r"http://127.0.0.1:\d+/: pictures of 64x48 are over"):
        open_network(url, limits=InputLimits(pixels=1000))


def test_a_connection_that_breaks_before_the_first_picture_is_said(serve: Serve) -> None:
    url = serve(iter([HEAD, part(jpeg(0))[:-400]]))
    with pytest.raises(SourceError, match="ended before a JPEG picture was whole"):
        open_network(url)


def test_an_address_where_nothing_answers_keeps_its_password() -> None:
    with pytest.raises(SourceError, match=r"http://127\.0\.0\.1:9/x cannot be opened") as refused:
        open_network("http://me:secret@127.0.0.1:9/x")
    assert "secret" not in f"{refused.value} {refused.value.__cause__}"


def test_a_film_at_an_address_is_ffmpegs(tmp_path: Path) -> None:
    with download(write_video(tmp_path / "film.mp4", 3)) as url:
        source = open_network(url)
        assert isinstance(source, NetworkCamera)
        assert source.has_end
        assert len(list(source)) == 3


def test_a_program_that_serves_once_is_read_from_its_only_connection(
    tmp_path: Path, serve: Serve
) -> None:
    film = io.BytesIO(write_video(tmp_path / "film.ts", 20).read_bytes())
    url = serve(itertools.chain([b"HTTP/1.0 200 OK\r\n\r\n"], iter(lambda: film.read(1000), b"")))
    assert len(list(open_network(url))) == 20
