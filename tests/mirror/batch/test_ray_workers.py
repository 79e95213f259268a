"""A batch on a cluster, and what becomes of it when actors are lost; without Ray."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import pytest

pytest.importorskip("pyarrow", reason="needs pip install smart-mirror[batch]")

from batches import Watched, clips_in, contents, job, run
from fake_ray import FakeRay

from mirror.batch.batch_job import BatchJob
from mirror.batch.batch_run import BatchReport, run_batch
from mirror.batch.cluster import clip_actor
from mirror.batch.cluster.connection import connected, has_token, shares_on
from mirror.batch.cluster.ray_workers import RayWorkers
from mirror.batch.engines import Shares
from mirror.batch.errors import BatchError
from mirror.core.settings import load
from mirror.parsers.nothing import Nothing
from pipeline.errors import PipelineError


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    return clips_in(tmp_path / "in", "a.mp4", "b.mp4", "c.mp4")


def on(ray: FakeRay, batch: BatchJob, processes: int = 2, mode: Any = "anew") -> BatchReport:  # noqa: ANN401
    make = functools.partial(RayWorkers, ray, True)
    share = functools.partial(shares_on, 2.0)
    return run_batch(batch, Watched(), mode, processes, make, share)


def test_a_cluster_makes_what_this_machine_makes(clips: Path, tmp_path: Path) -> None:
    ray = FakeRay()
    assert on(ray, job(clips, output=tmp_path / "out")).done == 3
    run(job(clips, output=tmp_path / "here"))
    assert contents(tmp_path / "out") == contents(tmp_path / "here")
    assert ray.killed == len(ray.actors) == 2  # none is left
    assert ray.options["num_cpus"] == 1
    assert not list((tmp_path / "out/.mirror-batch").glob("work/*"))


def test_four_workers_share_two_cores(clips: Path, tmp_path: Path) -> None:
    ray = FakeRay()
    on(ray, job(clips, output=tmp_path / "out"), processes=4)
    assert ray.options["num_cpus"] == 0.5


def test_what_a_lost_actor_was_at_is_begun_again_elsewhere(clips: Path, tmp_path: Path) -> None:
    ray = FakeRay(lambda number, method, args: number == 0 and method == "run")
    report = on(ray, job(clips, output=tmp_path / "out"))
    assert (report.done, report.failed, len(ray.actors)) == (3, (), 3)


def test_one_that_every_actor_is_lost_with_fails_and_the_others_finish(
    clips: Path, tmp_path: Path
) -> None:
    ray = FakeRay(lambda _, method, args: method == "run" and args[0].name == "b.mp4")
    report = on(ray, job(clips, output=tmp_path / "out"))
    assert report.done == 2
    assert [(clip.name, failure.code) for clip, failure in report.failed] == [
        ("b.mp4", "batch.worker_lost")
    ]


def test_a_cluster_whose_actors_never_begin_is_given_up(clips: Path, tmp_path: Path) -> None:
    ray = FakeRay(lambda _, method, args: method == "begin")
    with pytest.raises(BatchError, match="end before they can parse: the actor died"):
        on(ray, job(clips, output=tmp_path / "out"))


def test_a_cluster_without_a_machine_left_ends_the_run_and_what_is_done_is_kept(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(FakeRay):
        """Loses all at the second recording; whoever is started then waits for ever."""

        def wait(self, references: Any, *args: Any, **how: Any) -> Any:  # noqa: ANN401
            here, rest = super().wait(references, *args, **how)
            return (here, rest) if self.is_alive else ([], references)

    def loses(_: int, method: str, args: tuple[Any, ...]) -> bool:
        if method == "run" and args[0].name == "b.mp4":
            ray.is_alive = False
        return not ray.is_alive

    ray = Gone(loses)
    monkeypatch.setattr("mirror.batch.cluster.ray_workers._ASKS_EVERY_S", 0.0)
    batch = job(clips, output=tmp_path / "out")
    with pytest.raises(BatchError, match="has no machine left"):
        on(ray, batch, processes=1)
    report = on(FakeRay(), batch, mode="resume")
    assert (report.done, report.kept) == (2, 1)


def test_what_fails_on_a_cluster_fails_as_it_does_here(clips: Path, tmp_path: Path) -> None:
    (clips / "b.mp4").write_bytes(b"no film")
    batch = job(clips, output=tmp_path / "out")
    report = on(FakeRay(), batch)
    assert [failure.code for _, failure in report.failed] == ["source.not_readable"]
    (clips / "b.mp4").write_bytes((clips / "a.mp4").read_bytes())
    assert on(FakeRay(), batch, mode="retry-failed").done == 1


def test_another_version_on_the_cluster_is_refused(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def older(duty: clip_actor.Duty) -> clip_actor.ClipActor:
        actor = clip_actor.ClipActor(duty)
        actor._batch = actor._batch.changed(limit=1)
        return actor

    monkeypatch.setattr("mirror.batch.cluster.ray_workers.ClipActor", older)
    with pytest.raises(PipelineError, match="another version of this program"):
        on(FakeRay(), job(clips, output=tmp_path / "out"))


def test_a_folder_that_machines_do_not_share_is_refused(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_actor, "MARK", "elsewhere")
    with pytest.raises(PipelineError, match="is not the same folder on all machines"):
        on(FakeRay(), job(clips, output=tmp_path / "out"))


@pytest.mark.parametrize(
    ("clips", "flags", "processes", "expected"),
    [
        (100, {}, "auto", Shares(64, 1, 1)),
        (10, {}, "auto", Shares(10, 1, 1)),
        (100, {"parser.workers": 2, "parser.threads": 2}, "auto", Shares(16, 2, 2)),
        (100, {}, 1000, Shares(1000, 1, 1)),  # a cluster that grows on demand
        (0, {}, "auto", Shares(1, 1, 1)),
    ],
)
def test_there_are_as_many_actors_as_cpus(
    clips: int,
    flags: dict[str, object],
    processes: Literal["auto"] | int,
    expected: Shares,
) -> None:
    assert shares_on(64.0, clips, load(flags=flags), Nothing(), processes) == expected


def test_a_token_is_found_where_ray_looks_for_it(tmp_path: Path) -> None:
    assert not has_token({}, tmp_path)
    assert has_token({"RAY_AUTH_TOKEN": "x"}, tmp_path)
    assert has_token({"RAY_AUTH_TOKEN_PATH": "/run/token"}, tmp_path)
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray/auth_token").write_text("x")
    assert has_token({}, tmp_path)


def test_a_cluster_of_this_machine_is_not_one_that_runs_here_already(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: dict[str, Any] = {}
    ray = SimpleNamespace(init=lambda **options: said.update(options), shutdown=said.clear)
    monkeypatch.setitem(sys.modules, "ray", ray)
    for name in ("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "RAY_worker_niceness"):
        monkeypatch.setenv(name, "0")
    with connected("local"):
        # without an address Ray joins the one that RAY_ADDRESS or a file of its own names
        assert said["address"] == "local"
    assert not said
