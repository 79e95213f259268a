"""One picture in, what was found in it out: over HTTP, by the application itself."""

from __future__ import annotations

import email.parser
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from serving import FAILS, SLOW, Squares, picture, served

from mirror.core.parsing import Parsing
from mirror.rendering.effects.background import BlurredBackground
from mirror.serve.access import Token
from pipeline.frame import Frame


@pytest.fixture
def squares() -> Iterator[Squares]:
    kind = Squares()
    yield kind
    kind.gate.open()


@pytest.fixture
def client(squares: Squares) -> Iterator[TestClient]:
    with served(squares) as client:
        yield client


def decoded(data: bytes, flags: int = cv2.IMREAD_UNCHANGED) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), flags), np.uint8)


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp"])
def test_a_picture_is_answered_with_what_was_found(client: TestClient, ending: str) -> None:
    answer = client.post("/v1/parse", content=picture(ending=ending))
    assert answer.status_code == 200
    found = answer.json()
    assert (found["parser"], found["size"]) == ("squares", [64, 48])
    assert found["areas"] == {"head": 48 * 32}
    assert "frame" not in found


def test_a_form_is_as_good_as_a_body(client: TestClient) -> None:
    form = client.post("/v1/parse", files={"image": ("../../x.png", picture())})
    assert form.json() == client.post("/v1/parse", content=picture()).json()


@pytest.mark.parametrize("name", ["labels", "instances"])
def test_maps_come_as_grey_pictures_of_their_ids(client: TestClient, name: str) -> None:
    accept = f"text/html;q=0.3, image/png; map={name}"
    answer = client.post("/v1/parse", content=picture(), headers={"Accept": accept})
    assert answer.headers["content-type"] == f"image/png; map={name}"
    ids = decoded(answer.content)
    assert ids.shape == (48, 64)
    assert len(np.unique(ids[:, :32])) == len(np.unique(ids[:, 32:])) == 1
    assert ids[0, 0] == 0 < ids[0, 63]


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_the_overlay_comes_as_a_picture(client: TestClient, kind: str) -> None:
    answer = client.post("/v1/parse", content=picture(), headers={"Accept": f"image/{kind}"})
    assert answer.headers["content-type"] == f"image/{kind}"
    drawn = decoded(answer.content, cv2.IMREAD_COLOR)
    assert drawn.shape == (48, 64, 3)
    assert drawn[24, 8].max() < 30  # nobody is there
    assert int(drawn[24, 48].max()) - int(drawn[24, 48].min()) > 40  # grey before


def test_the_picture_comes_with_effects_in_place_of_parts(client: TestClient) -> None:
    query = "effects=replace:%230000ff"
    headers = {"Accept": "image/png"}
    drawn = decoded(client.post(f"/v1/parse?{query}", content=picture(), headers=headers).content)
    plain = decoded(picture())
    assert np.array_equal(drawn[10, 55], plain[10, 55])  # somebody
    assert drawn[10, 5].tolist() == [255, 0, 0]  # nobody: blue
    refused = client.post("/v1/parse?effects=replace:/etc/hostname", content=picture())
    assert refused.status_code == 422


def test_a_picture_in_several_forms_is_drawn_once(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Frame] = []
    render = BlurredBackground.render

    def counted(self: BlurredBackground, frame: Frame, parsing: Parsing) -> Frame:
        drawn.append(frame)
        return render(self, frame, parsing)

    monkeypatch.setattr(BlurredBackground, "render", counted)
    answer = client.post(
        "/v1/parse?parts=overlay-png&parts=overlay-jpeg&effects=blur",
        content=picture(),
        headers={"Accept": "multipart/mixed"},
    )
    assert answer.status_code == 200
    assert len(drawn) == 1


def test_several_forms_come_in_one_answer(client: TestClient) -> None:
    answer = client.post(
        "/v1/parse?parts=json&parts=labels&parts=overlay-png",
        content=picture(),
        headers={"Accept": "multipart/mixed"},
    )
    head = b"Content-Type: " + answer.headers["content-type"].encode() + b"\r\n\r\n"
    message = email.parser.BytesParser().parsebytes(head + answer.content)
    kinds = [part["Content-Type"] for part in message.walk() if not part.is_multipart()]
    assert kinds == ["application/json", "image/png; map=labels", "image/png"]


def test_masks_come_as_cocos_run_lengths_on_request(client: TestClient) -> None:
    mask = pytest.importorskip("pycocotools.mask")
    found = client.post("/v1/parse?rle=true", content=picture()).json()
    assert mask.area(found["rle"]["head"]) == 48 * 32
    assert "rle" not in client.post("/v1/parse", content=picture()).json()


def test_an_answer_says_how_long_each_step_took_and_echoes_its_id(client: TestClient) -> None:
    answer = client.post("/v1/parse", content=picture(), headers={"X-Request-ID": "mine-1"})
    steps = [step.partition(";dur=")[0] for step in answer.headers["server-timing"].split(", ")]
    assert steps == ["wait", "parse", "encode"]
    assert answer.headers["x-request-id"] == "mine-1"
    evil = client.post("/v1/parse", content=picture(), headers={"X-Request-ID": "a b<"})
    assert evil.headers["x-request-id"] not in ("a b<", "mine-1", "")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "picture.missing"),
        (b"GIF89a" + bytes(100), 415, "picture.unknown"),
        (picture(size=(101, 100)), 413, "picture.too_large"),
        (picture()[:60], 422, "picture.damaged"),
        (bytes(200_000), 413, "request.too_large"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_code(
    client: TestClient, squares: Squares, content: bytes, status: int, code: str
) -> None:
    begun = squares.begun
    answer = client.post("/v1/parse", content=content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert squares.begun == begun


def test_a_body_that_does_not_say_how_long_it_is_is_bounded_too(client: TestClient) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while taken < 10_000_000:
            taken += 10_000
            yield bytes(10_000)

    assert client.post("/v1/parse", content=endless()).json()["code"] == "request.too_large"


@pytest.mark.parametrize(
    ("query", "field"),
    [("opacity=2", "opacity"), ("search=wild", "search"), ("colour=red", "colour")],
)
def test_a_wrong_parameter_is_named(client: TestClient, query: str, field: str) -> None:
    answer = client.post(f"/v1/parse?{query}", content=picture())
    assert answer.status_code == 422
    assert [entry["field"] for entry in answer.json()["errors"]] == [f"query.{field}"]


def test_a_part_that_there_is_not_is_refused_with_the_nearest(client: TestClient) -> None:
    answer = client.post("/v1/parse?draw=hed", content=picture())
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert "head" in answer.json()["detail"]


def test_a_form_of_answer_that_there_is_not_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/parse", content=picture(), headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["code"]) == (406, "answer.unknown")


def test_nothing_of_what_a_parser_raises_reaches_a_client(client: TestClient) -> None:
    answer = client.post("/v1/parse", content=picture(FAILS))
    assert (answer.status_code, answer.json()["code"]) == (500, "service.failed")
    assert "secret" not in answer.text
    assert answer.headers["connection"] == "close"  # as the server does after what it cannot know
    assert client.post("/v1/parse", content=picture()).status_code == 200


def test_whoever_comes_when_there_is_no_room_is_told_when_to_come_again(squares: Squares) -> None:
    with served(squares, room=2) as client, ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(client.post, "/v1/parse", content=picture(SLOW)) for _ in "ab"]
        squares.gate.wait_reached()
        until_inside(client, 2)
        refused = client.post("/v1/parse", content=picture())
        assert (refused.status_code, refused.json()["code"]) == (429, "service.busy")
        assert int(refused.headers["retry-after"]) >= 1
        squares.gate.open()
        assert [answer.result().status_code for answer in waiting] == [200, 200]
        assert client.post("/v1/parse", content=picture()).status_code == 200


def test_a_deadline_is_kept_by_not_beginning(squares: Squares) -> None:
    with served(squares) as client, ThreadPoolExecutor(1) as threads:
        first = threads.submit(client.post, "/v1/parse", content=picture(SLOW))
        squares.gate.wait_reached()
        begun = squares.begun
        late = client.post("/v1/parse", content=picture(), headers={"X-Timeout-Ms": "50"})
        assert (late.status_code, late.json()["code"]) == (504, "request.overdue")
        squares.gate.open()
        assert first.result().status_code == 200
        assert squares.begun == begun


def test_a_token_is_needed_where_there_are_any(squares: Squares) -> None:
    tokens = (Token(name="ann", token="a" * 16), Token(name="bob", token="b" * 16, requests=1))
    with served(squares, tokens=tokens) as client, ThreadPoolExecutor(1) as threads:
        for given in ("", "Bearer ", "Bearer nonsense", f"Basic {'a' * 16}"):
            answer = client.post(
                "/v1/parse", content=picture(), headers={"Authorization": given} if given else {}
            )
            assert (answer.status_code, answer.json()["code"]) == (401, "token.needed")
        ann, bob = ({"Authorization": f"Bearer {letter * 16}"} for letter in "ab")
        assert client.post("/v1/parse", content=picture(), headers=ann).status_code == 200
        first = threads.submit(client.post, "/v1/parse", content=picture(SLOW), headers=bob)
        squares.gate.wait_reached()
        second = client.post("/v1/parse", content=picture(), headers=bob)
        assert (second.status_code, second.json()["code"]) == (429, "client.busy")
        squares.gate.open()
        assert first.result().status_code == 200


def test_requests_for_other_hosts_and_from_strangers_pages_are_refused(squares: Squares) -> None:
    from serving import service_with

    from mirror.serve.app import make_app

    app = make_app(service_with(squares), hosts=("localhost", "127.0.0.1"))
    with TestClient(app, base_url="http://127.0.0.1:8700") as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 421
        assert client.get("/healthz", headers={"Origin": "https://evil.example"}).status_code == 421
        assert client.get("/healthz", headers={"Origin": "http://localhost:1"}).status_code == 200


def test_a_service_that_stops_lets_nobody_in(squares: Squares) -> None:
    with served(squares) as client:
        client.app.state.service.admission.drain()  # type: ignore[attr-defined]
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").json()["code"] == "service.stopping"
        answer = client.post("/v1/parse", content=picture())
        assert (answer.status_code, answer.json()["code"]) == (503, "service.stopping")


def until_inside(client: TestClient, count: int) -> None:
    waits = threading.Event()
    for _ in range(1000):
        if client.app.state.service.admission.inside == count:  # type: ignore[attr-defined]
            return
        waits.wait(0.005)
    raise AssertionError("the requests did not come in")
