"""``/v2``: the Open Inference Protocol, by hand and with Triton's own client."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from serving import FAILS, Squares, listening, picture, served, service_with

from mirror.serve.access import Token
from mirror.serve.app import make_app

INFER = "/v2/models/squares/infer"
LENGTH = "Inference-Header-Content-Length"


@pytest.fixture
def squares() -> Iterator[Squares]:
    kind = Squares()
    yield kind
    kind.gate.open()


@pytest.fixture
def client(squares: Squares) -> Iterator[TestClient]:
    with served(squares) as client:
        yield client


def request(data: bytes, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    text = base64.b64encode(data).decode()
    given = {"name": "image", "shape": [1], "datatype": "BYTES", "data": [text]}
    return {"id": "mine", "inputs": [given], **more}


def test_health_and_metadata_are_as_the_protocol_has_them(client: TestClient) -> None:
    assert client.get("/v2/health/live").json() == {"live": True}
    assert client.get("/v2/health/ready").json() == {"ready": True}
    assert client.get("/v2/models/squares/ready").json() == {"name": "squares", "ready": True}
    assert client.get("/v2").json()["name"] == "smart-mirror"
    model = client.get("/v2/models/squares").json()
    assert [one["name"] for one in model["inputs"]] == ["image"]
    assert [one["name"] for one in model["outputs"]] == ["labels", "instances", "people"]
    missing = client.get("/v2/models/other")
    assert (missing.status_code, missing.json()["error"]) == (404, "There is no such model.")
    client.app.state.service.admission.drain()  # type: ignore[attr-defined]
    assert client.get("/v2/health/ready").status_code == 503


def test_a_picture_in_json_is_answered_in_json(client: TestClient) -> None:
    answer = client.post(INFER, json=request(picture())).json()
    assert (answer["model_name"], answer["id"]) == ("squares", "mine")
    labels, instances, people = answer["outputs"]
    assert (labels["datatype"], labels["shape"]) == ("UINT8", [1, 48, 64])
    assert np.array(labels["data"]).reshape(48, 64)[0, [0, 63]].tolist() == [0, 1]
    assert (instances["datatype"], instances["shape"]) == ("UINT16", [1, 48, 64])
    said = json.loads(people["data"][0])
    assert said["areas"] == client.post("/v1/parse", content=picture()).json()["areas"]


def test_a_picture_as_bytes_is_answered_in_bytes_where_asked_for(client: TestClient) -> None:
    data = struct.pack("<I", len(picture())) + picture()
    given = {"name": "image", "shape": [1, 1], "datatype": "BYTES",
             "parameters": {"binary_data_size": len(data)}}  # fmt: skip
    outputs = [{"name": "labels", "parameters": {"binary_data": True}}]
    head = json.dumps({"inputs": [given], "outputs": outputs}).encode()
    answer = client.post(INFER, content=head + data, headers={LENGTH: str(len(head))})
    cut = int(answer.headers[LENGTH])
    (labels,) = json.loads(answer.content[:cut])["outputs"]
    assert labels["parameters"]["binary_data_size"] == len(answer.content) - cut == 48 * 64
    assert (answer.content[cut], answer.content[-1]) == (0, 1)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "inference.invalid"),
        (b'{"inputs":[]}', 400, "inference.invalid"),
        (json.dumps(request(b"x", inputs=[])).encode(), 400, "inference.invalid"),
        (json.dumps(request(b"x", outputs=[{"name": "x"}])).encode(), 400, "inference.invalid"),
        (json.dumps(request(b"x")).replace("eA==", "!").encode(), 400, "inference.invalid"),
        (json.dumps(request(b"x")).replace("[1]", "[2]").encode(), 400, "inference.invalid"),
        (json.dumps(request(b"GIF")).encode(), 415, "picture.unknown"),
        (json.dumps(request(picture(size=(101, 100)))).encode(), 413, "picture.too_large"),
        (json.dumps(request(picture(FAILS))).encode(), 500, "service.failed"),
        (bytes(300_000), 413, "request.too_large"),
    ],
)
def test_what_is_no_request_is_refused_as_the_protocol_says(
    client: TestClient, body: bytes, status: int, code: str
) -> None:
    answer = client.post(INFER, content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if code != "service.failed":
        assert answer.json()["error"] == answer.json()["detail"]


@pytest.mark.parametrize("length", ["-1", "x", "999999", "0", 5000 * "9"])
def test_a_wrong_length_of_the_json_is_refused(client: TestClient, length: str) -> None:
    body = json.dumps(request(picture())).encode()
    answer = client.post(INFER, content=body, headers={LENGTH: length})
    assert (answer.status_code, answer.json()["code"]) == (400, "inference.invalid")


def test_a_token_is_needed_here_too(squares: Squares) -> None:
    with served(squares, tokens=(Token(name="ann", token="a" * 16),)) as client:
        assert client.post(INFER, json=request(picture())).status_code == 401
        assert client.get("/v2/models/squares").status_code == 401
        assert client.get("/v2/health/live").status_code == 200


def test_tritons_own_client_works(squares: Squares) -> None:
    triton = pytest.importorskip("tritonclient.http", reason="pip install tritonclient[http]")
    with listening(make_app(service_with(squares))) as port:
        client = triton.InferenceServerClient(f"127.0.0.1:{port}")
        try:
            assert client.is_server_live()
            assert client.is_server_ready()
            assert client.is_model_ready("squares")
            assert client.get_model_metadata("squares")["versions"] == ["1"]
            given = triton.InferInput("image", [1], "BYTES")
            given.set_data_from_numpy(np.array([picture()], object))
            for is_binary in (True, False):
                wanted = [
                    triton.InferRequestedOutput(name, binary_data=is_binary)
                    for name in ("labels", "people")
                ]
                answer = client.infer("squares", [given], outputs=wanted, request_id="7")
                labels = answer.as_numpy("labels")
                assert (labels.shape, labels.dtype) == ((1, 48, 64), np.uint8)
                assert labels[0, 0, [0, 63]].tolist() == [0, 1]
                assert json.loads(answer.as_numpy("people")[0])["areas"] == {"head": 48 * 32}
        finally:
            client.close()
