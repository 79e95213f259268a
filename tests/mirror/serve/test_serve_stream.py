"""``WS /v1/stream``: pictures in, answers out in order, and rules for those who break them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import cv2
import numpy as np
import pytest
import websockets.sync.client
from fastapi.testclient import TestClient
from result_schemas import check_lines
from serving import FAILS, SLOW, Squares, listening, picture, served, service_with
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed

from mirror.core.settings import ParserConfig
from mirror.rendering.overlay import OverlayRenderer, Style
from mirror.serve.access import Token
from mirror.serve.app import make_app
from mirror.serve.problems import Problem
from mirror.serve.stream.session import Session, StreamOptions
from mirror.serve.stream.streams import Patience, Streams
from pipeline.frame import Frame

END = json.dumps({"type": "end"})


@pytest.fixture
def squares() -> Iterator[Squares]:
    kind = Squares()
    yield kind
    kind.gate.open()


@pytest.fixture
def client(squares: Squares) -> Iterator[TestClient]:
    with served(squares) as client:
        yield client


@contextmanager
def stream(
    client: TestClient,
    query: str = "",
    **how: Any,  # noqa: ANN401
) -> Iterator[tuple[WebSocketTestSession, dict[str, Any]]]:
    """An open stream, and what it said first."""
    with client.websocket_connect(f"/v1/stream?{query}", **how) as socket:
        yield socket, socket.receive_json()


def rest_of(socket: WebSocketTestSession) -> list[dict[str, Any]]:
    """End a stream; return what was still said."""
    socket.send_text(END)
    said: list[dict[str, Any]] = []
    while not said or said[-1]["type"] != "end":
        said.append(socket.receive_json())
    return said


def closed_with(socket: WebSocketTestSession) -> tuple[str, int]:
    """Read on until the stream is closed; return the error's code, and that of closing."""
    code = ""
    try:
        while True:
            said = socket.receive_json()
            code = said["code"] if said["type"] == "error" else code
    except WebSocketDisconnect as closed:
        return code, closed.code


def test_frames_are_answered_in_order_with_the_lines_of_results(client: TestClient) -> None:
    with stream(client, "fps=25") as (socket, hello):
        assert (hello["type"], hello["parser"]) == ("hello", "squares")
        check_lines([{key: hello[key] for key in hello if key not in ("type", "credits")}])
        for brightness in (180, 90, 180):
            socket.send_bytes(picture(brightness))
        *frames, end = rest_of(socket)
    assert [frame["frame"] for frame in frames] == [0, 1, 2]
    assert [len(frame["areas"]) for frame in frames] == [1, 0, 1]
    assert [frame["time"] for frame in frames] == [0.0, 0.04, 0.08]
    assert all(frame["size"] == [64, 48] and frame["credits"] == 1 for frame in frames)
    for frame in frames:
        check_lines([{key: frame[key] for key in ("frame", "pts", "time", "people", "areas")}])
    assert end == {"type": "end", "frames": 3, "answered": 3, "failed": 0, "dropped": 0}


@pytest.mark.parametrize(("kind", "start"), [("jpeg", b"\xff\xd8"), ("webp", b"RIFF")])
def test_overlays_follow_what_is_said_of_their_frame(
    client: TestClient, kind: str, start: bytes
) -> None:
    with stream(client, f"outputs=overlay&format={kind}") as (socket, _):
        socket.send_bytes(picture(ending=".jpg"))
        said, drawn = socket.receive_json(), socket.receive_bytes()
    assert "people" not in said
    assert (said["frame"], said["overlay"]) == (0, len(drawn))
    assert drawn.startswith(start)
    image = cv2.imdecode(np.frombuffer(drawn, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (48, 64, 3)
    assert int(image[24, 48].max()) - int(image[24, 48].min()) > 40  # it was grey


def test_overlays_have_the_effects_that_are_asked_for(client: TestClient) -> None:
    wanted = "outputs=overlay&effects=replace:%230000ff&effects=outline"
    with stream(client, wanted) as (socket, _):
        for _ in range(2):
            socket.send_bytes(picture())
            socket.receive_json()
            drawn = cv2.imdecode(np.frombuffer(socket.receive_bytes(), np.uint8), cv2.IMREAD_COLOR)
            assert drawn is not None
            assert drawn[10, 5, 0] > 200  # nobody: blue
            assert drawn[10, 5, 1:].max() < 60


def test_a_stream_with_an_effect_that_no_client_may_have_is_refused(client: TestClient) -> None:
    with client.websocket_connect("/v1/stream?effects=replace:/etc/hostname") as socket:
        assert socket.receive_json()["code"] == "request.invalid"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4422


def test_label_maps_come_before_overlays(client: TestClient) -> None:
    with stream(client, "outputs=overlay&outputs=labels") as (socket, _):
        socket.send_bytes(picture())
        said = socket.receive_json()
        ids, drawn = socket.receive_bytes(), socket.receive_bytes()
    assert (said["labels"], said["overlay"]) == (len(ids), len(drawn))
    labels = cv2.imdecode(np.frombuffer(ids, np.uint8), cv2.IMREAD_UNCHANGED)
    assert labels is not None
    assert np.unique(labels[:, :32]).tolist() == [0]
    assert np.unique(labels[:, 32:]).tolist() == [1]


def test_every_answer_gives_back_the_credit_of_its_frame(client: TestClient) -> None:
    with stream(client) as (socket, hello):
        credits, sent = hello["credits"], 0
        while sent < 40:
            while credits:
                socket.send_bytes(picture())
                sent, credits = sent + 1, credits - 1
            credits += socket.receive_json()["credits"]
        *_, end = rest_of(socket)
    assert end["answered"] == end["frames"] == sent


def test_a_client_that_ignores_its_credit_is_let_go(squares: Squares, client: TestClient) -> None:
    squares.hold = True
    with stream(client) as (socket, hello):
        for _ in range(hello["credits"] + 1):
            socket.send_bytes(picture())
        assert closed_with(socket) == ("stream.no_credit", 4429)
    squares.gate.open()
    assert client.post("/v1/parse", content=picture()).status_code == 200


def test_a_live_stream_drops_the_oldest_that_waits_and_says_which(
    squares: Squares, client: TestClient
) -> None:
    squares.hold = True
    with stream(client, "live=1") as (socket, hello):
        credits, numbers = hello["credits"], []
        for _ in range(30):
            if not credits:
                dropped = socket.receive_json()
                assert (dropped["type"], dropped["reason"]) == ("dropped", "overtaken")
                numbers.append(dropped["frame"])
                credits += dropped["credits"]
            socket.send_bytes(picture())
            credits -= 1
        squares.hold = False
        squares.gate.open()
        *said, end = rest_of(socket)
    numbers += [one["frame"] for one in said if one["type"] == "dropped"]
    answered = [one["frame"] for one in said if one["type"] == "frame"]
    assert numbers == sorted(numbers)
    assert answered == sorted(answered)
    assert sorted(numbers + answered) == list(range(30))  # each of them has become something
    assert answered[-1] == 29
    assert (end["answered"], end["dropped"]) == (len(answered), len(numbers))


def test_what_no_worker_begins_in_time_is_dropped_and_its_credit_comes_back(
    squares: Squares, client: TestClient
) -> None:
    with stream(client, "timeout_ms=40") as (socket, _):
        socket.send_bytes(picture(SLOW))
        squares.gate.wait_reached()
        socket.send_bytes(picture())
        threading.Event().wait(0.1)  # the deadline passes
        squares.gate.open()
        *said, end = rest_of(socket)
    assert [(one["type"], one["frame"]) for one in said] == [("frame", 0), ("dropped", 1)]
    assert said[1]["reason"] == "overdue"
    assert all(one["credits"] == 1 for one in said)
    assert end["dropped"] == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "picture.unknown"),
        (b"GIF89a" + bytes(100), "picture.unknown"),
        (picture()[:60], "picture.damaged"),
        (picture(size=(101, 100)), "picture.too_large"),
    ],
)
def test_what_is_no_picture_is_answered_so_and_the_stream_goes_on(
    client: TestClient, content: bytes, code: str
) -> None:
    with stream(client) as (socket, _):
        socket.send_bytes(content)
        said = socket.receive_json()
        assert (said["type"], said["frame"], said["code"]) == ("failed", 0, code)
        assert said["credits"] == 1
        socket.send_bytes(picture())
        assert socket.receive_json()["frame"] == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"type":"x"}', '{"type":"end","more":1}', "null"])
def test_words_that_nobody_knows_end_a_stream(client: TestClient, text: str) -> None:
    with stream(client) as (socket, _):
        socket.send_text(text)
        assert closed_with(socket) == ("stream.unknown_message", 4400)


def test_a_file_that_is_too_large_ends_a_stream(client: TestClient) -> None:
    with stream(client) as (socket, _):
        socket.send_bytes(bytes(100_001))
        assert closed_with(socket) == ("request.too_large", 4413)


def test_a_frame_that_the_parser_breaks_down_over_is_reported_and_the_stream_goes_on(
    client: TestClient,
) -> None:
    with stream(client, "outputs=overlay&outputs=results") as (socket, _):
        for brightness in (180, FAILS, FAILS, 180):
            socket.send_bytes(picture(brightness))
        socket.send_text(END)
        said = []
        for is_answered in (True, False, False, True):
            said.append(socket.receive_json())
            if is_answered:
                assert socket.receive_bytes()
        end = socket.receive_json()
    assert [(one["type"], one["frame"], one["credits"]) for one in said] == [
        ("frame", 0, 1), ("failed", 1, 1), ("failed", 2, 1), ("frame", 3, 1),
    ]  # fmt: skip
    assert said[1]["code"] == "parse.failed"
    assert "secret" not in json.dumps(said)
    assert end == {"type": "end", "frames": 4, "answered": 2, "failed": 2, "dropped": 0}
    counted = 'mirror_frames_dropped_total{kind="stream",reason="parse.failed"} 2.0'
    assert counted in client.get("/metrics").text


def test_a_frame_whose_parse_hangs_is_given_up_and_another_worker_goes_on(
    squares: Squares,
) -> None:
    with served(squares, config=ParserConfig(parse_limit_s=0.2)) as client:
        with stream(client) as (socket, _):
            socket.send_bytes(picture(SLOW))
            socket.send_bytes(picture())
            hung, answered = socket.receive_json(), socket.receive_json()
            assert (hung["type"], hung["frame"], hung["code"]) == ("failed", 0, "parse.too_long")
            assert (answered["type"], answered["frame"]) == ("frame", 1)
            figures = client.get("/metrics").text
            squares.gate.open()
            assert rest_of(socket)[-1]["failed"] == 1
    assert 'mirror_workers_restarted_total{parser="squares"} 1.0' in figures
    assert 'mirror_frames_dropped_total{kind="stream",reason="parse.too_long"} 1.0' in figures


@pytest.mark.parametrize("step", ["prepare", "settle"])
def test_a_frame_that_another_step_fails_on_is_reported_too(squares: Squares, step: str) -> None:
    def fails(frame: Frame, *_: object) -> Any:  # noqa: ANN401
        if int(frame.bgr.max()) == 90:
            raise RuntimeError("the secret of /root/model.onnx")
        return _[-1] if _ else None

    setattr(squares, f"make_{step}", lambda *_, **__: fails)
    with served(squares) as client, stream(client) as (socket, _):
        for brightness in (180, 90, 180):
            socket.send_bytes(picture(brightness))
        said = rest_of(socket)
    assert [one["type"] for one in said] == ["frame", "failed", "frame", "end"]
    assert said[1]["code"] == "parse.failed"


@pytest.mark.parametrize("query", ["opacity=2", "outputs=masks", "colour=red", "draw=hed", "fps=0"])
def test_a_wrong_wish_is_refused(client: TestClient, query: str) -> None:
    with client.websocket_connect(f"/v1/stream?{query}") as socket:
        assert closed_with(socket) == ("request.invalid", 4422)


def test_there_are_only_so_many_streams(squares: Squares) -> None:
    with served(squares, streams=Streams(1)) as client, stream(client):
        with client.websocket_connect("/v1/stream") as second:
            assert closed_with(second) == ("service.busy", 4429)


def test_a_token_comes_in_the_header_or_in_the_first_message(squares: Squares) -> None:
    tokens = (Token(name="ann", token="a" * 16),)
    streams = Streams(2, Patience(token_s=0.05))
    with served(squares, tokens=tokens, streams=streams) as client:
        with stream(client, headers={"Authorization": f"Bearer {'a' * 16}"}) as (_, hello):
            assert hello["type"] == "hello"
        for token, said in (("a" * 16, "hello"), ("b" * 16, "error"), (None, "error")):
            with client.websocket_connect("/v1/stream") as socket:
                if token is not None:
                    socket.send_json({"token": token})
                assert socket.receive_json()["type"] == said
        with client.websocket_connect("/v1/stream", headers={"Authorization": "Bearer x"}) as wrong:
            assert closed_with(wrong) == ("token.needed", 4401)
        with client.websocket_connect(f"/v1/stream?token={'a' * 16}") as in_address:
            assert closed_with(in_address) == ("token.needed", 4401)


@pytest.mark.parametrize(
    ("hosts", "headers", "is_let_in"),
    [
        ((), {}, True),
        ((), {"Origin": "http://testserver:8700"}, True),
        ((), {"Origin": "https://evil.example"}, False),
        ((), {"Origin": "null"}, False),
        (("testserver",), {"Origin": "http://testserver"}, True),
        (("testserver",), {"Origin": "https://evil.example"}, False),
        (("mirror.example",), {}, False),
    ],
)
def test_pages_of_strangers_cannot_open_a_stream(
    squares: Squares, hosts: tuple[str, ...], headers: dict[str, str], is_let_in: bool
) -> None:
    with TestClient(make_app(service_with(squares), hosts)) as client:
        if is_let_in:
            with stream(client, headers=headers) as (_, hello):
                assert hello["type"] == "hello"
        else:
            with pytest.raises(WebSocketDisconnect), stream(client, headers=headers):
                pass


def test_whoever_says_nothing_for_long_is_let_go(squares: Squares) -> None:
    with served(squares, streams=Streams(1, Patience(idle_s=0.05))) as client:
        with stream(client) as (socket, _):
            assert closed_with(socket) == ("stream.idle", 4408)


def test_a_stream_whose_client_left_leaves_nothing_behind(
    squares: Squares, client: TestClient
) -> None:
    for held in (False, True):
        squares.hold = held
        with stream(client) as (socket, _):
            socket.send_bytes(picture())
            if held:
                squares.gate.wait_reached()
    service = client.app.state.service  # type: ignore[attr-defined]

    def left() -> tuple[int, int, list[str]]:
        lanes = [thread.name for thread in threading.enumerate() if thread.name.startswith("lane")]
        return service.streams.open, len(service.parser.statistics().lanes), lanes

    for _ in range(1000):
        if left() == (0, 0, []):
            break
        threading.Event().wait(0.005)
    squares.gate.open()
    assert left() == (0, 0, [])


def test_a_service_that_stops_answers_what_it_took_and_says_so(
    squares: Squares, client: TestClient
) -> None:
    service = client.app.state.service  # type: ignore[attr-defined]
    with stream(client) as (socket, _):
        socket.send_bytes(picture(SLOW))
        squares.gate.wait_reached()
        assert client.portal is not None
        draining = client.portal.start_task_soon(service.streams.drain, 10.0)
        squares.gate.open()
        assert socket.receive_json()["frame"] == 0
        assert closed_with(socket) == ("service.stopping", 1012)
        draining.result(10.0)
    with client.websocket_connect("/v1/stream") as late:
        assert closed_with(late) == ("service.stopping", 1012)


# over a real connection, with a client that nobody here wrote


@pytest.fixture
def port(squares: Squares) -> Iterator[int]:
    with listening(make_app(service_with(squares))) as port:
        yield port


def test_a_real_client_is_answered(port: int) -> None:
    address = f"ws://127.0.0.1:{port}/v1/stream?outputs=results&outputs=overlay"
    with websockets.sync.client.connect(address) as socket:
        assert json.loads(socket.recv())["type"] == "hello"
        for number in range(5):
            socket.send(picture(ending=".jpg"))
            said = json.loads(socket.recv())
            drawn = socket.recv()
            assert (said["frame"], said["overlay"]) == (number, len(drawn))
        socket.send(END)
        assert json.loads(socket.recv())["type"] == "end"
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1000


def test_a_message_that_is_too_large_is_not_taken_in(port: int) -> None:
    with websockets.sync.client.connect(f"ws://127.0.0.1:{port}/v1/stream") as socket:
        socket.recv()
        with pytest.raises(ConnectionClosed) as closed:
            socket.send(bytes(200_000))
            socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_whoever_ignores_credit_and_answers_harms_nobody_else(port: int) -> None:
    address = f"ws://127.0.0.1:{port}/v1/stream"
    with websockets.sync.client.connect(address, close_timeout=0.1) as socket:
        socket.recv()
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                for _ in range(100):
                    socket.send(picture())
                socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4429
    with websockets.sync.client.connect(address) as other:
        assert json.loads(other.recv())["type"] == "hello"


class NeverRead:
    """A connection whose client takes what is said first, sends one picture, and reads nothing."""

    is_paced = False

    def __init__(self) -> None:
        self.said = 0
        self._pictures = [picture()]

    async def receive(self) -> bytes | None:
        if self._pictures:
            return self._pictures.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: Mapping[str, Any], pictures: Mapping[str, bytes]) -> None:
        self.said += 1
        if self.said > 1:
            await asyncio.Event().wait()


def test_whoever_reads_nothing_is_let_go_and_leaves_no_thread(squares: Squares) -> None:
    service = service_with(squares, streams=Streams(1, Patience(unread_s=0.05)))
    options = StreamOptions(
        renderer=OverlayRenderer(Style.of(squares.parts)), results=True, labels=False,
        overlay=None, rle=False, live=False, rate=None, begin_within_s=None,
    )  # fmt: skip

    async def run() -> str:
        with pytest.raises(Problem) as raised:
            await Session(NeverRead(), service, service.parser, options).run()
        return raised.value.code

    with closing(service.store), closing(service.streams), service.parsers:
        assert asyncio.run(run()) == "stream.unread"
        assert not service.parser.statistics().lanes
