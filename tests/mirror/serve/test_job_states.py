"""Whatever happens to jobs, in whatever order: each ends once, and nothing is lost or left."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from doubles import FakeClock
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from instances import Redis

from mirror.serve.jobs.record import Failure, JobRecord, ResultFile, State, new_id
from mirror.serve.jobs.redis_store import RedisStore
from mirror.serve.jobs.sqlite_store import SqliteStore
from mirror.serve.jobs.store import INPUT, JobStore, Keeping

KEEPING = Keeping(results_s=100.0, record_s=1000.0, most_bytes=1 << 20)
LEASE_S = 10.0
NEXT: dict[State, set[State]] = {
    "queued": {"queued", "running", "cancelled", "failed"},
    "running": {"queued", "running", "done", "failed", "cancelled"},
    "done": {"done", "expired"},
    "failed": {"failed", "expired"},
    "cancelled": {"cancelled", "expired"},
    "expired": {"expired"},
}
WORKERS = st.sampled_from(["w1", "w2", "w3"])


class JobStates(RuleBasedStateMachine):
    """Two instances with one store, their workers, and clients; time passes when a rule says so."""

    jobs = Bundle("jobs")
    stores: ClassVar[list[JobStore]]
    clock: ClassVar[FakeClock]

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, JobRecord] = {}  # as each job was last seen
        self.ended_by: dict[str, int] = {}  # how many were told that they had ended it
        self.keys: dict[str, str] = {}
        self.number = 0
        for store in self.stores[:1]:
            assert not any(store.counts().values())

    @property
    def store(self) -> JobStore:
        """One instance's view, then the other's."""
        self.number += 1
        return self.stores[self.number % len(self.stores)]

    @rule(target=jobs, key=st.sampled_from([None, "a", "b"]))
    def add(self, key: str | None) -> str:
        self.clock.now += 0.001
        job = JobRecord(
            id=new_id(self.clock.now), owner="ann", key=key, input_name="a.mp4",
            created_at=self.clock.now,
        )  # fmt: skip
        kept = self.store.add(job, [b"input"])
        if key is not None:
            assert kept.id == self.keys.setdefault(key, kept.id)
        self.seen.setdefault(kept.id, kept)
        return kept.id

    @rule(worker=WORKERS)
    def claim(self, worker: str) -> None:
        holders = {job.worker for job in self.seen.values() if job.state == "running"}
        if worker in holders:  # a worker has one job at a time
            return
        now = self.clock.now
        taken = self.store.claim(worker, LEASE_S)
        if taken is None:
            due = [
                job
                for job in self.seen.values()
                if job.state == "queued" or (job.state == "running" and job.leased_until <= now)
            ]
            for job in due:  # those whose turn was their end
                after = self.store.get(job.id)
                assert after is not None
                assert after.state in ("cancelled", "failed")
            return
        before = self.seen[taken.id]
        assert before.state == "queued" or before.leased_until <= now
        assert (taken.worker, taken.attempt) == (worker, before.attempt + 1)
        assert list(self.store.read(taken.id, 0, INPUT)) == [b"input"]

    @rule(id=jobs, worker=WORKERS)
    def renew(self, id: str, worker: str) -> None:
        held = self.seen[id].state == "running" and self.seen[id].worker == worker
        goes_on = self.store.renew(id, worker, LEASE_S, 1, 2, 1.0)
        assert goes_on == (held and not self.seen[id].is_cancelled)

    @rule(id=jobs, worker=WORKERS, state=st.sampled_from(["done", "failed"]))
    def finish(self, id: str, worker: str, state: State) -> None:
        before = self.seen[id]
        held = before.state == "running" and before.worker == worker
        results: tuple[ResultFile, ...] = ()
        failure = Failure(code="x.y", detail="z") if state == "failed" else None
        if state == "done" and held:
            self.store.put(id, before.attempt, "film", [b"result"])
            results = (ResultFile(name="film", media_type="video/mp4", size=6),)
        assert self.store.finish(id, worker, state, results, failure) == held
        if held:
            self.ended_by[id] = self.ended_by.get(id, 0) + 1

    @rule(id=jobs, worker=WORKERS)
    def give_back(self, id: str, worker: str) -> None:
        held = self.seen[id].state == "running" and self.seen[id].worker == worker
        assert self.store.release(id, worker) == held

    @rule(id=jobs)
    def cancel(self, id: str) -> None:
        before = self.seen[id].state
        known = self.store.cancel(id)
        if known is not None and before in ("queued", "running"):  # whoever has it ends it
            assert known.state == ("running" if before == "running" else "cancelled")
        assert known is None or known.is_cancelled or known.state in ("done", "failed", "expired")

    @rule(seconds=st.sampled_from([1.0, 9.0, 11.0, 101.0, 1200.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def sweep(self) -> None:
        self.store.sweep()

    @invariant()
    def every_job_goes_only_where_it_may(self) -> None:
        size = 0
        for id, before in list(self.seen.items()):
            after = self.store.get(id)
            if after is None:
                assert before.state in ("done", "failed", "cancelled", "expired")
                del self.seen[id]
                self.keys = {key: kept for key, kept in self.keys.items() if kept != id}
                continue
            assert after.state in NEXT[before.state], (before, after)
            assert after.attempt >= before.attempt
            if after.state == "done":
                assert list(self.store.read(id, after.attempt, "film")) == [b"result"]
                size += len(b"result")
            size += len(b"input") * after.is_open
            self.seen[id] = after
        assert self.store.size() == size
        states = [job.state for job in self.seen.values()]
        assert {state: count for state, count in self.store.counts().items() if count} == {
            state: states.count(state) for state in set(states)
        }

    @invariant()
    def nobody_ends_what_has_ended(self) -> None:
        assert all(times == 1 for times in self.ended_by.values())

    def teardown(self) -> None:
        self.clock.now += 20_000.0
        while self.stores[0].claim("last", 1.0) is not None:
            pass
        for id in self.seen:
            self.stores[0].cancel(id)
            self.stores[0].release(id, "last")
        for _ in range(2):
            self.clock.now += 20_000.0
            self.stores[0].sweep()


def check(stores: list[JobStore], clock: FakeClock, examples: int) -> None:
    JobStates.stores, JobStates.clock = stores, clock
    run_state_machine_as_test(
        JobStates,
        settings=settings(
            max_examples=examples, stateful_step_count=20, deadline=None, derandomize=True,
            database=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        ),
    )  # fmt: skip


@pytest.fixture(params=["sqlite", "redis"])
def stores(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock
) -> Iterator[list[JobStore]]:
    """Two instances' stores of one kind."""
    with contextlib.ExitStack() as stack:
        both: list[JobStore]
        if request.param == "sqlite":
            files = [SqliteStore(tmp_path / "jobs.db", KEEPING, clock) for _ in "ab"]
            for file in files:  # a disk that others use would make this take minutes
                file._database.execute("PRAGMA synchronous = OFF")
            both = [*files]
        else:
            address = stack.enter_context(Redis(tmp_path)).address
            both = [RedisStore(address, KEEPING, clock) for _ in "ab"]
        for store in both:
            stack.callback(store.close)
        yield both


def test_jobs_keep_their_rules_whatever_happens(stores: list[JobStore], clock: FakeClock) -> None:
    check(stores, clock, 5)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_jobs_keep_their_rules_whatever_happens_for_long(
    stores: list[JobStore], clock: FakeClock
) -> None:
    check(stores, clock, 100)
