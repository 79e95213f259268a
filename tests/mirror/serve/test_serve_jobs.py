"""Videos that are worked on for as long as it takes, over HTTP: asked for, watched and fetched."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from doubles import until
from fastapi.testclient import TestClient
from media import numbers_in, write_video
from serving import FAILS, SLOW, Squares, picture, served, service_with

from mirror.serve.access import Token
from mirror.serve.app import make_app
from mirror.serve.jobs.record import JobRecord
from mirror.serve.jobs.sqlite_store import SqliteStore
from mirror.serve.jobs.store import StoreAway
from mirror.serve.service import Service
from pipeline.sources.video import VideoFile

InThread = Callable[[Callable[[], None]], threading.Thread]


@pytest.fixture
def squares() -> Iterator[Squares]:
    kind = Squares()
    yield kind
    kind.gate.open()


@pytest.fixture
def client(squares: Squares) -> Iterator[TestClient]:
    with served(squares) as client:
        yield client


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_video(tmp_path_factory.mktemp("film") / "in.mp4", 6).read_bytes()


def ended(client: TestClient, id: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A job, once it has ended."""
    for _ in range(2000):
        job: dict[str, Any] = client.get(f"/v1/jobs/{id}", headers=headers).json()
        if job["state"] not in ("queued", "running", "cancelling"):
            return job
        time.sleep(0.005)
    raise AssertionError(job)


def test_a_video_is_worked_on_and_what_was_made_is_fetched(
    client: TestClient, film: bytes, tmp_path: Path
) -> None:
    query = "outputs=video&outputs=results&outputs=masks&outputs=instances"
    asked = client.post(f"/v1/jobs?{query}", content=film)
    assert asked.status_code == 202
    id = asked.json()["id"]
    assert asked.headers["location"] == f"/v1/jobs/{id}"
    job = ended(client, id)
    assert (job["state"], job["frames"], job["attempt"]) == ("done", 6, 1)
    names = [file["name"] for file in job["results"]]
    assert names == ["video.mp4", "results.jsonl", "masks.zip", "instances.zip"]
    made = {file["name"]: client.get(file["href"]) for file in job["results"]}
    assert all(len(made[file["name"]].content) == file["size"] for file in job["results"])
    (tmp_path / "out.mp4").write_bytes(made["video.mp4"].content)
    assert len(numbers_in(tmp_path / "out.mp4")) == 6
    lines = made["results.jsonl"].text.splitlines()
    assert [json.loads(line)["frame"] for line in lines[1:7]] == list(range(6))
    with zipfile.ZipFile(io.BytesIO(made["masks.zip"].content)) as masks:
        assert len([name for name in masks.namelist() if name.endswith(".png")]) == 6


def test_effects_are_asked_for_by_name(client: TestClient, film: bytes, tmp_path: Path) -> None:
    query = "outputs=video&effects=replace:%23ff0000&effects=outline"
    asked = client.post(f"/v1/jobs?{query}", content=film)
    assert asked.status_code == 202
    job = ended(client, asked.json()["id"])
    assert job["state"] == "done"
    (tmp_path / "out.mp4").write_bytes(client.get(job["results"][0]["href"]).content)
    with VideoFile(tmp_path / "out.mp4") as source:
        images = [frame.bgr for frame in source]
    assert len(images) == 6
    blue, _, red = images[0].reshape(-1, 3).mean(axis=0)
    assert red > 200 > 60 > blue  # nobody is in it
    middle = images[-1][images[-1].shape[0] // 2, images[-1].shape[1] // 2]
    assert int(middle[2]) - int(middle[0]) < 50  # grey: nothing but somebody is in this one


@pytest.mark.parametrize(
    ("effects", "said"),
    [
        ("replace:/etc/passwd", "takes a colour here"),
        ("replace:camera:0", "takes a colour here"),
        ("replace", "takes a colour here"),
        ("remove", "No effect is called so"),
        ("sepia", "No effect is called so"),
        ("blur:999", "a percentage"),
        ("framing&effects=blur", "comes last"),
    ],
)
def test_effects_that_no_client_may_have_are_refused(
    client: TestClient, film: bytes, effects: str, said: str
) -> None:
    answer = client.post(f"/v1/jobs?effects={effects}", content=film)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_a_form_is_as_good_as_a_body_and_its_name_reaches_no_path(
    client: TestClient, film: bytes
) -> None:
    asked = client.post("/v1/jobs", files={"file": ("../../../etc/passwd.mp4", film)})
    assert ended(client, asked.json()["id"])["state"] == "done"


def test_a_request_that_is_sent_again_gets_the_same_job(client: TestClient, film: bytes) -> None:
    one, again = (
        client.post("/v1/jobs", content=film, headers={"Idempotency-Key": "k-1"}) for _ in "ab"
    )
    other = client.post("/v1/jobs", content=film, headers={"Idempotency-Key": "k-2"})
    assert one.json()["id"] == again.json()["id"] != other.json()["id"]


def test_a_job_is_watched_without_asking_again(client: TestClient, film: bytes) -> None:
    id = client.post("/v1/jobs", content=film).json()["id"]
    with client.stream("GET", f"/v1/jobs/{id}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        states = [
            json.loads(line.removeprefix("data: "))["state"]
            for line in answer.iter_lines()
            if line.startswith("data: ")
        ]
    assert states[-1] == "done"
    assert set(states) <= {"queued", "running", "done"}


def test_no_more_watch_than_there_is_room_for(squares: Squares, film: bytes) -> None:
    with served(squares) as client:
        service: Service = client.app.state.service  # type: ignore[attr-defined]
        id = client.post("/v1/jobs", content=film).json()["id"]
        address = f"/v1/jobs/{id}/events"
        with contextlib.ExitStack() as others:
            for number in range(service.watchers.room):
                others.enter_context(service.watchers.admitted(f"client {number}"))
            refused = client.get(address)
            assert (refused.status_code, refused.json()["code"]) == (429, "service.busy")
            assert int(refused.headers["retry-after"]) >= 1
        for _ in range(3):  # who has left makes room
            assert client.get(address).status_code == 200
        assert service.watchers.inside == 0


def test_one_token_cannot_hold_every_place_to_watch_from(squares: Squares, film: bytes) -> None:
    tokens = tuple(Token(name=name, token=16 * name[0]) for name in ("ann", "bob"))
    ann, bob = ({"Authorization": f"Bearer {16 * letter}"} for letter in "ab")
    with served(squares, tokens=tokens) as client:
        service: Service = client.app.state.service  # type: ignore[attr-defined]
        of_ann, of_bob = (
            "/v1/jobs/{id}/events".format(
                **client.post("/v1/jobs", content=film, headers=who).json()
            )
            for who in (ann, bob)
        )
        with contextlib.ExitStack() as places:
            for _ in range(service.watchers.room // 2):
                places.enter_context(service.watchers.admitted("ann"))
            refused = client.get(of_ann, headers=ann)
            assert (refused.status_code, refused.json()["code"]) == (429, "client.busy")
            assert int(refused.headers["retry-after"]) >= 1
            assert client.get(of_bob, headers=bob).status_code == 200
        assert client.get(of_ann, headers=ann).status_code == 200


def test_what_is_no_video_fails_with_a_code_and_no_path(client: TestClient) -> None:
    id = client.post("/v1/jobs", content=b"this is a text, and no video\n" * 50).json()["id"]
    job = ended(client, id)
    assert job["state"] == "failed"
    assert job["error"]["code"].startswith("source.")
    assert "/tmp" not in json.dumps(job)
    assert "mirror-job" not in json.dumps(job)
    refused = client.get(f"/v1/jobs/{id}/result")
    assert (refused.status_code, refused.json()["code"]) == (409, "job.not_done")


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_runs_soon(
    squares: Squares, film: bytes, tmp_path: Path
) -> None:
    bright = write_video(tmp_path / "bright.mp4", 3).read_bytes()
    with served(squares) as client:
        squares.hold = True
        running = client.post("/v1/jobs", content=bright).json()["id"]
        squares.gate.wait_reached()
        waiting = client.post("/v1/jobs", content=film).json()
        assert (waiting["state"], waiting["position"]) == ("queued", 0)
        assert client.delete(f"/v1/jobs/{waiting['id']}").json()["state"] == "cancelled"
        assert client.delete(f"/v1/jobs/{running}").json()["state"] == "cancelling"
        squares.hold = False
        squares.gate.open()
        assert ended(client, running)["state"] == "cancelled"
        assert client.post("/v1/parse", content=picture()).status_code == 200


def test_a_job_is_seen_by_its_owner_alone(squares: Squares, film: bytes) -> None:
    tokens = tuple(Token(name=name, token=16 * name[0]) for name in ("ann", "bob"))
    ann, bob = ({"Authorization": f"Bearer {16 * letter}"} for letter in "ab")
    with served(squares, tokens=tokens) as client:
        id = client.post("/v1/jobs", content=film, headers=ann).json()["id"]
        assert ended(client, id, headers=ann)["state"] == "done"
        for method, path in (
            ("GET", ""), ("GET", "/result"), ("GET", "/events"), ("DELETE", ""),
        ):  # fmt: skip
            answer = client.request(method, f"/v1/jobs/{id}{path}", headers=bob)
            assert (answer.status_code, answer.json()["code"]) == (404, "job.not_found")


def test_an_input_that_is_too_large_is_refused_before_it_is_kept(client: TestClient) -> None:
    answer = client.post("/v1/jobs", content=bytes(1_100_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
    assert client.app.state.service.store.size() == 0  # type: ignore[attr-defined]


def test_work_that_was_cut_off_is_done_after_the_next_start(
    squares: Squares, film: bytes, tmp_path: Path, in_thread: InThread
) -> None:
    def service() -> Service:
        return service_with(squares, store=SqliteStore(tmp_path / "jobs.db"))

    def let_go_of_what_is_cancelled() -> None:
        until(lambda: all(whose.is_cancelled for _, whose in first.runner._running.values()))
        squares.gate.open()

    first = service()
    with TestClient(make_app(first)) as client:
        until(lambda: client.get("/readyz").status_code == 200)  # it has parsed once by itself
        squares.hold = True
        id = client.post("/v1/jobs", content=film).json()["id"]
        squares.gate.wait_reached()
        squares.hold = False
        in_thread(let_go_of_what_is_cancelled)
    with TestClient(make_app(service())) as client:
        job = ended(client, id)
    assert (job["state"], job["attempt"]) == ("done", 2)


class Flaky(SqliteStore):
    """A store that is away for some of the calls that a job needs."""

    def __init__(self) -> None:
        super().__init__()
        self.away = dict.fromkeys(("read", "put", "finish", "get"), 0)

    def _may_be_away(self, call: str) -> None:
        if self.away[call]:
            self.away[call] -= 1
            raise StoreAway

    def read(self, id: str, attempt: int, name: str) -> Iterator[bytes]:
        self._may_be_away("read")
        yield from super().read(id, attempt, name)

    def put(self, id: str, attempt: int, name: str, data: Iterable[bytes]) -> int:
        self._may_be_away("put")
        return super().put(id, attempt, name, data)

    def finish(self, *given: Any, **more: Any) -> bool:  # noqa: ANN401
        self._may_be_away("finish")
        return super().finish(*given, **more)

    def get(self, id: str) -> JobRecord | None:
        self._may_be_away("get")
        return super().get(id)


def test_a_store_that_is_away_for_a_moment_costs_no_job(
    squares: Squares, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mirror.serve.jobs.runner._ASKS_AGAIN_S", 0.01)
    store = Flaky()
    with served(squares, store=store) as client:
        squares.hold = True
        id = client.post("/v1/jobs", content=film).json()["id"]
        squares.gate.wait_reached()
        store.away = {"read": 0, "put": 3, "finish": 3, "get": 0}
        squares.hold = False
        squares.gate.open()
        with client.stream("GET", f"/v1/jobs/{id}/events") as answer:
            store.away["get"] = 3  # who watches does not notice
            *_, last = [line for line in answer.iter_lines() if line.startswith("data: ")]
        job = json.loads(last.removeprefix("data: "))
        assert (job["state"], job["attempt"]) == ("done", 1)
        store.away["get"] = 1
        away = client.get(f"/v1/jobs/{id}")
        assert (away.status_code, away.json()["code"]) == (503, "store.away")
        assert away.headers["retry-after"]
        store.away["read"] = 1
        again = client.post("/v1/jobs", content=film).json()["id"]
        assert ended(client, again)["state"] == "done"


def test_the_page_of_the_tutorial_works_unchanged(client: TestClient) -> None:
    id = client.post("/submit", files={"image": ("a.png", picture())}).json()["task_id"]
    for _ in range(1000):
        answer = client.get(f"/result/{id}").json()
        if answer["status"] != "processing":
            break
        time.sleep(0.005)
    assert answer["status"] == "done"
    assert base64.b64decode(answer["image"]).startswith(b"\xff\xd8")
    assert client.get("/result/nobody's").status_code == 404


@pytest.mark.parametrize("brightness", [SLOW, FAILS])
def test_the_page_of_the_tutorial_hears_how_it_goes(
    client: TestClient, squares: Squares, brightness: int
) -> None:
    content = {"image": ("a.png", picture(brightness))}
    id = client.post("/submit", files=content).json()["task_id"]
    if brightness == SLOW:
        squares.gate.wait_reached()
        assert client.get(f"/result/{id}").json() == {"status": "processing"}
        squares.gate.open()
    for _ in range(1000):
        status = client.get(f"/result/{id}").json()["status"]
        if status != "processing":
            break
        time.sleep(0.005)
    assert status == ("done" if brightness == SLOW else "error")
