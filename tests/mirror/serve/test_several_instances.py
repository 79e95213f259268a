"""Several instances and one Redis: whoever dies, every job ends done, once, as clients see it."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from instances import Instance, Redis, two_instances
from media import write_video

from mirror.client import Client, ServiceError, ServiceUnreachable, protocol
from mirror.client.answers import Job
from mirror.serve.jobs.held_folder import sweep_folders

T = TypeVar("T")

_FRAMES = 6
_PATIENCE_S = 100.0


@pytest.fixture(autouse=True)
def turns_to_the_other_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "PAUSE_S", 0.05)


class BehindOneAddress:
    """Asks whichever instance answers, as a load balancer does; many threads may use it."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        self._addresses = [instance.address for instance in instances]

    def ask(self, what: Callable[[Client], T], first: int = 0) -> T:
        give_up_at, turn = time.monotonic() + _PATIENCE_S, first
        while True:
            try:
                with Client(self._addresses[turn % len(self._addresses)]) as client:
                    return what(client)
            except (ServiceUnreachable, ServiceError) as error:
                if isinstance(error, ServiceError) and error.status != 503:
                    raise
                if time.monotonic() > give_up_at:
                    raise
            turn += 1
            time.sleep(0.05)

    def history(self, id: str, first: int) -> list[Job]:
        """Everything that a job said of itself, over whichever connections there were."""
        said: list[Job] = []

        def watch(client: Client) -> None:
            for job in client.watch(id):
                said.append(job)
            if not said or not said[-1].is_over:
                raise ServiceUnreachable("it ended too early")

        self.ask(watch, first)
        return said


def check_that_every_job_is_done_once(
    folder: Path, count: int, flags: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(folder))
    film = write_video(folder / "in.mp4", _FRAMES).read_bytes()
    with Redis(folder, durable=True) as redis:
        with two_instances(folder, ["--store", redis.address, *flags]) as (one, other):
            service = BehindOneAddress([one, other])

            def submit(number: int) -> Job:
                return service.ask(
                    lambda client: client.submit(film, outputs=["results"], key=f"job-{number}"),
                    number,
                )

            with ThreadPoolExecutor(8) as threads:
                jobs = list(threads.map(submit, range(count)))
                ids = [job.id for job in jobs]
                watched = [
                    threads.submit(service.history, id, number) for number, id in enumerate(ids)
                ]
                one.hold()  # in the middle of a frame of a job
                one.kill()
                other.hold()
                redis.kill()
                other.go_on()  # the job needs what is away
                redis.start()
                histories = [watching.result() for watching in watched]
            again = [submit(number).id for number in range(count)]
            last = [service.ask(lambda client, id=id: client.job(id)) for id in ids]  # type: ignore[misc]
            made = [frames_of(service, job, folder) for job in last]
            known = service.ask(lambda client: client._ask("GET", "/metrics").text, 1)
    (left,) = folder.glob("mirror-job-*")  # of the instance that was killed
    assert [path.name for path in left.glob("input.*")] == ["input.bin"]
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    sweep_folders()
    assert not left.exists()
    assert len(set(ids)) == count
    assert again == ids
    assert [(job.state, job.frames) for job in last] == [("done", _FRAMES)] * count
    for history in histories:
        assert [job.state for job in history].count("done") == 1
        assert set(job.state for job in history) <= {"queued", "running", "done"}
    assert all(frames == made[0] for frames in made)
    assert [frame["frame"] for frame in made[0]] == list(range(_FRAMES))
    assert f'mirror_jobs{{state="done"}} {count:.1f}' in known
    assert 'mirror_jobs{state="running"} 0.0' in known


def frames_of(service: BehindOneAddress, job: Job, folder: Path) -> list[dict[str, object]]:
    path = service.ask(lambda client: client.download(job.id, "results.jsonl", folder / job.id))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [line for line in lines if "frame" in line]


def test_jobs_outlive_an_instance_and_a_restart_of_redis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[serve]\nlease_s = 1.0\n")
    check_that_every_job_is_done_once(tmp_path, 6, ["--config", str(settings)], monkeypatch)


@pytest.mark.slow
def test_fifty_jobs_outlive_an_instance_and_a_restart_of_redis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_that_every_job_is_done_once(tmp_path, 50, [], monkeypatch)
