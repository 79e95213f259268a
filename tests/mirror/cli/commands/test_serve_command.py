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
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import websockets.sync.client
from doubles import until
from serving import picture
from websockets.exceptions import ConnectionClosed

from mirror.cli.main import main

ROOT = Path(__file__).parents[4]
HAS_GRPC = find_spec("grpc") is not None
PATIENCE_S = 60.0  # on a machine that has much else to do
LEAVING, WORKERS = 8, 3

LEFT, LAST = 200, 220  # how bright pictures are of who leaves, and of who is there at the end

# a parser that says that it has begun a bright picture, and goes on with it when such ones may
HOLDS = """
import os, time
from pathlib import Path

import numpy as np

FOLDER = Path(os.environ["FOLDER"])


def factory():
    def parse(image):
        brightness = int(image.max())
        if brightness >= 200:
            with (FOLDER / f"{brightness} begun").open("a") as file:
                file.write("x")
            while not (FOLDER / f"{brightness} may go on").exists():
                time.sleep(0.005)
        return np.zeros(image.shape[:2], np.uint8)

    return parse
"""


class Life:
    """What became of a service, and of whoever asked it.

    Attributes:
        begun_of_who_left: pictures that workers began of clients that all left.
        asked_then: what somebody is answered who asks after that.
        limit: how many requests may be there, as it says itself.
        called: the timing that a gRPC call heard of, which was under way at the end.
        answered: what a request was answered that was under way at the end.
        streamed: the types of what a stream heard that was under way at the end.
        closed: why the stream was closed.
        refused: what happened to a request after the end.
        managed: what the service manager was told.
        code: the exit code.
        said: lines on standard error.
    """

    begun_of_who_left: int
    asked_then: tuple[int, Any]
    limit: float
    called: Any = None
    answered: bytes
    streamed: list[str]
    closed: tuple[int, str]
    refused: Exception | None = None
    managed: list[bytes]
    code: int
    said: list[str]


class Running:
    """A service with a parser that holds bright pictures, as a process that a manager began."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "holds.py").write_text(HOLDS)
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(folder / "notify"))
        self.manager.settimeout(PATIENCE_S)
        self.grpc_port = free_port() if HAS_GRPC else 0
        flags = ["--workers", str(WORKERS), "--grace", str(PATIENCE_S), "--log-format", "json"]
        flags += ["--grpc-port", str(self.grpc_port)] if HAS_GRPC else []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mirror", "serve", "--port", "0", "--parser", "holds:factory",
             *flags],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
            env=os.environ | {
                "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", "COLUMNS": "200",
                "FOLDER": str(folder), "NOTIFY_SOCKET": str(folder / "notify"),
                "MIRROR_SERVE_ROOM": "16",
            },
        )  # fmt: skip
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        assert found, said + self.process.communicate()[1]
        self.port = int(found[1])

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
        self.manager.close()

    def begun(self, brightness: int) -> int:
        """How many pictures workers have begun that are so bright."""
        path = self._folder / f"{brightness} begun"
        return len(path.read_text()) if path.exists() else 0

    def go_on(self, brightness: int) -> None:
        (self._folder / f"{brightness} may go on").touch()

    def figure(self, name: str) -> float:
        """A metric, as the service says it."""
        found = re.search(rf"^{name} (\S+)$", self.ask("GET", "/metrics")[1].decode(), re.MULTILINE)
        assert found
        return float(found[1])

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.request(method, path, body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def begin(self, body: bytes) -> socket.socket:
        """Send a request, and do not wait for its answer."""
        head = f"POST /v1/parse HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
        client = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)
        client.sendall(head.encode() + body)
        return client


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """A service that begins, is asked much, and ends at a signal while it is."""
    life = Life()
    with Running(tmp_path_factory.mktemp("service")) as service:
        life.managed = [service.manager.recv(100)]
        life.limit = service.figure("mirror_requests_limit")
        leave(service, life)
        end(service, life)
    return life


def leave(service: Running, life: Life) -> None:
    """More ask than there are workers, and leave; then somebody asks who stays."""
    clients = [service.begin(picture(LEFT)) for _ in range(LEAVING)]
    until(lambda: service.begun(LEFT) == WORKERS, PATIENCE_S)
    until(lambda: service.figure("mirror_requests") == LEAVING, PATIENCE_S)
    for client in clients:
        client.close()
    until(lambda: service.figure("mirror_requests") == 0, PATIENCE_S)
    service.go_on(LEFT)
    status, content = service.ask("POST", "/v1/parse", picture(100))
    life.asked_then = status, json.loads(content)["people"]
    life.begun_of_who_left = service.begun(LEFT)


def end(service: Running, life: Life) -> None:
    """One of each kind is being answered as the signal comes."""
    with contextlib.ExitStack() as clients:
        request = clients.enter_context(service.begin(picture(LAST)))
        address = f"ws://127.0.0.1:{service.port}/v1/stream"
        stream = clients.enter_context(websockets.sync.client.connect(address))
        stream.recv(PATIENCE_S)
        stream.send(picture(LAST))
        call = called(service, clients) if HAS_GRPC else None
        under_way = 3 if HAS_GRPC else 2
        until(lambda: service.begun(LAST) == under_way, PATIENCE_S)
        service.process.send_signal(signal.SIGTERM)
        life.managed.append(service.manager.recv(100))
        service.go_on(LAST)
        life.answered = request.recv(1 << 16)
        life.streamed = [json.loads(stream.recv(PATIENCE_S))["type"] for _ in range(2)]
        with pytest.raises(ConnectionClosed) as closed:
            stream.recv(PATIENCE_S)
        assert closed.value.rcvd is not None
        life.closed = closed.value.rcvd.code, closed.value.rcvd.reason
        if call is not None:
            life.called = call.result(PATIENCE_S).timing
    life.code = service.process.wait(PATIENCE_S)
    life.said = service.process.communicate()[1].splitlines()
    try:
        service.ask("GET", "/healthz")
    except OSError as error:  # refused, or reset
        life.refused = error


def called(service: Running, clients: contextlib.ExitStack) -> Any:  # noqa: ANN401
    """A call of gRPC that is under way."""
    import grpc

    from mirror.serve.grpc.v1 import service_pb2 as pb
    from mirror.serve.grpc.v1 import service_pb2_grpc

    channel = clients.enter_context(grpc.insecure_channel(f"127.0.0.1:{service.grpc_port}"))
    stub: Any = service_pb2_grpc.MirrorStub  # a tool writes it without types
    return stub(channel).Parse.future(pb.ParseRequest(image=picture(LAST)))


def test_on_sigterm_whoever_is_in_is_answered_and_nobody_else(life: Life) -> None:
    assert life.answered.startswith(b"HTTP/1.1 200")
    assert life.code == 143
    assert life.refused is not None


def test_on_sigterm_a_stream_answers_what_it_took_and_says_that_it_ends(life: Life) -> None:
    assert life.streamed == ["frame", "error"]
    assert life.closed == (1012, "service.stopping")


def test_what_nobody_waits_for_any_more_is_not_begun(life: Life) -> None:
    assert life.asked_then == (200, [])
    assert life.begun_of_who_left == WORKERS  # which cannot be interrupted


def test_a_service_manager_is_told_when_it_answers_and_when_it_stops(life: Life) -> None:
    assert life.managed == [b"READY=1", b"STOPPING=1"]


def test_variables_are_settings(life: Life) -> None:
    assert life.limit == 16


def test_its_life_is_logged_until_it_is_interrupted(life: Life) -> None:
    *lines, last = life.said
    said = [json.loads(line) for line in lines]
    messages = [line["message"] for line in said if line["logger"] == "mirror.serve"]
    assert messages[1:] == ["ready", "stopping", "stopped"]
    assert last == "mirror: interrupted"


@pytest.mark.skipif(not HAS_GRPC, reason="pip install 'smart-mirror[grpc]'")
def test_grpc_answers_beside_http_and_ends_with_it(life: Life) -> None:
    assert life.called.parse > 0
    said = [json.loads(line) for line in life.said[:-1]]
    (call,) = [line for line in said if line.get("method") == "Parse"]
    assert (call["code"], len(call["request_id"])) == ("OK", 16)


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
