"""How many workers there are where nobody said."""

from __future__ import annotations

import json
from pathlib import Path

import platformdirs
import pytest

from mirror.core import machine
from mirror.core.settings import ParserConfig, load
from mirror.jobs import worker_choice
from mirror.jobs.composition import choose_workers
from mirror.jobs.engine import Engine
from mirror.jobs.worker_choice import Fastest, fastest_known, keep

USUAL = ParserConfig(name="none")
FASTEST = Fastest(1, 4, 21.0, 14.5)
USUAL_FILE = worker_choice.usual_file  # which tests have one of their own for


@pytest.fixture(autouse=True)
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 4)


def test_it_is_one_a_core_until_something_is_measured() -> None:
    chosen = choose_workers(USUAL)
    assert (chosen.workers, chosen.threads, chosen.reason) == (4, 1, "cores")
    assert choose_workers(USUAL.changed(threads=2)).workers == 2


def test_a_user_without_a_home_has_measured_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(name: str, appauthor: bool) -> Path:
        raise RuntimeError(f"could not determine the home directory of {name}")

    monkeypatch.setattr(platformdirs, "user_cache_path", homeless)
    monkeypatch.setattr(worker_choice, "usual_file", USUAL_FILE)
    assert choose_workers(USUAL).reason == "cores"
    with pytest.raises(FileNotFoundError, match="home directory"):  # which tune says as it stands
        keep({USUAL: FASTEST})


def test_there_are_eight_at_most_unless_somebody_asks_for_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 32)
    chosen = choose_workers(USUAL)
    assert (chosen.workers, chosen.threads) == (8, 4)
    asked = choose_workers(USUAL.changed(workers=20))
    assert (asked.workers, asked.threads) == (20, 1)


def test_what_was_fastest_here_is_chosen_and_the_figures_are_the_reason() -> None:
    keep({USUAL: FASTEST})
    chosen = choose_workers(USUAL)
    assert (chosen.workers, chosen.threads, chosen.reason) == (1, 4, "measured")
    assert chosen.why == "mirror tune measured 21.0 fps, 14.5 with one a core"


@pytest.mark.parametrize(
    ("fastest", "why"),
    [
        (Fastest(8, 2, 21.0, 21.0), "mirror tune measured 21.0 fps"),
        (Fastest(4, 1, 21.0, 14.5), "mirror tune measured 21.0 fps, 14.5 with 8"),
    ],
)
def test_where_there_are_more_cores_than_workers_the_figures_say_so(
    monkeypatch: pytest.MonkeyPatch, fastest: Fastest, why: str
) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 16)
    assert fastest.choice.why == why


@pytest.mark.parametrize("said", [{"workers": 3}, {"threads": 2}, {"workers": 2, "threads": 1}])
def test_what_is_asked_for_counts_for_more(said: dict[str, int]) -> None:
    keep({USUAL: FASTEST})
    chosen = choose_workers(USUAL.changed(**said))
    assert chosen.reason == ("asked" if "workers" in said else "cores")
    for name, count in said.items():
        assert getattr(chosen, name) == count


@pytest.mark.parametrize(
    "other", [{"name": "built-in"}, {"quality": "best"}, {"runtime": "torch"}, {"int8": True}]
)
def test_of_other_settings_nothing_is_known(other: dict[str, object]) -> None:
    keep({USUAL: FASTEST})
    assert fastest_known(USUAL.changed(**other)) is None
    assert fastest_known(USUAL.changed(cpu="50%", workers=2)) == FASTEST  # not what it is about


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("mirror.jobs.worker_choice.__version__", "9.9"),
        ("mirror.jobs.worker_choice._processor", lambda: "another"),
        ("mirror.core.machine.cores", lambda: 8),
    ],
)
def test_another_machine_or_version_is_measured_anew(
    monkeypatch: pytest.MonkeyPatch, where: str, what: object
) -> None:
    keep({USUAL: FASTEST})
    monkeypatch.setattr(where, what)
    assert fastest_known(USUAL) is None


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        "no json",
        {"workers": 0},
        {"workers": 5, "threads": 1},
        {"workers": "1"},
        {"fps": 0.0},
        {"fps": "fast"},
        {"more": 1},
    ],
)
def test_a_damaged_file_counts_as_none(damage: str | dict[str, object]) -> None:
    keep({USUAL: FASTEST})
    path = worker_choice.usual_file()
    if isinstance(damage, dict):
        ((key, said),) = json.loads(path.read_text()).items()
        damage = json.dumps({key: {**said, **damage}})
    path.write_text(damage)
    assert choose_workers(USUAL).reason == "cores"


def test_what_is_new_takes_the_place_of_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_choice, "_MOST_KEPT", 2)
    names = ["one:make", "two:make", "three:make"]
    for name in names:
        keep({USUAL.changed(name=name): FASTEST})
    known = [fastest_known(USUAL.changed(name=name)) is not None for name in names]
    assert known == [False, True, True]
    assert [path.name for path in worker_choice.usual_file().parent.iterdir()] == ["tuned.json"]


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "tuned.json").mkdir()
    with pytest.raises(OSError):  # noqa: PT011  # which one, the system says
        keep({USUAL: FASTEST}, tmp_path / "tuned.json")
    assert [path.name for path in tmp_path.iterdir()] == ["tuned.json"]


def test_a_job_has_the_workers_that_were_found() -> None:
    keep({USUAL: FASTEST})
    engine = Engine.of(load(flags={"parser.name": "none"}))
    assert (engine.workers, engine.threads) == (1, 4)
    assert engine.why.startswith("mirror tune measured")
