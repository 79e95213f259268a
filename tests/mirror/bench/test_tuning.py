"""Settings measured on this machine, and what is chosen of them for which wish."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from doubles import FakeClock

from mirror.bench import footage, tuning
from mirror.bench.tuning import Candidate, Measured, candidates, choose, layouts
from mirror.cli.commands import tune
from mirror.cli.main import main
from mirror.core import machine
from mirror.core.settings import ParserConfig, load
from mirror.jobs import worker_choice
from mirror.jobs.composition import choose_workers, shared_out
from mirror.parsers.catalogue import AnyKind
from mirror.parsers.nothing import Nothing
from pipeline.frame import Frame


def done(quality: str, fps: float, latency_ms: float, cpu_ms: float) -> Measured:
    rank = ("fast", "balanced", "best").index(quality)
    candidate = Candidate(2, 1, {"quality": quality}, rank)
    return Measured(candidate, fps, latency_ms / 1e3, cpu_ms)


FAST = done("fast", 60, 30, 31)
BALANCED = done("balanced", 32, 60, 55)
BEST = done("best", 14, 99, 90)


@pytest.mark.parametrize(
    ("wish", "measured", "best", "why"),
    [
        ("smoothest", [FAST, BALANCED, BEST], FAST, "30 ms"),
        ("smoothest", [BEST], BEST, "nothing reaches 30 fps"),
        ("accurate", [FAST, BALANCED, BEST], BALANCED, "reaches 24 fps"),
        ("accurate", [BEST, done("fast", 20, 20, 20)], BEST, "nothing reaches 24 fps"),
        ("coolest", [BALANCED, FAST, BEST], FAST, "31 ms"),
        ("coolest", [done("fast", 9, 20, 20), BEST], BEST, "nothing reaches 15 fps"),
    ],
)
def test_each_wish_has_its_best_and_a_reason(
    wish: tuning.Wish, measured: list[Measured], best: Measured, why: str
) -> None:
    found, reason = choose(measured, wish)
    assert found is best
    assert why in reason


def test_of_equally_fast_settings_the_promptest_is_the_smoothest() -> None:
    slow, prompt = done("fast", 20.0, 90, 40), done("fast", 19.5, 50, 40)
    assert choose([slow, prompt], "smoothest")[0] is prompt


@pytest.mark.parametrize(
    ("cores", "ways"),
    [
        (1, [(1, 1)]),
        (2, [(2, 1), (1, 2), (1, 1)]),
        (4, [(4, 1), (2, 2), (1, 4), (1, 1)]),
        (12, [(8, 1), (6, 2), (4, 1), (1, 12), (1, 1)]),
        (16, [(8, 2), (4, 1), (1, 16), (1, 1)]),
    ],
)
def test_cores_are_shared_out_in_every_sensible_way(
    cores: int, ways: list[tuple[int, int]]
) -> None:
    assert layouts(cores) == ways


def test_what_is_measured_depends_on_the_parser() -> None:
    assert {one.more["quality"] for one in candidates("built-in", 2)} == {
        "fast",
        "balanced",
        "best",
    }
    slow = candidates("m2fp", 2, ("openvino", "torch"))
    assert {one.more["runtime"] for one in slow} == {"openvino", "torch"}
    assert {one.more["input_size"] for one in slow} == {"auto", "256x352"}
    assert [str(one) for one in candidates("mine:make", 2)] == ["2 x 1", "1 x 2", "1 x 1"]


class Slowly(Nothing):
    """A parser that takes 10 ms of a clock that only it moves."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    def make_parse(self, threads: int) -> Callable[[Frame, None], None]:
        def parse(frame: Frame, _: None) -> None:
            self._clock.now += 0.01

        return parse


def test_what_there_is_no_time_for_is_left_out(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(footage, "at_720p", lambda: [np.zeros((32, 32, 3), np.uint8)])

    loaded: list[ParserConfig] = []

    def kind_of(config: ParserConfig) -> AnyKind:
        loaded.append(config)
        clock.now += 2.0  # loading
        return Slowly(clock)

    wanted = [Candidate(1, 1), Candidate(1, 2), Candidate(1, 1, {"quality": "fast"})]
    list(tuning.measure(wanted, kind_of, load().parser, within_s=2.5, clock=clock))
    assert [one.threads for one in loaded] == [1, 2]


def way(workers: int, threads: int, fps: float, quality: str = "fast") -> Measured:
    return Measured(Candidate(workers, threads, {"quality": quality}), fps, 0.05, 40.0)


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 2)


@pytest.mark.parametrize(
    ("usual", "other", "again", "kept"),
    [
        (20.0, 30.0, [way(1, 2, 29.0), way(2, 1, 21.0)], (1, 2)),
        (20.0, 30.0, [way(1, 2, 20.0), way(2, 1, 21.0)], (2, 1)),  # something else ran meanwhile
        (20.0, 30.0, [way(1, 2, 29.0)], (2, 1)),  # there was no time for the other
        (20.0, 30.0, [], (2, 1)),
        (20.0, 21.0, None, (2, 1)),  # as good as the same
        (30.0, 20.0, None, (2, 1)),
    ],
)
def test_another_way_than_a_worker_a_core_has_to_be_clearly_faster_twice(
    two_cores: None,
    usual: float,
    other: float,
    again: list[Measured] | None,
    kept: tuple[int, int],
) -> None:
    def measured_again(wanted: Sequence[Candidate]) -> Iterator[Measured]:
        assert again is not None
        assert [(one.workers, one.threads) for one in wanted] == [(1, 2), (2, 1)]
        return iter(again)

    measured = [way(2, 1, usual), way(1, 2, other), way(1, 1, 9.0)]
    ((candidate, fastest),) = tuning.fastest_ways(measured, measured_again)
    assert candidate == measured[0].candidate
    assert (fastest.workers, fastest.threads, fastest.usual_fps) == (*kept, usual)


def test_what_was_not_held_against_a_worker_a_core_decides_nothing(two_cores: None) -> None:
    measured = [way(1, 2, 30.0), way(1, 1, 9.0), way(2, 1, 5.0, "best")]
    found = tuning.fastest_ways(measured, lambda _: iter([]))
    assert [candidate.more["quality"] for candidate, _ in found] == ["best"]


def test_the_command_makes_auto_what_it_found(
    two_cores: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rounds = iter([[way(2, 1, 10.0), way(1, 2, 20.0)], [way(1, 2, 19.0), way(2, 1, 11.0)]])
    monkeypatch.setattr(tuning, "measure", lambda *_: iter(next(rounds)))
    assert main(["tune"]) == 0
    assert "--workers auto" in capsys.readouterr().out
    chosen = choose_workers(load(flags={"parser.quality": "fast"}).parser)
    assert (chosen.workers, chosen.threads, chosen.reason) == (1, 2, "measured")
    assert choose_workers(load().parser).reason == "cores"  # of another quality, nothing is known


def test_the_usual_runtime_is_meant_where_none_is_named(
    two_cores: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {"runtime": "openvino", "input_size": "auto"}
    measured = [
        Measured(Candidate(*counts, more), fps, 0.5, 400.0)
        for counts, fps in (((2, 1), 2.0), ((1, 2), 3.0))
    ]
    monkeypatch.setattr(tune, "_runtimes", lambda _: ("openvino", "torch"))
    monkeypatch.setattr(tuning, "measure", lambda *_: iter(measured))
    assert main(["tune", "--parser", "m2fp"]) == 0
    for runtime, workers in (("auto", 1), ("openvino", 1), ("torch", 2)):
        asked = load(flags={"parser.name": "m2fp", "parser.runtime": runtime}).parser
        assert choose_workers(asked).workers == workers


def test_where_nothing_can_be_kept_the_table_is_still_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way of a folder")
    monkeypatch.setattr(worker_choice, "usual_file", lambda: tmp_path / "file" / "tuned.json")
    usual = way(*shared_out("auto", "auto"), 60.0)
    monkeypatch.setattr(tuning, "measure", lambda *_: iter([usual]))
    assert main(["tune"]) == 0
    said = capsys.readouterr()
    assert "60.0" in said.out
    assert "--workers auto stays as it was" in said.err


def test_the_file_is_one_of_settings(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(tuning.as_toml(BEST, "built-in", "accurate", "why"))
    config = load(path)
    assert (config.parser.quality, config.parser.workers, config.parser.threads) == ("best", 2, 1)
    assert config.overlay.timing == "carried"  # fourteen a second are not fluent
    assert "overlay" not in tomllib.loads(tuning.as_toml(FAST, "built-in", "smoothest", "why"))


def test_the_command_prints_a_table_and_writes_the_best(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.toml"
    measured = [FAST, BALANCED, BEST]
    monkeypatch.setattr(tuning, "measure", lambda *_: iter(measured))
    monkeypatch.setattr(tuning, "candidates", lambda *_: [one.candidate for one in measured])
    assert main(["tune", "--for", "accurate", "--write", str(path)]) == 0
    said = capsys.readouterr().out
    assert "60.0" in said
    assert "coolest: 2 x 1 fast" in said
    assert load(path).parser.quality == "balanced"


def test_a_parser_that_needs_longer_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "measure", lambda *_: iter([]))
    assert main(["tune", "--parser", "none", "--within", "1"]) == 1
    assert "none did not parse a few frames in 1 s" in capsys.readouterr().err
