"""``/metrics``: what is counted, and that dashboards and alerts name nothing else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from serving import FAILS, Squares, picture, served

from mirror.core.resources import config_file
from mirror.serve.access import Token
from mirror.serve.cameras.cameras import CameraSources
from mirror.serve.jobs.sqlite_store import SqliteStore
from pipeline.errors import SourceError
from pipeline.sources import Source

END = json.dumps({"type": "end"})
_MADE_BY_PROMETHEUS = {"up"}


@pytest.fixture
def squares() -> Iterator[Squares]:
    kind = Squares()
    yield kind
    kind.gate.open()


def away(source: str) -> Source:
    raise SourceError("camera.not_found", "camera {device} did not open", device=source)


@pytest.fixture
def client(squares: Squares) -> Iterator[TestClient]:
    with served(squares, cameras=CameraSources({"door": "0"}, (), away)) as client:
        yield client


def scrape(client: TestClient) -> dict[str, float]:
    """Every sample, as ``name{label=value,...}`` with labels in the order of their names."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    samples = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.documentation
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            samples[f"{sample.name}{{{labels}}}"] = sample.value
    return samples


def asked(method: str, route: str, code: int) -> str:
    return f"mirror_http_requests_total{{code={code},method={method},route={route}}}"


def test_requests_are_counted_by_route_and_code(client: TestClient) -> None:
    client.post("/v1/parse", content=picture())
    client.post("/v1/parse", content=picture())
    client.post("/v1/parse", content=b"x")
    client.post("/v1/parse", content=picture(FAILS))
    client.get("/v1/jobs/a-b-c")
    client.get("/no/such/place")
    client.request("INVENTED", "/v1/parse")
    found = scrape(client)
    assert found[asked("POST", "/v1/parse", 200)] == 2
    assert found[asked("POST", "/v1/parse", 415)] == 1
    assert found[asked("POST", "/v1/parse", 500)] == 1
    assert found[asked("GET", "/v1/jobs/{id}", 404)] == 1
    assert found[asked("GET", "none", 404)] == 1
    assert [name for name in found if "INVENTED" in name or "no/such" in name] == []
    assert found["mirror_http_request_seconds_count{route=/v1/parse}"] >= 4


def test_frames_are_counted_with_their_times(client: TestClient) -> None:
    client.post("/v1/parse", content=picture())
    with client.websocket_connect("/v1/stream") as socket:
        socket.receive_json()
        socket.send_bytes(picture())
        socket.send_bytes(b"garbage")
        assert scrape(client)["mirror_streams{}"] == 1
        socket.send_text(END)
        while socket.receive_json()["type"] != "end":
            pass
    found = scrape(client)
    for kind in ("picture", "stream"):
        assert found[f"mirror_frames_total{{kind={kind}}}"] == 1
        for name in ("mirror_queue_wait", "mirror_parse", "mirror_encode"):
            assert found[f"{name}_seconds_count{{kind={kind}}}"] == 1
    assert found["mirror_frames_dropped_total{kind=stream,reason=picture.unknown}"] == 1
    assert found["mirror_streams_closed_total{code=1000}"] == 1


def test_what_is_at_the_moment_is_said(client: TestClient) -> None:
    found = scrape(client)
    assert found["mirror_workers{parser=squares}"] == 1
    assert found["mirror_requests_limit{}"] == 8
    assert found["mirror_store_up{}"] == 1
    assert found["mirror_camera_up{camera=door}"] == 0
    assert found["mirror_jobs{state=queued}"] == 0
    assert found["process_resident_memory_bytes{}"] > 1e6
    assert any(name.startswith("mirror_info{parser=squares") for name in found)


def test_a_store_that_is_away_is_said_and_the_rest_is_answered(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: SqliteStore) -> int:
        raise OSError("the secret place of the store")

    monkeypatch.setattr(SqliteStore, "size", away)
    found = scrape(client)
    assert found["mirror_store_up{}"] == 0
    assert found["mirror_workers{parser=squares}"] == 1


def test_two_services_in_a_process_count_apart(client: TestClient) -> None:
    client.post("/v1/parse", content=picture())
    with served(Squares()) as other:
        assert asked("POST", "/v1/parse", 200) not in scrape(other)


def test_figures_are_for_those_with_a_token(squares: Squares) -> None:
    with served(squares, tokens=(Token(name="ann", token="a" * 16),)) as client:
        assert client.get("/metrics").status_code == 401
        headers = {"Authorization": f"Bearer {'a' * 16}"}
        assert client.get("/metrics", headers=headers).status_code == 200


def expressions_of_dashboard() -> list[str]:
    dashboard = json.loads(config_file("serve/grafana-dashboard.json").read_text())
    queries = [entry["query"] for entry in dashboard["templating"]["list"]]
    return queries + [
        target["expr"] for panel in dashboard["panels"] for target in panel["targets"]
    ]


def expressions_of_alerts() -> list[str]:
    text = config_file("serve/alerts.yml").read_text()
    found = re.findall(r"^        expr: (?:\|\n((?:          .*\n)+)|(.*)\n)", text, re.MULTILINE)
    return [block or line for block, line in found]


@pytest.mark.parametrize("read", [expressions_of_dashboard, expressions_of_alerts])
def test_every_metric_that_is_named_is_in_a_real_scrape(read: object, client: TestClient) -> None:
    assert callable(read)
    test_frames_are_counted_with_their_times(client)
    client.app.state.service.metrics.called("Parse", "OK", 0.1)  # type: ignore[attr-defined]
    there = {name.partition("{")[0] for name in scrape(client)} | _MADE_BY_PROMETHEUS
    expressions = read()
    assert len(expressions) > 5
    named = {
        name
        for expression in expressions
        for name in re.findall(r"\b(?:mirror|process)_\w+|\bup\b", expression)
    }
    assert named - there == set()
    if read is expressions_of_alerts:
        text = config_file("serve/alerts.yml").read_text()
        assert len(expressions) == text.count("- alert:")


def test_prometheus_own_tool_takes_the_rules(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool comes with Debian's package prometheus")
    path = str(config_file("serve/prometheus.yml"))
    done = subprocess.run([promtool, "check", "config", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "11 rules found" in done.stdout + done.stderr


def test_prometheus_own_tool_takes_a_scrape(client: TestClient) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool comes with Debian's package prometheus")
    test_frames_are_counted_with_their_times(client)
    text = client.get("/metrics").content
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_spare_memory_is_given_back_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    given_back = threading.Event()
    monkeypatch.setattr("mirror.serve.app._GIVES_BACK_S", 0.001)
    monkeypatch.setattr("mirror.process.spare_memory.give_back", given_back.set)
    with served(Squares()):
        assert given_back.wait(60.0)
