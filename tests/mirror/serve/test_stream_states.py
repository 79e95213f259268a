"""Whatever a client does with a stream: every picture is answered once, and in order."""

from __future__ import annotations

import json
import threading
from typing import Any

# imported late, deep in the stack, where CPython 3.11 miscounts how deep it parses
import hypothesis.internal.conjecture.optimiser  # noqa: F401
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from serving import FAILS, Squares, picture, served
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

BROKEN = picture(FAILS)  # a picture that the parser raises on
_FAULTS = {
    "text": ("stream.unknown_message", 4400),
    "large": ("request.too_large", 4413),
}


class Valve:
    """A gate that can be closed again: where the parser waits while it is."""

    def __init__(self) -> None:
        self.is_open = threading.Event()
        self.is_open.set()

    def pass_through(self) -> None:
        assert self.is_open.wait(20.0)


class StreamStates(RuleBasedStateMachine):
    """One client and what it knows of its stream; the service is shared, as in life."""

    client: TestClient
    valve: Valve

    def __init__(self) -> None:
        super().__init__()
        self.socket: WebSocketTestSession | None = None
        self.credits = self.window = self.sent = 0
        self.answers: list[dict[str, Any]] = []

    @precondition(lambda self: self.socket is None)
    @rule(live=st.booleans())
    def open(self, live: bool) -> None:
        self.socket = self.client.websocket_connect(f"/v1/stream?live={int(live)}").__enter__()
        self.window = self.credits = self.socket.receive_json()["credits"]

    @precondition(lambda self: self.socket and self.credits)
    @rule(content=st.sampled_from([picture(), picture(90, ending=".jpg"), BROKEN, b"", b"junk"]))
    def send(self, content: bytes) -> None:
        assert self.socket is not None
        self.socket.send_bytes(content)
        self.sent, self.credits = self.sent + 1, self.credits - 1

    @precondition(lambda self: self.socket)
    @rule()
    def send_all_that_may_be_sent(self) -> None:
        while self.credits:
            self.send(picture())

    @rule()
    def have_the_parser_wait(self) -> None:
        self.valve.is_open.clear()

    @rule()
    def have_the_parser_go_on(self) -> None:
        self.valve.is_open.set()

    @precondition(lambda self: self.socket and len(self.answers) < self.sent)
    @rule()
    def read(self) -> None:
        self.have_the_parser_go_on()
        assert self.socket is not None
        self.note(self.socket.receive_json())

    @precondition(lambda self: self.socket)
    @rule()
    def end(self) -> None:
        self.have_the_parser_go_on()
        assert self.socket is not None
        self.socket.send_text(json.dumps({"type": "end"}))
        while (said := self.socket.receive_json())["type"] != "end":
            self.note(said)
        assert len(self.answers) == self.sent == said["frames"]
        assert self.credits == self.window
        self.leave()

    @precondition(lambda self: self.socket)
    @rule(fault=st.sampled_from(["text", "large"]))
    def break_the_rules(self, fault: str) -> None:
        self.have_the_parser_go_on()
        assert self.socket is not None
        if fault == "text":
            self.socket.send_text("nobody knows this")
        else:
            self.socket.send_bytes(bytes(100_001))
        said: list[dict[str, Any]] = []
        with pytest.raises(WebSocketDisconnect) as closed:
            while True:
                said.append(self.socket.receive_json())
        assert (said[-1]["code"], closed.value.code) == _FAULTS[fault]
        self.leave()

    @precondition(lambda self: self.socket)
    @rule()
    def leave(self) -> None:
        assert self.socket is not None
        self.socket.__exit__(None, None, None)
        self.socket = None
        self.sent, self.credits, self.answers = 0, self.window, []

    def note(self, said: dict[str, Any]) -> None:
        self.answers.append(said)
        self.credits += said["credits"]

    @invariant()
    def answers_are_in_order_and_each_is_given_once(self) -> None:
        in_turn = ("frame", "failed:parse.failed")
        frames = [
            said["frame"]
            for said in self.answers
            if ":".join([said["type"], *filter(None, [said.get("code")])]) in in_turn
        ]
        assert frames == sorted(frames)
        numbers = [said["frame"] for said in self.answers]
        assert len(set(numbers)) == len(numbers)
        assert all(number < self.sent for number in numbers)

    @invariant()
    def credit_is_what_is_not_under_way(self) -> None:
        assert self.credits == self.window - (self.sent - len(self.answers))

    def teardown(self) -> None:
        self.have_the_parser_go_on()
        if self.socket is not None:
            self.leave()


def test_a_stream_keeps_its_rules_whatever_a_client_does() -> None:
    squares, valve = Squares(), Valve()
    with served(squares) as client:
        squares.gate, squares.hold = valve, True  # type: ignore[assignment]
        StreamStates.client, StreamStates.valve = client, valve
        run_state_machine_as_test(
            StreamStates,
            settings=settings(
                max_examples=30, stateful_step_count=15, deadline=None, derandomize=True,
                database=None,
            ),
        )  # fmt: skip
        assert client.post("/v1/parse", content=picture()).status_code == 200
        streams = client.app.state.service.streams  # type: ignore[attr-defined]
        assert streams.open == 0
