"""Services under load: what the answers say, and the load itself on a service of ours."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="pip install 'smart-mirror[serve]' brings it")

from serving import FAILS, Squares, listening, picture, service_with

from mirror.bench.rows import Row
from mirror.bench.serve import run as serve_run
from mirror.bench.serve.figures import (
    OURS,
    Figures,
    against,
    by_clients,
    figures_of,
    grown,
    held,
    refusals_ms,
    typical,
)
from mirror.bench.serve.http_connection import Connection
from mirror.bench.serve.load import Answer, LoadJob, Manner, as_text, digest_of, job_in, run
from mirror.bench.serve.run import Asked, Report, measure
from mirror.bench.serve.systems import Contender, Running, ServiceFailed, System, has_package, ours
from mirror.cli.commands import bench
from mirror.cli.main import main
from mirror.serve.app import make_app


def answer(client: int, began_at: float, ended_at: float, status: int = 200) -> Answer:
    return Answer(client, began_at, ended_at, status, is_right=status == 200)


def load(system: str, rate: float = 10.0, p99_s: float = 1.0, clients: int = 20) -> Figures:
    return Figures(
        system, clients, 40, rate, mean_s=0.5, p50_s=0.5, p95_s=0.9, p99_s=p99_s, slowest=1.1,
        errors=0, wrong=0, cpu_ms=20.0, memory_mb=300.0,
    )  # fmt: skip


def test_what_counts_is_what_ends_while_every_client_asks() -> None:
    # each client's first answer is the warm-up; the window is from 2 to 6 s
    first = [answer(0, 0, 1), answer(0, 1, 3), answer(0, 3, 5), answer(0, 5, 7)]
    second = [answer(1, 0, 2), answer(1, 2, 6)]
    found = figures_of("a", 2, first + second, cpu_s=0.6, memory_mb=100.0)
    assert found.answers == 3
    assert found.rate == pytest.approx(3 / 4)
    assert found.mean_s == pytest.approx((2 + 2 + 4) / 3)
    assert [found.p50_s, found.p99_s] == pytest.approx([2.0, 3.96])
    assert found.slowest == pytest.approx(4 / (8 / 3))
    assert found.cpu_ms == pytest.approx(100.0)  # of all six: the time is for all of them


def test_errors_and_wrong_answers_are_counted_and_refusals_are_none() -> None:
    answers = [answer(0, 0, 1), answer(0, 1, 2), Answer(0, 2, 3, 200, is_right=False)]
    answers += [answer(0, 3, 4, 500), answer(0, 4, 5, 0), answer(1, 0, 0.03, 429)]
    found = figures_of("a", 1, answers, 0.0, 0.0)
    assert (found.errors, found.wrong) == (2, 1)


def test_refusals_are_told_from_those_in_the_first_rush() -> None:
    rush = [answer(0, 0, 0.03, 429), answer(1, 0, 0.04, 429), answer(2, 0, 1)]
    later = [answer(2, 1, 1.002, 429), answer(0, 0.28, 0.281, 429), answer(0, 0.5, 2)]
    first, following = refusals_ms(later + rush)
    assert first == pytest.approx([30.0, 40.0])
    assert following == pytest.approx([1.0, 2.0])


def test_several_rounds_have_the_median_of_each_figure() -> None:
    found = typical([load("a", rate) for rate in (1.0, 9.0, 2.0)])
    assert (found.rate, found.answers, found.system) == (2.0, 120, "a")


def test_services_are_compared_round_by_round() -> None:
    rounds = [load(OURS, 10, 2.0), load("b", 5, 4.0), load("b", 20, 1.0), load(OURS, 30, 1.5)]
    (level,) = by_clients(rounds)
    rows = list(against(level))
    assert [row.name for row in rows] == [
        "20 clients, over b: requests a second",
        "20 clients, over b: p99",
    ]
    assert [row.value for row in rows] == [1.75, 1.0]  # the medians of 2 and 1.5, 0.5 and 1.5
    assert [row.note for row in rows] == ["1.500-2.000", "0.500-1.500"]


def test_promises_are_held_against_bare_threads_and_refusals() -> None:
    rows = held([load(OURS, 9.6)], bare=[10.0], refused_ms=([90.0], [1.0, 2.0, 30.0]))
    values = {row.name: row.value for row in rows}
    assert values["20 clients: of bare threads"] == pytest.approx(0.96)
    assert values["20 clients: slowest client"] == pytest.approx(1.1)
    assert [row.met for row in rows] == [True, True, True, False]
    assert rows[-1].note == "median 2.0 ms, of 3; 90 ms at most where all come at once"


def test_memory_with_many_clients_is_held_against_that_with_few() -> None:
    few, more = load(OURS, clients=1), replace(load(OURS, clients=50), memory_mb=480.0)
    row = grown([few, few], [more, replace(more, memory_mb=300.0)])
    assert row.value == pytest.approx(1.6)
    assert row.met is False
    assert row.name == "memory, 50 clients over 1"


def test_a_load_is_told_to_its_process_as_it_was_meant() -> None:
    job = LoadJob(80, Manner("polled", "/submit"), 3, 9, (("a.jpg", "0a"), ("b.jpg", "0b")), 0.5)
    assert job_in(as_text(job)) == job


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[tuple[str, str], ...]:
    files = []
    for number, brightness in enumerate((120, 180)):
        path = tmp_path / f"{number}.png"
        path.write_bytes(picture(brightness))
        files.append((str(path), "unknown"))
    return tuple(files)


def loaded(job: LoadJob, room: int = 8) -> list[Answer]:
    with listening(make_app(service_with(Squares(), room))) as port:
        return asyncio.run(run(replace(job, port=port)))


async def answered(port: int, content: bytes) -> bytes:
    connection = Connection(port)
    _, said = await connection.ask("POST", "/v1/parse", {}, content)
    connection.close()
    await asyncio.sleep(0)  # the transport ends in the loop
    return said


AT_ONCE = Manner("at-once", "/v1/parse")


def test_every_client_asks_until_there_are_enough_answers(
    pictures: tuple[tuple[str, str], ...],
) -> None:
    answers = loaded(LoadJob(0, AT_ONCE, 3, 6, pictures))
    assert {answer.status for answer in answers} == {200}
    assert {answer.client for answer in answers} == {0, 1, 2}
    assert len(answers) >= 3 + 6 - 1  # each client's first one counts for nothing
    assert not any(answer.is_right for answer in answers)


def test_answers_are_told_from_those_that_should_have_come(tmp_path: Path) -> None:
    path = tmp_path / "0.png"
    path.write_bytes(picture())
    manner = Manner("at-once", "/v1/parse", accept="application/json")
    (unknown, *_) = loaded(LoadJob(0, manner, 1, 1, ((str(path), "unknown"),)))
    assert not unknown.is_right
    with listening(make_app(service_with(Squares()))) as port:
        said = asyncio.run(answered(port, path.read_bytes()))
    right = loaded(LoadJob(0, manner, 1, 1, ((str(path), digest_of(said)),)))
    assert all(answer.is_right for answer in right)
    assert digest_of(b"") == hashlib.sha256().hexdigest()


def test_clients_of_the_published_pattern_poll(pictures: tuple[tuple[str, str], ...]) -> None:
    answers = loaded(LoadJob(0, Manner("polled", "/submit", poll_s=0.005), 2, 4, pictures))
    assert {answer.status for answer in answers} == {200}
    assert all(answer.ended_at - answer.began_at >= 0.005 for answer in answers)


def test_who_is_refused_tries_again(pictures: tuple[tuple[str, str], ...]) -> None:
    answers = loaded(LoadJob(0, AT_ONCE, 4, 12, pictures, again_s=0.001), room=1)
    assert {answer.status for answer in answers} == {200, 429}
    assert sum(answer.status == 200 for answer in answers) >= 12


def test_failures_count_as_answers_so_that_a_load_ends(tmp_path: Path) -> None:
    path = tmp_path / "bad.png"
    path.write_bytes(picture(FAILS))
    answers = loaded(LoadJob(0, AT_ONCE, 2, 4, ((str(path), ""),)))
    assert {answer.status for answer in answers} == {500}
    nobody = asyncio.run(run(LoadJob(1, AT_ONCE, 1, 2, ((str(path), ""),))))
    assert {answer.status for answer in nobody} == {0}


def test_a_service_is_measured_beside_bare_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve_run, "peers", lambda poll_s: (absent(),))
    monkeypatch.setattr(serve_run, "_PICTURES", 2)
    monkeypatch.setattr(serve_run, "_LEAST_ANSWERS", 4)
    told: list[str] = []
    found = measure(Asked(clients=(2,), rounds=1, parser="none"), told.append)
    (of_ours,) = found.loads
    assert (of_ours.system, of_ours.clients) == (OURS, 2)
    assert (of_ours.errors, of_ours.wrong) == (0, 0)
    assert of_ours.rate > 0
    assert of_ours.memory_mb > 20
    assert dict(found.missing) == {"Absent": "pip install smart-mirror no_such_package"}
    assert "2 clients: of bare threads" in [row.name for row in found.rows]
    assert "round 1: 2 clients at mirror serve" in told


def absent() -> System:
    return System("Absent", "no_such_module", AT_ONCE, "no_such_package")


def test_a_service_that_does_not_start_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServiceFailed, match=r"Absent did not start; the last it said: .*No module"):
        with Running(Contender(absent(), sys.executable, 1, "none")):
            pass
    with pytest.raises(ServiceFailed, match="cannot be run"):
        has_package(str(tmp_path / "python"), "flask")
    assert ours(name="x").name == "x"


def test_the_command_prints_loads_and_goals_and_writes_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Asked] = []

    def measured(what: Asked, tell: object) -> Report:
        asked.append(what)
        return Report([load(OURS)], [Row("of bare threads", 0.96, "x", 0.95)], {"Mosec": "pip m"})

    monkeypatch.setattr(bench, "measure", measured)
    path = tmp_path / "figures.json"
    flags = ["--clients", "1,20", "--rounds", "2", "--answers", "3", "--poll-ms", "50"]
    assert main(["bench", "serve", *flags, "--json", str(path)]) == 0
    assert asked == [Asked((1, 20), 2, 3, None, 0.05)]
    said = capsys.readouterr().out
    for words in (OURS, "without Mosec: pip m", "of bare threads", "≥ 0.95"):
        assert words in said
    written = json.loads(path.read_text())
    assert written["serve"][0]["met"] is True
    assert written["serve_loads"][0]["rate"] == 10.0


@pytest.mark.parametrize("clients", ["0", "1,", "many"])
def test_clients_are_counted_from_1(clients: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "serve", "--clients", clients])
    assert "is not a whole number from 1 on" in capsys.readouterr().err
