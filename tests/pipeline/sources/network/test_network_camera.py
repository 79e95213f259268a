"""Cameras and recordings at addresses, as FFmpeg reads them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from broadcast import download
from leaving import Held
from media import number_in, write_video

from pipeline.errors import SourceError
from pipeline.sources.network.url import NetworkCamera

Broadcasting = Callable[[bytes], str]


@pytest.fixture
def broadcasting() -> Iterator[Broadcasting]:
    """Sends bytes without saying how many there are, to whoever asks, and then nothing more."""
    over = threading.Event()
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(content: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "video/mp2t")
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(content)
                    over.wait(30.0)

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}/live.ts"

    yield start
    over.set()
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_stream_without_times_has_frames_without_them(
    tmp_path: Path, broadcasting: Broadcasting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.sources.network.url._READS_WITHIN_S", 0.3)
    bare = tmp_path / "film.h264"
    with (
        av.open(str(write_video(tmp_path / "film.mp4", 60))) as film,
        av.open(str(bare), "w", format="h264") as output,
    ):
        stream = output.add_stream_from_template(film.streams.video[0])
        for packet in film.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    with NetworkCamera(broadcasting(bare.read_bytes())) as camera:
        frames = [frame for _, frame in zip(range(3), camera, strict=False)]
    assert [frame.media_time for frame in frames] == [None] * 3


def test_a_cameras_frames_have_the_streams_own_time_beside_that_of_their_capture(
    tmp_path: Path, broadcasting: Broadcasting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.sources.network.url._READS_WITHIN_S", 0.3)
    film = write_video(tmp_path / "film.ts", 40, rate=25)
    with NetworkCamera(broadcasting(film.read_bytes())) as camera:
        assert camera.is_live
        frames = [frame for _, frame in zip(range(8), camera, strict=False)]
    assert [number_in(frame.picture) for frame in frames] == list(range(8))
    assert {frame.pts for frame in frames} == {None}  # nobody is to wait for what is live
    times = [frame.media_time or Fraction(0) for frame in frames]
    assert [later - time for time, later in pairwise(times)] == [Fraction(1, 25)] * 7


def test_a_camera_that_falls_silent_has_stopped(
    tmp_path: Path, broadcasting: Broadcasting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.sources.network.url._READS_WITHIN_S", 0.3)
    film = write_video(tmp_path / "film.ts", 40)
    seen: list[object] = []
    with NetworkCamera(broadcasting(film.read_bytes())) as camera:
        with pytest.raises(SourceError, match=r"stopped delivering .* check the camera's network"):
            seen.extend(camera)
        assert camera.counts is None
        assert camera.remarks == ()
    assert len(seen) > 30


def test_a_camera_that_is_closed_says_nothing_of_its_end(
    tmp_path: Path, broadcasting: Broadcasting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.sources.network.url._READS_WITHIN_S", 0.3)
    film = write_video(tmp_path / "film.ts", 40)
    with NetworkCamera(broadcasting(film.read_bytes())) as camera:
        frames = iter(camera)
        next(frames)
        camera.close()
        assert len(list(frames)) <= 1


def test_an_address_without_video_is_refused_and_let_go(tmp_path: Path) -> None:
    sound = tmp_path / "sound.mp4"
    with av.open(str(sound), "w") as output:
        stream = output.add_stream("aac", rate=16000)
        assert isinstance(stream, AudioStream)
        silence = av.AudioFrame.from_ndarray(
            np.zeros((1, 16000), np.int16), format="s16", layout="mono"
        )
        silence.rate, silence.pts, silence.time_base = 16000, 0, Fraction(1, 16000)
        for piece in (silence, None):
            output.mux(stream.encode(piece))
    with download(sound) as address:
        before = Held.now()
        for _ in range(3):
            with pytest.raises(SourceError, match="carries no video"):
                NetworkCamera(address)
        assert Held.now().descriptors <= before.descriptors + 2  # the server's own connections
