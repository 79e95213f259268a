"""``mirror serve`` as a process: where it listens, whom it answers, and how it ends."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websockets.sync.client
from serving import picture
from websockets.exceptions import ConnectionClosed

from mirror.cli.main import main

ROOT = Path(__file__).parents[4]
WAITS = """
import time, numpy as np
def factory():
    def parse(image):
        if image.max() == 200:
            time.sleep(1.0)
        return np.zeros(image.shape[:2], np.uint8)
    return parse
"""


@contextlib.contextmanager
def running(
    tmp_path: Path, *more: str, **variables: str
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A running service, whose parser takes a second for bright pictures, and its port."""
    (tmp_path / "waits.py").write_text(WAITS)
    process = subprocess.Popen(
        [sys.executable, "-m", "mirror", "serve", "--port", "0", "--parser", "waits:factory",
         "--workers", "1", *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}", "COLUMNS": "200"}
        | variables,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
    assert found, said + process.communicate()[1]
    port = int(found[1])
    while ask(port, "GET", "/readyz")[0] != 200:
        time.sleep(0.02)
    try:
        yield process, port
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    with running(tmp_path) as found:
        yield found


def ask(port: int, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def begin(port: int, body: bytes) -> socket.socket:
    """Send a request, and do not wait for its answer."""
    head = f"POST /v1/parse HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    client = socket.create_connection(("127.0.0.1", port), 20)
    client.sendall(head.encode() + body)
    return client


def test_on_sigterm_whoever_is_in_is_answered_and_nobody_else(
    service: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = service
    with begin(port, picture(200)) as client:
        time.sleep(0.3)  # it is being parsed, which takes a second
        process.send_signal(signal.SIGTERM)
        answer = client.recv(1 << 16)
    assert answer.startswith(b"HTTP/1.1 200")
    assert process.wait(20) == 143
    with pytest.raises(OSError):  # noqa: PT011 - refused, or reset
        ask(port, "GET", "/healthz")


def test_on_sigterm_a_stream_answers_what_it_took_and_says_that_it_ends(
    service: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = service
    with websockets.sync.client.connect(f"ws://127.0.0.1:{port}/v1/stream") as stream:
        stream.recv()
        stream.send(picture(200))
        time.sleep(0.3)  # it is being parsed, which takes a second
        process.send_signal(signal.SIGTERM)
        assert [json.loads(stream.recv())["type"] for _ in range(2)] == ["frame", "error"]
        with pytest.raises(ConnectionClosed) as closed:
            stream.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1012, "service.stopping")
    assert process.wait(20) == 143
    assert process.communicate()[1].endswith("mirror: interrupted\n")


def test_what_nobody_waits_for_any_more_is_not_begun(
    service: tuple[subprocess.Popen[str], int],
) -> None:
    _, port = service
    clients = [begin(port, picture(200)) for _ in range(8)]
    time.sleep(0.3)
    for client in clients:
        client.close()
    began = time.monotonic()
    status, content = ask(port, "POST", "/v1/parse", picture(100))
    assert (status, json.loads(content)["people"]) == (200, [])
    assert time.monotonic() - began < 4.0  # one of them was in the worker, not all eight


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "mirror.example"])
def test_others_are_not_answered_without_a_token(
    capsys: pytest.CaptureFixture[str], host: str
) -> None:
    assert main(["serve", "--host", host, "--parser", "none"]) == 1
    assert "--token-file" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["serve", "--port", port, "--parser", "none"]) == 1
    assert "cannot be listened on" in capsys.readouterr().err


def test_a_service_manager_is_told_when_it_answers_and_when_it_stops(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        variables = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "MIRROR_SERVE_ROOM": "7"}
        with running(tmp_path, **variables) as (process, port):
            assert manager.recv(100) == b"READY=1"
            assert b"mirror_requests_limit 7.0" in ask(port, "GET", "/metrics")[1]
            process.send_signal(signal.SIGTERM)
            assert manager.recv(100) == b"STOPPING=1"
            assert process.wait(20) == 143


def test_grpc_answers_beside_http_and_ends_with_it(tmp_path: Path) -> None:
    grpc = pytest.importorskip("grpc", reason="pip install 'smart-mirror[grpc]'")
    from mirror.serve.grpc.v1 import service_pb2 as pb
    from mirror.serve.grpc.v1 import service_pb2_grpc

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running(tmp_path, "--grpc-port", str(port), "--log-format", "json") as (process, _):
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub: Any = service_pb2_grpc.MirrorStub
            mirror = stub(channel)
            under_way = mirror.Parse.future(pb.ParseRequest(image=picture(200)))
            time.sleep(0.3)  # it is being parsed, which takes a second
            process.send_signal(signal.SIGTERM)
            assert under_way.result(20).timing.parse > 900
        assert process.wait(20) == 143
        *lines, last = process.communicate()[1].splitlines()
    said = [json.loads(line) for line in lines]
    (call,) = [line for line in said if line.get("method") == "Parse"]
    assert (call["code"], len(call["request_id"])) == ("OK", 16)
    messages = [line["message"] for line in said if line["logger"] == "mirror.serve"]
    assert messages[1:] == ["ready", "stopping", "stopped"]
    assert last == "mirror: interrupted"


def test_a_port_of_grpc_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("grpc", reason="pip install 'smart-mirror[grpc]'")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["serve", "--port", "0", "--grpc-port", port, "--parser", "none"]) == 1
    assert "cannot be listened on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[token]]\nname = 'a'\ntoken = 'short'\n", "token.0.token"),
        ("nonsense", "not a TOML file"),
        ("", "token"),
        ("[[token]]\nname='a'\ntoken='0123456789abcdef'\nrole='king'\n", "token.0.role"),
        (2 * "[[token]]\nname='a'\ntoken='0123456789abcdef'\n", "given once"),
    ],
)
def test_a_token_file_that_is_wrong_is_explained_without_a_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    path = tmp_path / "tokens.toml"
    path.write_text(text)
    assert main(["serve", "--token-file", str(path), "--parser", "none"]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert "0123456789abcdef" not in error
