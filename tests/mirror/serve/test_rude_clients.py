"""Clients that do not know how to behave, over real connections: nobody else notices them."""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles import until
from serving import Squares, listening, picture, service_with

from mirror.serve import connections, uploads
from mirror.serve.app import make_app
from mirror.serve.service import Service

FORM = (
    b"--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n"
    b"half of a picture"
)  # fmt: skip


class Served:
    """A running service."""

    def __init__(self, service: Service, port: int) -> None:
        self.service, self.port = service, port

    @contextlib.contextmanager
    def connection(self, sent: bytes = b"") -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), 10.0) as client:
            client.sendall(sent)
            yield client

    def head(self, path: str, length: int, kind: str = "image/png") -> bytes:
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {length}\r\n\r\n"
        ).encode()

    def answers(self) -> bool:
        """Whether somebody who behaves is served."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20.0)
        connection.request("POST", "/v1/parse", picture())
        status = connection.getresponse().status
        connection.close()
        return status == 200

    def is_empty(self) -> bool:
        return self.service.admission.inside == 0 and self.service.streams.open == 0


@pytest.fixture
def served() -> Iterator[Served]:
    service = service_with(Squares())
    with listening(make_app(service)) as port:
        yield Served(service, port)


def read_all(client: socket.socket) -> bytes:
    pieces = []
    try:
        while piece := client.recv(1 << 16):
            pieces.append(piece)
    except TimeoutError:
        raise
    except OSError:  # reset, or closed before anything was read
        pass
    return b"".join(pieces)


CHUNKED = b"POST /v1/parse HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
GARBAGE = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
    "a version": b"GET / HTTP/9.9\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "nothing": b"\r\n\r\n\r\n\0\0\0\0",
    "a length": b"POST /v1/parse HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "a chunk": CHUNKED + b"\r\nzz\r\n",
    "two lengths": CHUNKED + b"Content-Length: 3\r\n\r\nabc",
    "a long address": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
    "half an upgrade": b"GET /v1/stream HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
    b"Connection: upgrade\r\n\r\n",
    "noise": random.Random(0).randbytes(4096),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_refused_and_the_connection_closed(served: Served, garbage: bytes) -> None:
    with served.connection() as client:
        with contextlib.suppress(OSError):  # it may have been closed already
            client.sendall(garbage)
            client.shutdown(socket.SHUT_WR)
        said = read_all(client)
    assert not said or said.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))
    assert b"Traceback" not in said
    assert served.answers()
    until(served.is_empty)


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/v1/parse", "image/png", b"half of a picture"),
        ("/v1/parse", "multipart/form-data; boundary=b", FORM),
        ("/v1/jobs", "video/mp4", b"half of a video" * 1000),
        ("/v1/jobs", "multipart/form-data; boundary=b", FORM),
        ("/v2/models/squares/infer", "application/json", b'{"inputs":'),
        ("/submit", "image/png", b"half of a picture"),
        ("/v1/cameras", "application/json", b'{"name"'),
    ],
)
def test_whoever_vanishes_in_mid_upload_leaves_nothing(
    served: Served, path: str, kind: str, body: bytes, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with served.connection(served.head(path, 16_000, kind) + body):
        if path in ("/v1/parse", "/v1/jobs"):
            until(lambda: served.service.admission.inside == 1)
    until(served.is_empty)
    assert served.answers()
    assert list(tmp_path.iterdir()) == []
    assert served.service.store.size() == 0
    figures = served.service.metrics.registry

    def count(code: str) -> float:
        labels = {"method": "POST", "route": route, "code": code}
        return figures.get_sample_value("mirror_http_requests_total", labels) or 0.0

    route = "/v2/models/{name}/infer" if path.startswith("/v2") else path
    until(lambda: count("499") == 1.0)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("path", ["/v1/parse", "/v1/jobs"])
def test_a_body_that_does_not_come_is_given_up(
    served: Served, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "STALLED_S", 0.05)
    with served.connection(served.head(path, 90_000) + b"half of it") as client:
        said = read_all(client)
    assert said.startswith(b"HTTP/1.1 408")
    assert b'"request.stalled"' in said
    until(served.is_empty)


def test_a_body_that_trickles_is_given_up(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "STALLED_S", 0.3)
    with served.connection(served.head("/v1/parse", 90_000)) as client:
        client.settimeout(0.02)
        said = b""
        for _ in range(500):  # ten seconds, if nobody ended it
            with contextlib.suppress(TimeoutError):
                said += client.recv(1 << 16)
            if said:
                break
            with contextlib.suppress(ConnectionError):
                client.sendall(b"a")
    assert said.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    "begun", [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: a\r\n"]
)
def test_a_request_whose_head_does_not_come_is_given_up(
    served: Served, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN_S", 0.05)
    with served.connection(begun) as client:
        assert read_all(client) == b""
    whole = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    with served.connection(whole) as client:
        assert client.recv(1 << 16).startswith(b"HTTP/1.1 200")
        client.sendall(b"GET /heal")
        read_all(client)  # it is closed, or this would wait


def test_a_request_that_takes_long_is_not_taken_for_one_that_does_not_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN_S", 0.05)
    squares = Squares()
    service = service_with(squares)
    with listening(make_app(service)) as port:
        squares.hold = True
        served = Served(service, port)
        body = picture()
        with served.connection(served.head("/v1/parse", len(body)) + body) as client:
            squares.gate.wait_reached()
            client.settimeout(0.2)
            with pytest.raises(TimeoutError):  # neither closed nor answered
                client.recv(1)
            squares.gate.open()
            client.settimeout(10.0)
            assert client.recv(1 << 16).startswith(b"HTTP/1.1 200")


def test_whoever_does_not_read_answers_holds_up_nobody(served: Served) -> None:
    ask = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
    with served.connection(ask * 200):
        assert served.answers()
    until(served.is_empty)


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.slow
def test_two_thousand_idle_connections_are_borne_and_let_go() -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < 8192:
        pytest.skip("needs 8,192 descriptors: ulimit -Hn")
    connections.allow_many()
    service = service_with(Squares())
    with listening(make_app(service)) as port, contextlib.ExitStack() as stack:
        served = Served(service, port)
        before_it = descriptors()
        clients = [stack.enter_context(served.connection()) for _ in range(2000)]
        assert served.answers()
        assert descriptors() >= before_it + 4000  # both ends are ours
        for client in clients:
            assert read_all(client) == b""  # each of them is let go
        until(lambda: descriptors() < before_it + 2010, 10.0)
        assert served.answers()
    resource.setrlimit(resource.RLIMIT_NOFILE, before)
