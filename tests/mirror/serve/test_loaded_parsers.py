"""Parsers that clients ask for by name: loaded for whoever asks, within a budget, and dropped."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import websockets.sync.client
from doubles import FakeClock, until
from fastapi.testclient import TestClient
from media import write_video
from serving import SLOW, Squares, listening, picture, served, service_with

from mirror.core.schema import ConfigError
from mirror.core.settings import ParserConfig
from mirror.parsers.custom import ParserNotUsable
from mirror.serve.app import make_app
from mirror.serve.loaded_parsers import LoadedParsers
from mirror.serve.parser_choice import ParserChoice, check_names
from mirror.serve.problems import Problem
from mirror.serve.shared_parser import SharedParser
from pipeline.frame import Frame


class Named(Squares):
    """A parser with a name and a size of its own, which counts its copies."""

    def __init__(self, name: str, megabytes: int = 100) -> None:
        super().__init__()
        self.name, self.worker_memory_mb, self.built = name, megabytes, 0

    def make_parse(self, threads: int) -> Callable[[Frame, None], Any]:
        self.built += 1
        return super().make_parse(threads)


class Shelf:
    """What can be found by name; counts who is looked for."""

    def __init__(self, *kinds: Named) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self.found: list[str] = []

    def find(self, name: str, config: ParserConfig) -> Named:
        self.found.append(name)
        if name not in self.kinds:
            raise ParserNotUsable(
                "parser.package_missing", "{parser} needs {package}", parser=name, package="/x"
            )
        return self.kinds[name]


def loaded_with(
    shelf: Shelf, clock: Callable[[], float], megabytes: int = 300, workers: int = 2
) -> LoadedParsers:
    config = ParserConfig(workers=workers, threads=1)
    choice = ParserChoice(
        ("m2fp", "built-in", "none", "m2fp-single"), megabytes, 60.0, config, shelf.find,
        lambda: 10_000,
    )  # fmt: skip
    return LoadedParsers(SharedParser(Squares(), 1, 1, config), choice, clock)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(Named("m2fp", 100), Named("built-in", 250), Named("none", 500))


@pytest.fixture
def parsers(shelf: Shelf, clock: FakeClock) -> Iterator[LoadedParsers]:
    with loaded_with(shelf, clock) as parsers:
        yield parsers


def names(parsers: LoadedParsers) -> list[str]:
    return [loaded.name for loaded in parsers.loaded]


def test_nothing_is_loaded_before_somebody_asks_and_then_once(
    shelf: Shelf, parsers: LoadedParsers
) -> None:
    assert (names(parsers), shelf.found) == (["squares"], [])
    with ThreadPoolExecutor(4) as threads, contextlib.ExitStack() as stack:
        held = list(threads.map(lambda _: stack.enter_context(parsers.held("m2fp")), range(4)))
        assert len(set(map(id, held))) == 1
    assert shelf.found == ["m2fp"]
    assert names(parsers) == ["squares", "m2fp"]
    with parsers.held() as own, parsers.held("squares") as by_name:
        assert own is by_name is parsers.own


def test_who_is_idle_for_long_enough_is_dropped_and_loaded_again(
    shelf: Shelf, parsers: LoadedParsers, clock: FakeClock
) -> None:
    with parsers.held("m2fp"):
        clock.now += 1000.0
        parsers.sweep()
        assert "m2fp" in names(parsers)
    clock.now += 59.0
    parsers.sweep()
    assert "m2fp" in names(parsers)
    clock.now += 1.0
    parsers.sweep()
    assert names(parsers) == ["squares"]
    with parsers.held("m2fp"):
        assert shelf.found == ["m2fp", "m2fp"]
    assert parsers.counts() == {("m2fp", "loaded"): 2, ("m2fp", "dropped"): 1}


def test_there_are_as_many_workers_as_fit(parsers: LoadedParsers) -> None:
    with parsers.held("built-in") as one:
        assert one.workers == 1  # of two that were asked for
        assert [loaded.megabytes for loaded in parsers.loaded if loaded.name == "built-in"] == [250]


def test_who_is_idle_makes_room_and_who_is_used_does_not(parsers: LoadedParsers) -> None:
    with parsers.held("m2fp"):
        with pytest.raises(Problem) as refused, parsers.held("built-in"):
            pass
        assert (refused.value.status, refused.value.code) == (503, "parser.no_room")
        assert refused.value.headers["Retry-After"]


def test_a_refusal_is_looked_at_again_after_a_while(
    parsers: LoadedParsers, clock: FakeClock
) -> None:
    with parsers.held("m2fp"):
        with pytest.raises(Problem), parsers.held("built-in"):
            pass
    clock.now += 10.0
    parsers.sweep()
    with parsers.held("built-in"):
        assert names(parsers) == ["squares", "built-in"]  # the other has made room


def test_what_never_fits_is_refused_for_good(parsers: LoadedParsers) -> None:
    with pytest.raises(Problem) as refused, parsers.held("none"):
        pass
    assert (refused.value.status, refused.value.code) == (507, "parser.too_large")
    assert names(parsers) == ["squares"]


def test_what_cannot_be_loaded_is_said_without_a_word_of_the_machine(
    shelf: Shelf, parsers: LoadedParsers, clock: FakeClock
) -> None:
    for _ in range(3):
        with pytest.raises(Problem) as refused, parsers.held("m2fp-single"):
            pass
    assert (refused.value.status, refused.value.code) == (503, "parser.not_available")
    assert "/x" not in json.dumps(refused.value.body(""))
    assert shelf.found == ["m2fp-single"]  # nobody tries it again and again
    clock.now += 10.0
    parsers.sweep()
    with pytest.raises(Problem), parsers.held("m2fp-single"):
        pass
    assert len(shelf.found) == 2


def breaks(threads: int) -> Any:  # noqa: ANN401
    raise RuntimeError("the secret of /root/model.onnx")


def test_a_parser_whose_workers_are_all_lost_is_loaded_anew(shelf: Shelf, clock: FakeClock) -> None:
    with loaded_with(shelf, clock) as parsers:
        kind = shelf.kinds["m2fp"]
        kind.make_parse = breaks  # type: ignore[method-assign]
        with parsers.held("m2fp") as broken:
            until(lambda: broken.has_ended)
        del kind.make_parse
        with parsers.held("m2fp") as whole:
            assert whole is not broken
            assert not whole.has_ended


def test_the_own_parser_is_put_up_again_after_a_while(shelf: Shelf, clock: FakeClock) -> None:
    parsers = loaded_with(shelf, clock)
    kind = parsers.own.kind
    kind.make_parse = breaks  # type: ignore[method-assign]
    with parsers:
        broken = parsers.own
        until(lambda: broken.has_ended)
        del kind.make_parse
        parsers.sweep()
        assert parsers.own is broken
        clock.now += 10.0
        parsers.sweep()
        until(lambda: parsers.own is not broken)
        assert not parsers.own.has_ended


def test_a_service_whose_model_cannot_be_built_at_first_is_ready_once_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    squares = Squares()
    monkeypatch.setattr("mirror.serve.app._WARMS_AGAIN_S", 0.01)
    monkeypatch.setattr("mirror.serve.loaded_parsers._TRIED_AGAIN_S", 0.05)
    monkeypatch.setattr("mirror.serve.loaded_parsers._LOOKS_AFTER_S", 0.01)
    squares.make_parse = breaks  # type: ignore[method-assign]
    with TestClient(make_app(service_with(squares)), raise_server_exceptions=False) as client:
        until(lambda: client.get("/readyz").json()["code"] == "parser.ended")
        assert client.get("/healthz").status_code == 200
        refused = client.post("/v1/parse", content=picture())
        assert refused.status_code == 503
        assert "secret" not in refused.text
        del squares.make_parse
        until(lambda: client.get("/readyz").status_code == 200)
        assert client.post("/v1/parse", content=picture()).status_code == 200


def test_who_leaves_while_it_is_loaded_leaves_it_to_the_others(
    shelf: Shelf, clock: FakeClock
) -> None:
    may_go_on = threading.Event()
    find = shelf.find

    def slowly(name: str, config: ParserConfig) -> Named:
        assert may_go_on.wait(10.0)
        return find(name, config)

    shelf.find = slowly  # type: ignore[method-assign]

    async def run(parsers: LoadedParsers) -> None:
        async def use() -> str:
            async with parsers.using("m2fp") as parser:
                return parser.name

        leaves, stays = asyncio.create_task(use()), asyncio.create_task(use())
        await asyncio.sleep(0)
        leaves.cancel()
        await asyncio.wait([leaves])
        may_go_on.set()
        assert await stays == "m2fp"

    with loaded_with(shelf, clock) as parsers:
        asyncio.run(run(parsers))
        assert [loaded.users for loaded in parsers.loaded] == [0, 0]


@pytest.mark.parametrize("given", [["mine:factory"], ["m2fp", "os:system"], ["built-inn"], [""]])
def test_settings_let_nobody_ask_for_what_is_not_in_the_catalogue(given: list[str]) -> None:
    with pytest.raises(ConfigError, match="there are: built-in"):
        check_names(given)
    assert check_names(["m2fp", "m2fp", "none"]) == ("m2fp", "none")


# over HTTP


@pytest.fixture
def client(shelf: Shelf) -> Iterator[TestClient]:
    choice = ParserChoice(
        ("m2fp", "none"), 200, 60.0, ParserConfig(workers=1, threads=1), shelf.find
    )
    with served(Squares(), choice=choice) as client:
        yield client


def test_a_picture_is_parsed_by_whom_the_client_names(client: TestClient, shelf: Shelf) -> None:
    answer = client.post("/v1/parse?parser=m2fp", content=picture())
    assert (answer.status_code, answer.json()["parser"]) == (200, "m2fp")
    assert client.post("/v1/parse", content=picture()).json()["parser"] == "squares"
    assert shelf.kinds["m2fp"].begun == 1
    assert client.get("/v1/parts?parser=m2fp").json()["parser"] == "m2fp"
    assert client.get("/v1/parsers").json() == [
        {"name": "squares", "loaded": True, "megabytes": 1},
        {"name": "m2fp", "loaded": True, "megabytes": 100},
        {"name": "none", "loaded": False, "megabytes": 0},
    ]
    figures = client.get("/metrics").text
    assert 'mirror_parser_bytes{parser="m2fp"} 1.048576e+08' in figures
    assert 'mirror_parser_changes_total{parser="m2fp",what="loaded"} 1.0' in figures


@pytest.mark.parametrize("name", ["os:system", "built-in", "m2fp-single", "%00", "../m2fp"])
def test_nothing_else_can_be_asked_for(client: TestClient, shelf: Shelf, name: str) -> None:
    for ask in (
        client.post(f"/v1/parse?parser={name}", content=picture()),
        client.post(f"/v1/jobs?parser={name}", content=b"film"),
        client.get(f"/v1/parts?parser={name}"),
    ):
        assert (ask.status_code, ask.json()["code"]) == (422, "parser.unknown")
    assert client.get(f"/v2/models/{name}").status_code == 404
    with client.websocket_connect(f"/v1/stream?parser={name}") as socket:
        assert socket.receive_json()["code"] == "parser.unknown"
    assert shelf.found == []


def test_who_is_over_the_budget_is_refused_with_a_code(client: TestClient) -> None:
    answer = client.post("/v1/parse?parser=none", content=picture())
    assert (answer.status_code, answer.json()["code"]) == (507, "parser.too_large")


def test_streams_jobs_and_models_use_it_too(client: TestClient, tmp_path: Path) -> None:
    with client.websocket_connect("/v1/stream?parser=m2fp") as socket:
        assert socket.receive_json()["parser"] == "m2fp"
        socket.send_bytes(picture())
        assert socket.receive_json()["frame"] == 0
    film = write_video(tmp_path / "in.mp4", 3).read_bytes()
    id = client.post("/v1/jobs?parser=m2fp&outputs=results", content=film).json()["id"]
    with client.stream("GET", f"/v1/jobs/{id}/events") as answer:
        assert '"done"' in list(answer.iter_lines())[-2]
    lines = client.get(f"/v1/jobs/{id}/result").text
    assert json.loads(lines.splitlines()[0])["parser"] == "m2fp"
    assert client.get("/v2/models/m2fp/ready").json() == {"name": "m2fp", "ready": True}
    data = base64.b64encode(picture()).decode()
    image = {"name": "image", "shape": [1], "datatype": "BYTES", "data": [data]}
    request = {"inputs": [image]}
    answered = client.post("/v2/models/m2fp/infer", json=request)
    assert answered.json()["model_name"] == "m2fp"


def test_a_parser_that_is_used_by_a_stream_is_not_dropped_under_it(shelf: Shelf) -> None:
    kind = shelf.kinds["m2fp"]
    choice = ParserChoice(("m2fp",), 200, 0.01, ParserConfig(workers=1, threads=1), shelf.find)
    service = service_with(Squares(), choice=choice)
    with listening(make_app(service)) as port:
        address = f"ws://127.0.0.1:{port}/v1/stream?parser=m2fp"
        with websockets.sync.client.connect(address) as socket:
            socket.recv()
            socket.send(picture(SLOW))
            kind.gate.wait_reached()
            service.parsers.sweep()
            kind.gate.open()
            assert json.loads(socket.recv())["type"] == "frame"
        until(lambda: len(service.parsers.loaded) == 1)
