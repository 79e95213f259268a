"""What the service tells whoever runs it."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="pip install 'smart-mirror[serve]'")

from serving import FAILS, Squares, picture, served
from starlette.testclient import TestClient

from mirror.serve.access import Token
from mirror.serve.logs import events
from mirror.serve.logs.output import LogFormat, LogLevel, ThreadedHandler, logging_to

ADA = "a" * 16


class Log:
    """What a service has said, once it has ended."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self, **fields: object) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in found if all(line.get(one) == fields[one] for one in fields)]


@contextmanager
def heard(
    log_format: LogFormat = "json",
    level: LogLevel = "info",
    **how: Any,  # noqa: ANN401
) -> Iterator[tuple[TestClient, Log]]:
    log, squares = Log(), Squares()
    with logging_to(log.stream, log_format, level), served(squares, **how) as client:
        yield client, log


def test_every_request_is_a_line_with_its_id() -> None:
    with heard(tokens=(Token(name="ada", token=ADA),)) as (client, log):
        mine = {"Authorization": f"Bearer {ADA}", "X-Request-ID": "mine-7"}
        client.post("/v1/parse?rle=true", content=picture(), headers=mine)
        client.post("/v1/parse", content=picture())
    (line,) = log.lines(request_id="mine-7")
    assert line["message"].startswith("POST /v1/parse 200 in ")
    assert (line["level"], line["path"], line["status"]) == ("info", "/v1/parse", 200)
    assert (line["caller"], line["address"]) == ("ada", "testclient")
    (refused,) = log.lines(path="/v1/parse", status=401)
    assert len(refused["request_id"]) == 16
    assert "rle" not in log.text
    assert ADA not in log.text


def test_what_failed_is_told_with_its_cause_to_the_log_alone() -> None:
    with heard() as (client, log):
        answer = client.post("/v1/parse", content=picture(FAILS), headers={"X-Request-ID": "f-1"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    told = log.lines(logger="mirror.serve.failures")
    assert [(line["request_id"], line["level"]) for line in told] == [("f-1", "error")]
    assert "the secret of /root/model.onnx" in told[0]["exception"]


def test_a_job_can_be_followed_from_its_request_to_its_end() -> None:
    with heard() as (client, log):
        asked = client.post("/v1/jobs", content=b"no film", headers={"X-Request-ID": "j-1"})
        id = asked.json()["id"]
        while client.get(f"/v1/jobs/{id}").json()["state"] != "failed":
            pass
    taken, begun, ended = (line for line in log.lines(job=id))
    assert (taken["request_id"], taken["bytes"]) == ("j-1", 7)
    assert begun["attempt"] == 1
    assert (ended["state"], ended["level"]) == ("failed", "warning")
    assert ended["code"].startswith("source.")


def test_a_stream_is_a_line_when_it_ends() -> None:
    with heard() as (client, log), client.websocket_connect("/v1/stream") as stream:
        stream.receive_json()
        stream.send_text('{"type":"end"}')
        assert stream.receive_json()["type"] == "end"
    (line,) = log.lines(protocol="websocket")
    assert line["code"] == 1000
    assert line["request_id"]


@pytest.mark.parametrize(("level", "lines"), [("info", 0), ("debug", 1)])
def test_whoever_watches_the_service_is_told_of_at_debug_alone(level: LogLevel, lines: int) -> None:
    with heard(level=level) as (client, log):
        client.get("/metrics")
    assert len(log.lines(path="/metrics")) == lines


def test_a_line_for_people_holds_nothing_that_a_terminal_obeys() -> None:
    with heard("readable") as (client, log):
        client.get("/%1b[2Jnowhere%0Aforged", headers={"X-Request-ID": "x"})
        client.post("/v1/parse", content=picture(FAILS), headers={"X-Request-ID": "y"})
    assert "\x1b" not in log.text
    (line,) = (line for line in log.text.splitlines() if line.endswith("[x]"))
    assert r"GET /\x1b[2Jnowhere\nforged 404 in " in line
    assert "  RuntimeError: the secret of /root/model.onnx" in log.text


class Stuck(io.StringIO):
    """A stream that nobody reads from, until somebody does."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.opened = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.reached.set()
        assert self.opened.wait(10.0)
        return super().write(text)


def log_often(log: logging.Logger) -> None:
    for _ in range(5):
        log.warning("more")


def test_a_log_that_nobody_reads_holds_nobody_up(
    in_thread: Callable[[Callable[[], None]], threading.Thread],
) -> None:
    stuck = Stuck()
    handler = ThreadedHandler(stuck, most_waiting=2)
    log = logging.getLogger("mirror.serve.test")
    log.addHandler(handler)
    log.propagate = False
    try:
        log.warning("first")
        assert stuck.reached.wait(10.0)
        ended = in_thread(lambda: log_often(log))
        ended.join(10.0)
        assert not ended.is_alive()
        assert handler.dropped == 3
        stuck.opened.set()
    finally:
        log.removeHandler(handler)
        log.propagate = True
        handler.close()
    said = stuck.getvalue().splitlines()
    assert said[0] == "first"
    assert said[1].startswith("3 lines came faster than they were read")
    assert said[2:] == ["more", "more"]


def test_outside_of_a_request_there_is_no_id() -> None:
    stream = io.StringIO()
    with logging_to(stream, "json", "info"):
        events.told("listening", at="here")
    line = json.loads(stream.getvalue())
    assert (line["request_id"], line["at"]) == (None, "here")
