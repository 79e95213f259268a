"""The service keeps to its own description (OpenAPI), whatever is sent to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from serving import Squares, listening, served, service_with

from mirror.core.settings import ParserConfig
from mirror.serve.app import make_app
from mirror.serve.cameras.cameras import CameraSources
from mirror.serve.parser_choice import ParserChoice

schemathesis = pytest.importorskip("schemathesis", reason="pip install schemathesis")
checks = pytest.importorskip("schemathesis.specs.openapi.checks")

_MAY_FAIL = {503, 504, 507}  # what is said on purpose: overdue, stopping, no room
_ENDLESS = "/v1/cameras/{name}/stream.mjpeg"


@pytest.fixture
def address() -> Iterator[str]:
    choice = ParserChoice(("none",), 100, 60.0, ParserConfig(workers=1, threads=1))
    cameras = CameraSources(allowed=("http://10.0.0.7/cams/",))
    with listening(make_app(service_with(Squares(), choice=choice, cameras=cameras))) as port:
        yield f"http://127.0.0.1:{port}"


def check_every_address(address: str, examples: int) -> None:
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    asked = [operation for operation in operations if operation.path != _ENDLESS]
    assert len(asked) > 20
    for operation in asked:
        _check(operation, address, examples)


def _check(operation: Any, address: str, examples: int) -> None:  # noqa: ANN401
    # a description cannot say of a file that it is a video, nor of a word that it is a palette
    left_out = [checks.positive_data_acceptance, schemathesis.checks.not_a_server_error]

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:  # noqa: ANN401
        answer = case.call(base_url=address, timeout=10.0)
        assert answer.status_code < 500 or answer.status_code in _MAY_FAIL, answer.text
        case.validate_response(answer, excluded_checks=left_out)

    ask()


def test_every_address_answers_as_it_is_described(address: str) -> None:
    check_every_address(address, 2)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_address_answers_as_it_is_described_many_times(address: str) -> None:
    check_every_address(address, 60)


def test_an_address_says_all_that_it_can_be_asked_with() -> None:
    with served(Squares()) as client:
        for path, methods in (("/v1/jobs/a", "DELETE, GET"), ("/v1/cameras", "GET, POST")):
            answer = client.request("PATCH", path)
            assert (answer.status_code, answer.headers["allow"]) == (405, methods)


def test_bodies_and_problems_are_described() -> None:
    with served(Squares()) as client:
        document = client.get("/openapi.json").json()
    parse = document["paths"]["/v1/parse"]["post"]
    assert "multipart/form-data" in parse["requestBody"]["content"]
    for name in ("4XX", "422", "5XX"):
        assert "application/problem+json" in parse["responses"][name]["content"]
    refs = {
        line.split('"')[0]
        for line in str(document).replace("'", '"').split("#/components/schemas/")[1:]
    }
    assert refs <= document["components"]["schemas"].keys()
    assert "InferenceRequest" in refs
