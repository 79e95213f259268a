"""``/v1/cameras``: one capture for all who look, opened from a list, gone when deleted."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import cv2
import numpy as np
import pytest
from broadcast import Broadcast
from fastapi.testclient import TestClient
from serving import Squares, listening, served, service_with

from mirror.core.parsing import Parsing
from mirror.core.settings import ConfigError
from mirror.serve.access import Token
from mirror.serve.app import make_app
from mirror.serve.cameras.allowed import is_allowed
from mirror.serve.cameras.cameras import CameraSources, named_sources, open_camera
from mirror.serve.cameras.newest import Encoded, Newest
from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.sources import Source
from pipeline.sources.managed_source import ClosableSource


class Greys(ClosableSource):
    """A camera of one grey, bright on the right, which counts who opens and leaves it."""

    is_live = True
    opened = left = 0

    def __init__(self) -> None:
        Greys.opened += 1
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        while not self._closed.wait(0.005):
            image = np.zeros((48, 64, 3), np.uint8)
            image[:, 32:] = 180
            yield Frame.from_bgr(image, time.monotonic())

    def close(self) -> None:
        self._closed.set()

    def __exit__(self, *raised: object) -> None:
        self.close()
        Greys.left += 1


@pytest.fixture
def squares() -> Iterator[Squares]:
    Greys.opened = Greys.left = 0
    kind = Squares()
    yield kind
    kind.gate.open()


def greys(source: str) -> Source:
    if source == "99":
        raise SourceError("camera.not_found", "camera {device} did not open", device=99)
    return Greys()


FIXED = CameraSources({"door": "0"}, ("1", "99", "http://10.0.0.5/cam/"), greys)


@pytest.fixture
def client(squares: Squares) -> Iterator[TestClient]:
    with served(squares, cameras=FIXED) as client:
        yield client


def until(condition: Callable[[], object], within_s: float = 10.0) -> None:
    give_up_at = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up_at, "it did not come about in time"
        time.sleep(0.002)


def camera_threads() -> list[str]:
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name.startswith(("camera", "lane"))]


def test_a_camera_of_the_settings_is_there_with_its_figures(client: TestClient) -> None:
    until(lambda: client.get("/v1/cameras/door").json()["captured"] > 3)
    door = client.get("/v1/cameras").json()["cameras"][0]
    assert (door["name"], door["state"], door["size"]) == ("door", "running", [64, 48])
    assert door["fps"] > 1
    assert door["error"] is None
    assert client.get("/v1/cameras/none").json()["code"] == "camera.not_found"


def test_a_snapshot_is_what_is_seen_now_with_the_parts_drawn(client: TestClient) -> None:
    answer = client.get("/v1/cameras/door/snapshot.jpg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["cache-control"] == "no-store"
    image = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert int(image[24, 48].max()) - int(image[24, 48].min()) > 40  # it was grey
    assert image[24, 8].max() < 30


def test_nothing_is_parsed_while_nobody_looks(client: TestClient, squares: Squares) -> None:
    begun = squares.begun
    until(lambda: client.get("/v1/cameras/door").json()["captured"] > 10)
    assert squares.begun == begun
    client.get("/v1/cameras/door/snapshot.jpg")
    assert squares.begun > begun


class FailsAtFirst(Squares):
    """Cannot parse the first frames after it has warmed up."""

    def _parse(self, frame: Frame, plan: None) -> Parsing:
        parsing = super()._parse(frame, plan)
        if 1 < self.begun < 5:
            raise RuntimeError("the secret of /root/model.onnx")
        return parsing


def test_frames_that_the_parser_breaks_down_over_are_counted_and_the_camera_stays_open() -> None:
    with served(FailsAtFirst(), cameras=FIXED) as client:
        opened = Greys.opened
        assert client.get("/v1/cameras/door/snapshot.jpg").status_code == 200
        counted = 'mirror_frames_dropped_total{kind="camera",reason="parse.failed"} 3.0'
        assert counted in client.get("/metrics").text
        assert Greys.opened == opened


def read_parts(port: int, count: int) -> list[bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/v1/cameras/door/stream.mjpeg")
    answer, parts = connection.getresponse(), []
    assert (answer.getheader("content-type") or "").startswith("multipart/x-mixed-replace")
    for _ in range(count):
        assert answer.readline() == b"--frame\r\n"
        assert answer.readline() == b"Content-Type: image/jpeg\r\n"
        size = int(answer.readline().partition(b":")[2])
        assert answer.readline() == b"\r\n"
        parts.append(answer.read(size))
        assert answer.read(2) == b"\r\n"
    connection.close()
    return parts


def test_one_capture_feeds_all_viewers_and_ffmpeg_among_them(squares: Squares) -> None:
    service = service_with(squares, cameras=FIXED)
    with listening(make_app(service)) as port:
        threads = [threading.Thread(target=read_parts, args=(port, 20)) for _ in range(3)]
        for thread in threads:
            thread.start()
        if ffmpeg := shutil.which("ffmpeg"):
            url = f"http://127.0.0.1:{port}/v1/cameras/door/stream.mjpeg"
            done = subprocess.run(
                [ffmpeg, "-v", "error", "-i", url, "-frames:v", "5", "-f", "framemd5", "-"],
                capture_output=True, text=True, timeout=30,
            )  # fmt: skip
            frames = [line for line in done.stdout.splitlines() if not line.startswith("#")]
            assert (len(frames), done.stderr) == (5, "")
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
        assert Greys.opened == 1
        until(lambda: service.cameras.all[0].viewers == 0)
    assert Greys.left == 1


def test_a_viewer_that_is_slow_gets_the_newest_picture_and_nothing_queues() -> None:
    async def look() -> tuple[list[bytes], list[Encoded | None]]:
        newest, seen, last = Newest(asyncio.get_running_loop()), [], -1
        for burst in range(3):
            for number in range(100):
                newest.put(b"%d" % (100 * burst + number))
            found = await newest.after(last, 1.0)
            assert found is not None
            last = found.number
            seen.append(found.data)
        late = await newest.after(last, 0.01)
        newest.close()
        return seen, [late, await newest.after(last, 60.0)]

    assert asyncio.run(look()) == ([b"99", b"199", b"299"], [None, None])


def test_a_camera_that_was_away_comes_back(squares: Squares) -> None:
    broadcast = Broadcast(60)
    sources = CameraSources({"door": broadcast.url})
    with served(squares, cameras=sources) as client:
        assert client.get("/v1/cameras/door/snapshot.jpg").status_code == 200
        broadcast.stop()
        again = Broadcast(200, broadcast.port)
        try:
            # it is tried again after half a second
            def level() -> float:
                answer = client.get("/v1/cameras/door/snapshot.jpg")
                data = np.frombuffer(answer.content, np.uint8)
                image = cv2.imdecode(data, cv2.IMREAD_COLOR) if answer.status_code == 200 else None
                return 0.0 if image is None else float(image.mean())

            squares.gate.open()  # bright pictures wait there
            until(lambda: level() > 100)
        finally:
            again.stop()


def test_a_camera_that_is_not_there_says_so_and_is_tried_again(squares: Squares) -> None:
    with served(squares, cameras=CameraSources({"door": "99"}, (), greys)) as client:
        until(lambda: client.get("/v1/cameras/door").json()["state"] == "away")
        assert client.get("/v1/cameras/door").json()["error"] == "camera.not_found"


def test_a_camera_is_opened_by_call_and_frees_everything_when_it_is_deleted(
    client: TestClient,
) -> None:
    before = sorted(camera_threads())
    new = {"name": "desk", "source": "1"}
    answer = client.post("/v1/cameras", json=new)
    assert (answer.status_code, answer.headers["location"]) == (201, "/v1/cameras/desk")
    assert client.post("/v1/cameras", json=new).json()["code"] == "camera.exists"
    assert client.get("/v1/cameras/desk/snapshot.jpg").status_code == 200
    assert client.delete("/v1/cameras/desk").status_code == 204
    assert client.get("/v1/cameras/desk").status_code == 404
    assert Greys.left == 1
    until(lambda: sorted(camera_threads()) == before)
    assert client.delete("/v1/cameras/door").json()["code"] == "camera.fixed"


def test_a_viewer_ends_with_its_camera(squares: Squares) -> None:
    with listening(make_app(service_with(squares, cameras=FIXED))) as port:
        calls = HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"Content-Type": "application/json"}
        calls.request("POST", "/v1/cameras", '{"name":"desk","source":"1"}', headers)
        assert calls.getresponse().read()
        viewer = HTTPConnection("127.0.0.1", port, timeout=10)
        viewer.request("GET", "/v1/cameras/desk/stream.mjpeg")
        picture = viewer.getresponse()
        assert picture.readline() == b"--frame\r\n"
        calls.request("DELETE", "/v1/cameras/desk")
        assert calls.getresponse().read() == b""
        while picture.read(4096):
            pass
        viewer.close()
        calls.close()


@pytest.mark.parametrize("source", ["2", "/dev/video0", "http://10.0.0.6/cam/1", "file:///etc/x"])
def test_nothing_else_than_what_the_settings_allow_is_opened(
    client: TestClient, source: str
) -> None:
    answer = client.post("/v1/cameras", json={"name": "desk", "source": source})
    assert (answer.status_code, answer.json()["code"]) == (403, "camera.not_allowed")
    assert Greys.opened <= 1


def test_a_body_that_goes_on_and_on_is_not_read(client: TestClient) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while taken < 10_000_000:
            taken += 10_000
            yield b" " * 10_000

    assert client.post("/v1/cameras", content=endless()).json()["code"] == "request.too_large"
    assert client.post("/v1/cameras", content=b"{").json()["code"] == "request.invalid"


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", 65 * "a", "é"])
def test_a_name_is_plain(client: TestClient, name: str) -> None:
    answer = client.post("/v1/cameras", json={"name": name, "source": "1"})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


def test_what_one_client_had_opened_no_other_sees(squares: Squares) -> None:
    tokens = tuple(Token(name=name, token=16 * name[0]) for name in ("ann", "bob"))
    ann, bob = ({"Authorization": f"Bearer {16 * letter}"} for letter in "ab")
    with served(squares, tokens=tokens, cameras=FIXED) as client:
        new = {"name": "desk", "source": "1"}
        assert client.post("/v1/cameras", json=new, headers=ann).status_code == 201
        assert client.get("/v1/cameras").status_code == 401
        for headers, names in ((ann, ["door", "desk"]), (bob, ["door"])):
            found = client.get("/v1/cameras", headers=headers).json()["cameras"]
            assert [camera["name"] for camera in found] == names
        for path in ("", "/snapshot.jpg", "/stream.mjpeg"):
            assert client.get(f"/v1/cameras/desk{path}", headers=bob).status_code == 404
        assert client.delete("/v1/cameras/desk", headers=bob).status_code == 404


def test_a_password_of_a_camera_is_shown_to_nobody(squares: Squares) -> None:
    sources = CameraSources({"door": "rtsp://admin:secret@10.0.0.5/a?token=secret"}, (), greys)
    with served(squares, cameras=sources) as client:
        assert "secret" not in client.get("/v1/cameras").text
        assert "10.0.0.5" in client.get("/v1/cameras").text


@pytest.mark.parametrize(
    ("source", "entry", "expected"),
    [
        ("0", "0", True),
        ("0", "1", False),
        ("/dev/video1", "/dev/video1", True),
        ("rtsp://10.0.0.5/main", "rtsp://10.0.0.5/main", True),
        ("RTSP://10.0.0.5:554/main", "rtsp://10.0.0.5/main", True),
        ("rtsp://ann:word@10.0.0.5/main", "rtsp://10.0.0.5/main", True),
        ("rtsp://10.0.0.5/main/2", "rtsp://10.0.0.5/main", False),
        ("http://host/cams/7?size=vga", "http://host/cams/", True),
        ("http://host/camsecret", "http://host/cams/", False),
        ("http://host/cams/../admin", "http://host/cams/", False),
        ("http://host/cams/%2e%2e/admin", "http://host/cams/", False),
        ("http://host:81/cams/7", "http://host/cams/", False),
        ("https://host/cams/7", "http://host/cams/", False),
        ("http://host@evil/cams/7", "http://host/cams/", False),
        ("http://host\\@evil/cams/7", "http://host/cams/", False),
        ("http://evil#@host/cams/7", "http://host/cams/", False),
        ("http://evil/?@host/cams/7", "http://host/cams/", False),
        ("http://host/cams/7\r\nX: y", "http://host/cams/", False),
        ("http://host.evil/cams/7", "http://host/cams/", False),
        ("concat:http://host/cams/7", "http://host/cams/", False),
        ("file:/etc/passwd", "file:/etc/passwd", False),
        ("udp://host/", "udp://host/", False),
    ],
)
def test_an_allowed_source_is_no_other(source: str, entry: str, expected: bool) -> None:
    assert is_allowed(source, (entry,)) is expected
    assert not is_allowed(source, ())


@pytest.mark.parametrize("entries", [["door"], ["a b=0"], ["x=clip.mp4"], ["x=0", "x=1"]])
def test_settings_name_cameras_as_name_and_source(entries: list[str]) -> None:
    assert named_sources(["door=0", "yard=http://10.0.0.5/a?b=c"])["yard"].endswith("?b=c")
    with pytest.raises(ConfigError, match="NAME=SOURCE"):
        named_sources(entries)


# what a camera on the network may make the service open


@contextlib.contextmanager
def answering(status: int, headers: dict[str, str], body: bytes) -> Iterator[tuple[str, list[str]]]:
    """A web server that always says the same; yields its address, and what was asked of it."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("way", ["redirect", "playlist"])
def test_a_camera_cannot_send_the_service_elsewhere(way: str) -> None:
    from pipeline.media.input_limits import InputLimits

    with answering(200, {}, b"") as (inner, asked):
        if way == "redirect":
            status, headers, body = 302, {"Location": f"{inner}/secret"}, b""
        else:
            status, headers = 200, {"Content-Type": "application/vnd.apple.mpegurl"}
            body = (
                f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{inner}/secret.ts\n#EXT-X-ENDLIST\n"
            ).encode()
        with answering(status, headers, body) as (camera, _):
            with pytest.raises(SourceError):
                open_camera(f"{camera}/live.m3u8")
            assert asked == []
            with pytest.raises(SourceError):
                open_camera(f"{camera}/live.m3u8", InputLimits())  # what other programs may follow
            assert asked != []


def test_an_rtsp_camera_is_watched_though_it_may_name_nothing_else() -> None:
    python = Path("/usr/bin/python3")  # the one that Debian's packages are for
    needs = "import gi; gi.require_version('GstRtspServer', '1.0')"
    if not python.exists() or subprocess.run([python, "-c", needs], capture_output=True).returncode:
        pytest.skip("an RTSP server is missing: apt-get install gir1.2-gst-rtsp-server-1.0")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    server = str(Path(__file__).parents[2] / "support/rtsp_camera.py")
    with subprocess.Popen([python, server, port, "90"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"serving\n"
        try:
            with open_camera(f"rtsp://127.0.0.1:{port}/camera") as camera:
                frame = next(iter(camera))
            assert (frame.width, frame.height) == (320, 240)
        finally:
            process.kill()
